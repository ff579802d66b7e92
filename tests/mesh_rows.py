"""A mesh as rows alone, for tests of the pages over all domains: an index of recipes, runs, datasets and schedules."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from kitchens.models import Kitchen, Pointer
from recipes.models import CommitIndex, OrderRun, RecipeVersion, Schedule
from tests import factories


def commit_of(count: int) -> str:
    """Return the commit of a mesh of so many domains; a graph is kept by its commit, so each has its own."""
    return f"{count:040x}"


def make_mesh(count: int, *, runs: int = 2, status: str = "succeeded") -> Kitchen:
    """Make production with `count` domains in a row: each has a recipe that reads the one before and writes `clean`.

    Every recipe has a schedule and ran `runs` times within the last minutes; the newest run ended with `status`.
    """
    kitchen = factories.make_production()
    versions = {f"d{number}/daily": _version(number).pk for number in range(count)}
    CommitIndex.objects.create(commit=commit_of(count), recipes=versions, indexed_at=factories.NOW)
    factories.make_revision(kitchen, "commit", commit=commit_of(count))
    for number in range(count):
        factories.make_domain(
            f"d{number}", title=f"Domain {number}", description="Who ordered what, and when."
        )
        _make_schedule(kitchen, f"d{number}")
        for turn in range(runs):
            newest = turn == runs - 1
            make_run(
                kitchen,
                f"d{number}",
                status if newest else "succeeded",
                timezone.now() - timedelta(minutes=9 - turn),
            )
    return kitchen


def _version(number: int) -> RecipeVersion:
    reads = [f"d{number - 1}.clean"] if number else []
    node = {"reads": reads, "writes": [{"dataset": f"d{number}.clean"}]}
    made = {"spec": {"nodes": {"clean": node}}, "tree": f"{number:040x}", "indexed_at": factories.NOW}
    return RecipeVersion.objects.create(domain=f"d{number}", name="daily", **made)


def _make_schedule(kitchen: Kitchen, domain: str) -> Schedule:
    named = {"kitchen": kitchen, "domain": domain, "recipe": "daily", "variation": "production"}
    fires = {"cron": "0 0 * * *", "timezone": "UTC", "paused": False, "last_slot": factories.NOW}
    return Schedule.objects.create(**named, **fires, next_slot=timezone.now() + timedelta(hours=6))


def make_run(kitchen: Kitchen, domain: str, status: str, at: datetime, **facts: object) -> OrderRun:
    """Make a run of a domain's recipe with its node, its test and, where it succeeded, its published dataset."""
    node = factories.make_spec("clean", writes=[f"{domain}.clean"])
    test = factories.make_test("enough rows", "clean", dataset=f"{domain}.clean")
    plan = factories.make_plan([node], [test], domain=domain)
    times = {"placed_at": at, "turn_at": at, "started_at": at, "ended_at": at + timedelta(seconds=70)}
    failed = status == "failed"
    run = factories.make_run(plan, status, kitchen=kitchen, **times | {"tests_failed": int(failed)} | facts)
    node_run = factories.make_node_run(run, node, status)
    found = {"n_fail": 31, "sentence": f"31 of 224 rows of {domain}.clean have no day."} if failed else {}
    factories.make_result(node_run, test, "fail" if failed else "pass", **found)
    if status == "succeeded":
        publish(kitchen, f"{domain}.clean", node_run.pk, run.pk)
    return run


def publish(kitchen: Kitchen, dataset: str, node_run: int | None = None, run: int | None = None) -> None:
    """Let a kitchen have a version of a dataset from a new revision on."""
    snapshot = factories.make_snapshot(factories.make_dataset(dataset), made_by_node_run=node_run)
    pinned = kitchen.revisions.order_by("-number").first().parent_revision
    revision = factories.make_revision(kitchen, "publish", made_by_run=run, parent_revision=pinned)
    moved = {"dataset": snapshot.dataset, "revision": revision, "number": revision.number}
    Pointer.objects.create(kitchen=kitchen, snapshot=snapshot, **moved)
