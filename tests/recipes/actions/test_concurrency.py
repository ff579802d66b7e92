"""Several workers, sweepers and leaders at once: everything happens, and nothing happens twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from kitchens.core.roles import THE_HUB
from kitchens.models import Revision
from recipes.actions import runs
from recipes.actions.runs.work import take
from recipes.actions.schedules import fire_due, set_paused
from recipes.actions.sweep import sweep
from recipes.models import Attempt, NodeRun, OrderRun, RunLock, Schedule
from tests.small_mesh import SmallMesh, joins

NAMES = ("one", "two", "three")


def at_once(work: Callable[[int], Any], threads: int = 4) -> list[Any]:
    """Do the work in several threads that begin together, and return what each returned; an error in one is raised."""
    gate = threading.Barrier(threads)

    def go(number: int) -> Any:
        try:
            gate.wait(10)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(go, range(threads)))


def recipe(name: str) -> dict[str, str]:
    return {
        "recipe.yaml": f"""
            description: Two effects and a row
            nodes:
              first: {{kind: shell, command: "echo $HUB_VALUE_RUN-first >> {{folder}}/ledger"}}
              second: {{kind: shell, command: "echo $HUB_VALUE_RUN-second >> {{folder}}/ledger"}}
              both: {{kind: synchronise, needs: [first, second]}}
              row: {{kind: sql, file: row.sql, needs: [both], writes: {{flights.{name}: append}}}}
            variations: {{production: {{}}}}
        """,
        "row.sql": "SELECT CAST({{ run }} AS INTEGER) AS run",
    }


def test_several_workers_share_many_runs_and_do_everything_once(mesh: SmallMesh) -> None:
    for name in NAMES:
        mesh.write(name, recipe(name))
    placed = [mesh.order(name).pk for name in NAMES * 3]

    def work(number: int) -> None:
        for _ in range(200):  # a bell may come too early: the others' runs are still open
            runs.drain(f"worker-{number}", lambda: datetime.now(UTC))
            if not OrderRun.objects.exclude(status="succeeded").exists():
                return

    at_once(work)

    assert set(OrderRun.objects.values_list("status", flat=True)) == {"succeeded"}
    assert Counter(mesh.ledger()) == Counter(
        f"{run}-{node}" for run in placed for node in ("first", "second")
    )
    assert not Attempt.objects.exclude(number=1).exists()
    assert Revision.objects.exclude(made_by_run=None).count() == len(placed)
    rows = sorted(row[0] for name in NAMES for row in mesh.rows(f"flights.{name}"))
    assert rows == sorted(placed)
    assert not RunLock.objects.exists()


def test_several_workers_settle_small_runs_once(mesh: SmallMesh) -> None:
    mesh.write("daily", joins({"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}))
    for _ in range(40):
        mesh.order()

    at_once(lambda number: runs.drain(f"worker-{number}", mesh.clock))

    mesh.work()  # whatever was placed aside in a race
    assert set(OrderRun.objects.values_list("status", "done")) == {("succeeded", 4)}
    assert set(NodeRun.objects.values_list("attempt", flat=True)) == {1}


def test_a_limit_holds_when_workers_claim_at_the_same_moment(mesh: SmallMesh) -> None:
    nodes = "\n".join(f"  n{number}: {{kind: shell, command: 'true'}}" for number in range(12))
    mesh.write(
        "daily", {"recipe.yaml": f"description: wide\nnodes:\n{nodes}\nvariations: {{production: {{}}}}\n"}
    )
    mesh.kitchen.max_parallel_nodes = 3
    mesh.kitchen.save()
    mesh.order()
    take("worker-0", mesh.clock)

    at_once(lambda number: [take(f"worker-{number}", mesh.clock) for _ in range(3)])

    assert NodeRun.objects.filter(status="running").count() == 3


def test_two_sweepers_take_a_lost_node_back_once(mesh: SmallMesh) -> None:
    mesh.write(
        "daily",
        {
            "recipe.yaml": "description: x\nnodes: {n: {kind: shell, command: 'true'}}\nvariations: {production: {}}\n"
        },
    )
    mesh.order()
    take("worker-1", mesh.clock)
    mesh.forward(60)

    swept = at_once(lambda number: sweep(mesh.now).leases)

    assert sum(swept) == 1
    node = NodeRun.objects.get()
    assert (node.status, node.losses) == ("queued", 1)


def test_two_leaders_fire_a_slot_once(mesh: SmallMesh) -> None:
    text = (
        "description: x\nnodes: {n: {kind: synchronise}}\nvariations: {production: {schedule: '0 * * * *'}}\n"
    )
    mesh.write("daily", {"recipe.yaml": text})
    set_paused(Schedule.objects.select_related("kitchen").get(), False, by=THE_HUB, now=mesh.now)
    mesh.forward(3600)

    at_once(lambda number: fire_due(mesh.now))

    assert OrderRun.objects.count() == 1


def test_one_idempotency_key_sent_at_the_same_moment_makes_one_run(mesh: SmallMesh) -> None:
    mesh.write("daily", joins({"a": []}))
    person = mesh.person()

    placed = at_once(lambda number: mesh.order(by=person, idempotency_key="k-1").pk)

    assert len(set(placed)) == 1
    assert OrderRun.objects.count() == 1
