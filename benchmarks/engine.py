"""What the engine costs: `python -m benchmarks.engine` with HUB_HOME and DATABASE_URL of the measurement's own.

Workloads of join points in one worker (from the order to the end of its run, placing included), nodes in processes
of their own, and the time from an order to its first node in an idle hub with real workers.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.report import line, note  # noqa: E402
from kitchens.actions.kitchens import create_production  # noqa: E402
from kitchens.core.git import MeshRepository  # noqa: E402
from kitchens.core.roles import THE_HUB  # noqa: E402
from kitchens.models import Kitchen  # noqa: E402
from kitchens.queries.data import newest  # noqa: E402
from recipes.actions import runs  # noqa: E402
from recipes.actions.files import save_files  # noqa: E402
from recipes.actions.orders import place_order  # noqa: E402
from recipes.actions.runs.place import store_run  # noqa: E402
from recipes.actions.runs.statements import insert_row  # noqa: E402
from recipes.core.nodes import launch  # noqa: E402
from recipes.core.plan import Plan  # noqa: E402
from recipes.core.spec.model import NodeSpec  # noqa: E402
from recipes.models import Order, OrderRun  # noqa: E402

Needs = Mapping[str, list[str]]


def chain(length: int) -> Needs:
    return {f"n{i}": [f"n{i - 1}"] if i else [] for i in range(length)}


def fan(width: int) -> Needs:
    middle = [f"m{i}" for i in range(width)]
    return {"start": [], **{name: ["start"] for name in middle}, "join": middle}


def layers(depth: int, width: int) -> Needs:
    names = [[f"l{row}_{i}" for i in range(width)] for row in range(depth)]
    return {name: names[row - 1] if row else [] for row in range(depth) for name in names[row]}


WORKLOADS: dict[str, tuple[Needs, int]] = {
    "chain 100": (chain(100), 1),
    "fan 500 + join": (fan(500), 1),
    "layers 10 × 20": (layers(10, 20), 1),
    "100 runs of 5": (chain(5), 100),
    "10,000 nodes in one run, fan": (fan(10_000), 1),
    "10,000 nodes in one run, chain": (chain(10_000), 1),
}
RECIPES = {
    "python": (
        "n{0}: {{kind: python, file: noop.py, needs: [{1}]}}",
        {"noop.py": "def run(context):\n    pass\n"},
    ),
    "data": (
        "n{0}: {{kind: sql, file: one.sql, needs: [{1}], writes: bench.d{0}}}",
        {"one.sql": "SELECT 1 AS n"},
    ),
}
PROCESS_NODES = 40


def plan_of(kitchen: Kitchen, needs: Needs) -> Plan:
    nodes = tuple(
        NodeSpec(name=name, kind="synchronise", needs=tuple(before)) for name, before in needs.items()
    )
    commit = newest(kitchen).commit
    return Plan(domain="bench", recipe="joins", variation="production", commit=commit, tree="", nodes=nodes)


def joins(kitchen: Kitchen, what: str, needs: Needs, times: int) -> None:
    """Measure a workload of join points: best of three."""
    plan, count = plan_of(kitchen, needs), len(needs) * times
    best: tuple[float, float] = (float("inf"), 0.0)
    for _ in range(3):
        began = time.perf_counter()
        for _ in range(times):
            place(kitchen, plan)
        placed = time.perf_counter()
        runs.drain("bench", timezone.now)
        ended = time.perf_counter()
        best = min(best, ((ended - began) * 1000 / count, (placed - began) * 1000 / count))
    check_all_succeeded()
    goal = 0.5 if connection.vendor == "sqlite" else 3.0
    line(f"a join point, {what}", best[0], "ms", goal=goal, placing_ms=round(best[1], 3))


def place(kitchen: Kitchen, plan: Plan) -> None:
    now = timezone.now()
    with transaction.atomic():
        order = Order(
            kitchen=kitchen, domain=plan.domain, recipe=plan.recipe, variation=plan.variation, placed_at=now
        )
        insert_row(order)
        store_run(order, plan, planned_at=kitchen.head, now=now)


def check_all_succeeded() -> None:
    left = OrderRun.objects.exclude(status="succeeded").values_list("status", "reason")
    assert not left, f"runs did not succeed: {list(left[:3])}"


def processes(kitchen: Kitchen, recipe: str, what: str, goal: float) -> None:
    """Measure nodes in processes of their own, one after the other: the median run of five."""
    figures = []
    for _ in range(5):
        order(kitchen, recipe)
        began = time.perf_counter()
        runs.drain("bench", timezone.now)
        figures.append((time.perf_counter() - began) * 1000 / PROCESS_NODES)
    check_all_succeeded()
    line(what, statistics.median(figures), "ms", goal=goal)


def order(kitchen: Kitchen, recipe: str) -> OrderRun:
    return place_order(
        kitchen=kitchen, domain="bench", recipe=recipe, variation="production", by=THE_HUB, now=timezone.now()
    )


def latency(kitchen: Kitchen) -> None:
    """Measure from the order to the start of its first node, in an idle hub with workers of its own."""
    with workers():
        figures = []
        for _ in range(25):
            run = order(kitchen, "one")
            figures.append(1000 * waited(run))
            time.sleep(0.35)
    broker = "Redis" if settings.REDIS_URL else "database"
    goal = 20.0 if settings.REDIS_URL else 150.0
    line(
        f"order placed to first node, idle, {broker} broker, median",
        statistics.median(figures),
        "ms",
        goal=goal,
    )


def waited(run: OrderRun) -> float:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        started = run.node_runs.values_list("started_at", flat=True).first()
        if started:
            return float((started - run.placed_at).total_seconds())
        time.sleep(0.005)
    raise TimeoutError("no worker has taken the order")


@contextmanager
def workers() -> Iterator[None]:
    manage = Path(__file__).parents[1] / "manage.py"
    hub = subprocess.Popen([sys.executable, str(manage), "worker"])
    try:
        run = order(Kitchen.objects.get(tier="production"), "one")
        waited(run)
        time.sleep(2)
        yield
    finally:
        hub.terminate()
        hub.wait(30)


@contextmanager
def fork_server() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="hub-b-") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/f")
        listener.listen(50)
        server = launch.start(listener, serves_many=True)
        os.environ["HUB_FORKSERVER"] = f"{folder}/f"
        try:
            yield
        finally:
            del os.environ["HUB_FORKSERVER"]
            server.kill()
            server.wait()


def build() -> Kitchen:
    """Make a production kitchen with the recipes of the measurements."""
    kitchen = create_production(by=THE_HUB, now=timezone.now())
    changes = {"domains/bench/domain.yaml": b"title: Bench\n"}
    for recipe, (node, files) in RECIPES.items():
        lines = [node.format(number, f"n{number - 1}" if number else "") for number in range(PROCESS_NODES)]
        text = "description: bench\nnodes:\n" + "".join(f"  {one}\n" for one in lines)
        changes |= recipe_files(recipe, text, files)
    one = "description: bench\nnodes:\n  only: {kind: synchronise}\n"
    changes |= recipe_files("one", one, {})
    head = MeshRepository(settings.MESH_REPOSITORY).head(kitchen.branch)
    now = timezone.now()
    save_files(kitchen, changes, message="Bench", by=THE_HUB, now=now, expected_commit=head)
    return Kitchen.objects.get(pk=kitchen.pk)


def recipe_files(recipe: str, text: str, files: Mapping[str, str]) -> dict[str, bytes]:
    base = f"domains/bench/recipes/{recipe}"
    named = {"recipe.yaml": text + "variations:\n  production: {}\n", **files}
    return {f"{base}/{name}": content.encode() for name, content in named.items()}


def main() -> None:
    call_command("migrate", verbosity=0)
    kitchen = build()
    try:
        latency(kitchen)  # first: what follows leaves doorbells that nobody hears
    except TimeoutError as error:
        note(str(error))
        sys.exit(1)
    more = 0.0 if connection.vendor == "sqlite" else 3.0
    for what, (needs, times) in WORKLOADS.items():
        joins(kitchen, what, needs, times)
    with fork_server():
        processes(kitchen, "python", "a Python node that does nothing, own process", 5.0 + more)
        processes(kitchen, "data", "an SQL node with a store session, written and recorded", 25.0 + more)


if __name__ == "__main__":
    main()
