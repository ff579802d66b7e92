"""Preview of a merge of 200 changed files, a merge request from candidate to publish, and the page of one."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from benchmarks.report import line, median_and_p95, note  # noqa: E402
from kitchens.actions import merges  # noqa: E402
from kitchens.actions.kitchens import create_kitchen, create_production  # noqa: E402
from kitchens.core.git import Author, MeshRepository  # noqa: E402
from kitchens.core.git.merging import preview  # noqa: E402
from kitchens.core.roles import THE_HUB  # noqa: E402
from kitchens.models import Kitchen, MergeRequest  # noqa: E402
from kitchens.queries import merges as queries  # noqa: E402
from kitchens.queries.data import newest  # noqa: E402
from recipes.actions.files import follow_branch  # noqa: E402

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANN = Author("Ann", "ann@example.org")
FILES, CHANGED, LINES = 2_000, 200, 40
ROUNDS = 10
KITCHENS = itertools.count()
OPENING = {"title": "Bench", "by": THE_HUB, "now": NOW}


def timed(
    what: str, calls: list[Callable[[], object]], *, goal: float | None = None, **facts: object
) -> None:
    """Call each once and report the median in milliseconds."""
    times = []
    for call in calls:
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    median, p95 = median_and_p95(times)
    line(what, median, "ms", goal=goal, p95=round(p95, 3), **facts)


def file(number: int, **changed: str) -> bytes:
    lines = [f"-- line {n} of file {number}" for n in range(LINES)]
    for name, text in changed.items():
        lines[int(name[1:])] = text
    return "\n".join([*lines, ""]).encode()


def path(number: int) -> str:
    return f"domains/d{number % 20}/notes/{number}.sql"


def commit(kitchen: Kitchen, changes: dict[str, bytes]) -> None:
    repository = MeshRepository(settings.MESH_REPOSITORY)
    told = {"author": ANN, "message": "Change", "at": NOW}
    repository.commit(kitchen.branch, expected=repository.head(kitchen.branch), changes=changes, **told)
    follow_branch(kitchen, by=THE_HUB, now=NOW)


def prepare() -> Kitchen:
    call_command("migrate", verbosity=0)
    production = create_production(by=THE_HUB, now=NOW)
    Kitchen.objects.filter(pk=production.pk).update(policy={"approvals": 0, "runs_green": False})
    production.refresh_from_db()
    note(f"A mesh of {FILES:,} files …")
    commit(production, {path(number): file(number) for number in range(FILES)})
    return production


def changed_kitchen(production: Kitchen, text: str, count: int = CHANGED) -> Kitchen:
    end = (NOW + timedelta(days=7)).date()
    name = f"kitchen-{next(KITCHENS)}"
    kitchen = create_kitchen(name=name, parent=production, ends_on=end, by=THE_HUB, now=NOW)
    commit(kitchen, {path(number): file(number, _3=text) for number in range(count)})
    return kitchen


def previews(production: Kitchen) -> None:
    """Preview merges of many files: each is another commit, so that nothing is in the cache."""
    repository = MeshRepository(settings.MESH_REPOSITORY)
    kitchens = [changed_kitchen(production, f"of the source {n}") for n in range(ROUNDS)]
    sources = [newest(kitchen).commit for kitchen in kitchens]

    def all_of(target: str) -> list[Callable[[], object]]:
        return [lambda source=source: preview(repository, target=target, source=source) for source in sources]

    timed("preview, 200 files changed", all_of(newest(production).commit), goal=100)
    half = {path(number): file(number, _30="of the target") for number in range(CHANGED // 2)}
    commit(production, half)
    timed("preview, 200 files, 100 on both sides", all_of(newest(production).commit), goal=100)
    commit(production, {path(n): file(n, _3="of the target", _30="of the target") for n in range(CHANGED)})
    timed("preview, 200 files in conflict", all_of(newest(production).commit))


def requests(production: Kitchen) -> None:
    """Bring requests of ten files from opening to the merge, one after the other."""
    times: dict[str, list[float]] = {name: [] for name in ("open", "candidate", "page", "merge")}
    for number in range(ROUNDS):
        kitchen = changed_kitchen(production, f"number {number}", count=10)
        request = step(times["open"], lambda k=kitchen: merges.open_request(k, production, **OPENING))
        request = step(times["candidate"], lambda r=request: merges.start_candidate(r, by=THE_HUB, now=NOW))
        merges.candidate_settled(request.pk, green=True, note="", now=NOW)
        step(times["page"], lambda r=request: queries.request_page(queries.get_request(r.pk), THE_HUB))
        fresh = MergeRequest.objects.select_related("source", "target").get(pk=request.pk)
        step(times["merge"], lambda r=fresh: merges.merge(r, by=THE_HUB, now=NOW))
    for name, found in times.items():
        median, p95 = median_and_p95(found)
        line(f"request of ten files: {name}", median, "ms", p95=round(p95, 3))


def step(times: list[float], call: Callable[[], object]) -> object:
    began = time.perf_counter()
    result = call()
    times.append((time.perf_counter() - began) * 1000)
    return result


if __name__ == "__main__":
    root = prepare()
    previews(root)
    requests(root)
