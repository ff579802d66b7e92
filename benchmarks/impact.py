"""What it costs to be told what a change would do: `python -m benchmarks.impact` with HUB_HOME and DATABASE_URL of its own.

A mesh of 200 recipes with 1,000 datasets in 20 domains, each recipe reading two others; 200 files of 40 recipes are
changed in a kitchen. And what the end of an ordinary run costs with 500 changes merged before it.
"""

from __future__ import annotations

import os
import statistics
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.engine import chain, place, plan_of  # noqa: E402
from benchmarks.report import line  # noqa: E402
from kitchens.actions.kitchens import create_kitchen, create_production  # noqa: E402
from kitchens.core.git import MeshRepository  # noqa: E402
from kitchens.core.roles import THE_HUB  # noqa: E402
from kitchens.models import Change, Kitchen, MergeRequest  # noqa: E402
from kitchens.queries.data import newest  # noqa: E402
from recipes.actions.files import save_files  # noqa: E402
from recipes.queries import folders, impact  # noqa: E402
from recipes.receivers import run_ended  # noqa: E402

DOMAINS, RECIPES, NODES, CHANGED = 20, 10, 5, 40


def name(number: int) -> tuple[str, str]:
    return f"d{number % DOMAINS}", f"r{number}"


def recipe(number: int, extra: str = "") -> dict[str, bytes]:
    """Return the files of a recipe: five SELECTs in a row, the first over two other recipes."""
    domain, short = name(number)
    base = f"domains/{domain}/recipes/{short}"
    above = [f"d{n % DOMAINS}.t{n}_{NODES - 1}" for n in (number // 2, number // 3) if n != number]
    nodes = "\n".join(
        f"  n{i}: {{kind: sql, file: n{i}.sql, writes: {domain}.t{number}_{i}}}" for i in range(NODES)
    )
    tests = "\n".join(f"  t{i}: {{node: n{i}, check: not_null, column: amount}}" for i in range(NODES))
    files = {f"{base}/recipe.yaml": f"description: {short}\nnodes:\n{nodes}\ntests:\n{tests}\n"}
    for i in range(NODES):
        read = f"{domain}.t{number}_{i - 1}" if i else (above[0] if above else "")
        join = f" JOIN {above[1]} b USING (day)" if i == 0 and len(above) > 1 else ""
        source = f"FROM {read} a{join}" if read else ""
        columns = "a.day, a.amount * 2 AS amount" if read else "DATE '2026-01-01' AS day, 1.0 AS amount"
        files[f"{base}/n{i}.sql"] = f"SELECT {columns}, {i} AS n{extra}\n{source}\n"
    return {path: text.encode() for path, text in files.items()}


def save(kitchen: Kitchen, files: dict[str, bytes]) -> None:
    head = MeshRepository(settings.MESH_REPOSITORY).head(kitchen.branch)
    save_files(kitchen, files, message="Change", by=THE_HUB, now=timezone.now(), expected_commit=head)


def lay_out(kitchen: Kitchen) -> MergeRequest:
    files = {f"domains/d{n}/domain.yaml": f"title: D{n}\n".encode() for n in range(DOMAINS)}
    for number in range(DOMAINS * RECIPES):
        files |= recipe(number)
    save(kitchen, files)
    ends_on = (timezone.now() + timedelta(days=7)).date()
    child = create_kitchen(name="sandbox", parent=kitchen, ends_on=ends_on, by=THE_HUB, now=timezone.now())
    changed: dict[str, bytes] = {}
    for number in range(CHANGED):
        changed |= {
            path: text for path, text in recipe(number, ", 1 AS more").items() if path.endswith(".sql")
        }
    save(child, changed)
    return MergeRequest.objects.create(
        source=child,
        target=kitchen,
        title="200 files",
        source_revision=newest(child),
        target_revision=newest(kitchen),
        opened_at=timezone.now(),
    )


def told(request: MergeRequest) -> None:
    """Measure the impact as a web process meets it: the first ever, after the target has moved, and once more."""
    began = time.perf_counter()
    found = impact.impact_of(request.pk)
    first = (time.perf_counter() - began) * 1000
    facts = {"recipes": len(found.recipes), "touched": len(found.touched), "consumers": len(found.consumers)}
    line("impact of 200 changed files, first of a process", first, "ms", **facts)
    again, kept = [], []
    for _ in range(7):
        impact._impact.cache_clear()
        began = time.perf_counter()
        impact.impact_of(request.pk)
        again.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        impact.impact_of(request.pk)
        kept.append((time.perf_counter() - began) * 1000)
    line(
        "impact of 200 changed files, data moved", statistics.median(again), "ms", folders=len(folders._kept)
    )
    line("impact of 200 changed files, nothing moved", statistics.median(kept), "ms", goal=100)


def ended(kitchen: Kitchen) -> None:
    """Measure the receiver of an ordinary run, with many changes merged before it."""
    now = timezone.now()
    child = Kitchen.objects.get(slug="sandbox")
    Change.objects.bulk_create(
        Change(
            kitchen=child, target=kitchen, number=n, state="merged", domains=["d1"], merged_at=now,
            first_green_target_run_at=now,
        )
        for n in range(1001, 1501)  # beside those it has
    )  # fmt: skip
    place(kitchen, plan_of(kitchen, chain(5)))
    run = kitchen.runs.latest("id").pk
    times = []
    for _ in range(300):
        began = time.perf_counter()
        run_ended(run, "succeeded")
        times.append((time.perf_counter() - began) * 1000)
    line("what follows from the end of an ordinary run", statistics.median(times), "ms", goal=0.5)


def main() -> None:
    call_command("migrate", verbosity=0)
    kitchen = create_production(by=THE_HUB, now=timezone.now())
    request = lay_out(kitchen)
    told(request)
    ended(kitchen)


if __name__ == "__main__":
    main()
