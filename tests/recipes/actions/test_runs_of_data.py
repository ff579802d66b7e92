"""Runs that make data: staged, judged, published all at once, or not at all."""

from __future__ import annotations

import pytest

from hub.common.errors import ConflictError
from kitchens.actions.data import restore
from kitchens.core.roles import THE_HUB
from kitchens.models import Revision
from recipes.actions import runs
from recipes.actions.runs.execute import execute_node
from recipes.actions.runs.work import take
from recipes.actions.sweep import sweep
from recipes.core.values import ValueFaults
from recipes.models import DatasetAccess, OrderRun, TestResult
from tests.small_mesh import SmallMesh, statuses

LOAD = """
    def run(context):
        with open("{folder}/ledger", "a") as ledger:
            ledger.write("load\\n")
        day = context.values["day"]
        context.measure("loaded", context.values["rows"])
        context.write("flights.raw", [{"day": day, "n": n} for n in range(context.values["rows"])])
"""
RECIPE = """
    description: Two datasets, the second made of the first
    values:
      day: {type: date, default: "{{ yesterday }}"}
      rows: {type: integer, default: 3, min: 0}
    nodes:
      load: {kind: python, file: load.py, writes: {flights.raw: MODE}}
      clean: {kind: sql, file: clean.sql, writes: flights.clean}
      beside: {kind: shell, command: "echo beside >> {folder}/ledger"}
      done: {kind: synchronise, needs: [clean, beside]}
    tests:
      enough rows: {node: load, check: row_count, dataset: flights.raw, min: 2}
      not too many: {node: clean, check: row_count, dataset: flights.clean, max: 9, severity: warn}
    variations:
      production: {}
"""
CLEAN = "SELECT day, n * 10 AS tenfold FROM flights.raw"


@pytest.fixture
def recipe(mesh: SmallMesh):
    """Write the recipe with the mode in which `load` writes; return the mesh."""

    def write(mode: str = "replace", **files: str) -> SmallMesh:
        text = RECIPE.replace("MODE", mode)
        mesh.write("daily", {"recipe.yaml": text, "load.py": LOAD, "clean.sql": CLEAN} | files)
        return mesh

    return write


def test_a_green_run_publishes_all_it_made_as_one_revision(recipe) -> None:
    mesh = recipe()
    before = mesh.kitchen.head

    run = mesh.run()

    assert (run.status, run.reason) == ("succeeded", "")
    assert run.published.number == before + 1
    assert run.published.made_by_run == run.pk
    assert [row[1] for row in mesh.rows("flights.raw")] == [0, 1, 2]
    assert [row[1] for row in mesh.rows("flights.clean")] == [0, 10, 20]
    assert run.node_runs.get(node="load").outcome["measures"]["loaded"] == 3
    assert (run.tests_total, run.tests_failed, run.tests_warned) == (2, 0, 0)


def test_what_was_read_and_written_is_on_record(recipe) -> None:
    mesh = recipe()

    run = mesh.run()

    seen = DatasetAccess.objects.filter(run=run).order_by("id")
    facts = [(a.node_run.node, a.dataset.name, a.writes, a.mode) for a in seen]
    assert facts == [
        ("load", "flights.raw", True, "replace"),
        ("clean", "flights.raw", False, ""),
        ("clean", "flights.clean", True, "replace"),
    ]
    assert seen[0].snapshot_id == seen[1].snapshot_id


def test_a_failed_stop_test_publishes_nothing_and_skips_what_comes_after(recipe) -> None:
    mesh = recipe()

    run = mesh.run(values={"rows": 1})

    assert run.status == "failed"
    assert "enough rows" in run.reason
    assert statuses(run) == {
        "load": "failed",
        "clean": "skipped",
        "beside": "succeeded",
        "done": "skipped",
    }
    assert run.node_runs.get(node="clean").reason == "Not run, because load failed."
    assert mesh.rows("flights.raw") == []
    assert run.published is None
    assert TestResult.objects.get(run=run).verdict == "fail"
    assert mesh.ledger().count("load") == 1  # a failed test is not tried again


def test_on_a_nearly_full_disk_no_work_begins_and_the_resumed_run_goes_on(recipe, settings) -> None:
    mesh = recipe()
    free, settings.DISK_FREE_MB = settings.DISK_FREE_MB, 10**9

    run = mesh.run()

    assert run.status == "failed"
    assert "is nearly full" in run.node_runs.get(node="load").reason
    assert mesh.ledger() == []
    assert mesh.rows("flights.raw") == []

    settings.DISK_FREE_MB = free
    again = runs.resume(run, by=THE_HUB, now=mesh.now)
    mesh.work()
    again.refresh_from_db()
    assert again.status == "succeeded"


def test_a_node_that_writes_more_than_its_limit_publishes_nothing(recipe) -> None:
    text = RECIPE.replace("writes: flights.clean}", "writes: flights.clean, disk_mb: 1}")
    wide = "SELECT day, n AS tenfold, md5(CAST(i AS VARCHAR)) AS m FROM flights.raw, range(100000) r(i)"
    mesh = recipe(**{"recipe.yaml": text.replace("MODE", "replace"), "clean.sql": wide})

    run = mesh.run()

    assert run.status == "failed"
    assert "more disk than the 1 MB this node may fill" in run.reason
    assert mesh.rows("flights.raw") == []


def test_values_that_do_not_fit_are_refused_by_name(recipe) -> None:
    mesh = recipe()

    with pytest.raises(ValueFaults) as told:
        mesh.order(values={"rows": "many", "day": "someday"})

    assert set(told.value.faults) == {"rows", "day"}
    assert OrderRun.objects.count() == 0


def test_resuming_goes_on_where_it_stopped_and_repeats_nothing(recipe) -> None:
    mesh = recipe()
    mesh.write("daily", {"clean.sql": "SELECT day, n / 0 AS tenfold, no_such_column FROM flights.raw"})
    failed = mesh.run()
    assert statuses(failed) == {
        "load": "succeeded",
        "clean": "failed",
        "beside": "succeeded",
        "done": "skipped",
    }
    mesh.write("daily", {"clean.sql": CLEAN})

    resumed = runs.resume(failed, by=THE_HUB, now=mesh.forward(60), recipe="new")
    mesh.work()

    resumed.refresh_from_db()
    assert (resumed.status, resumed.reason) == ("succeeded", "")
    assert (resumed.resumes, resumed.chain, resumed.attempt) == (failed, failed.pk, 2)
    assert (resumed.came_by, resumed.recipe_used, resumed.values_used) == ("resume", "new", "old")
    assert resumed.revision == failed.revision
    assert sorted(mesh.ledger()) == ["beside", "load"]
    taken = resumed.node_runs.get(node="load")
    assert taken.reused_from == failed.node_runs.get(node="load")
    assert len(mesh.rows("flights.clean")) == 3


def test_resuming_with_other_values_repeats_what_may_read_them(recipe) -> None:
    mesh = recipe()
    failed = mesh.run(values={"rows": 1})

    resumed = runs.resume(failed, by=THE_HUB, now=mesh.now, values={"rows": 4})
    mesh.work()

    resumed.refresh_from_db()
    assert resumed.status == "succeeded"
    assert resumed.values_used == "new"
    assert mesh.ledger().count("load") == 2
    assert len(mesh.rows("flights.raw")) == 4


def test_a_run_is_resumed_once_and_only_when_it_failed(recipe) -> None:
    mesh = recipe()
    green, failed = mesh.run(), mesh.run(values={"rows": 1})
    resumed = runs.resume(failed, by=THE_HUB, now=mesh.now)

    with pytest.raises(ConflictError, match="has succeeded"):
        runs.resume(green, by=THE_HUB, now=mesh.now)
    with pytest.raises(ConflictError, match=f"goes on as run {resumed.pk}"):
        runs.resume(failed, by=THE_HUB, now=mesh.now)
    with pytest.raises(ConflictError, match="has not ended"):
        runs.resume(resumed, by=THE_HUB, now=mesh.now)


def test_an_append_is_put_on_what_others_published_meanwhile(recipe) -> None:
    mesh = recipe("append")
    failed = mesh.run(values={"rows": 1, "day": "2026-03-01"})
    mesh.run(values={"rows": 2, "day": "2026-03-02"})

    resumed = runs.resume(failed, by=THE_HUB, now=mesh.now, values={"rows": 3, "day": "2026-03-01"})
    mesh.work()

    resumed.refresh_from_db()
    assert (resumed.status, resumed.rebases) == ("succeeded", 1)
    assert len(mesh.rows("flights.raw")) == 5  # neither side lost a row
    assert len(mesh.rows("flights.clean")) == 5  # made again from the newest rows
    assert mesh.ledger().count("load") == 3  # not executed again, only judged
    assert TestResult.objects.filter(run=resumed, test="enough rows").count() == 2


def test_a_partition_is_put_on_what_others_published_meanwhile(recipe) -> None:
    mesh = recipe("{replace_partition: day}")
    failed = mesh.run(values={"rows": 1, "day": "2026-03-01"})
    mesh.run(values={"rows": 2, "day": "2026-03-02"})

    resumed = runs.resume(failed, by=THE_HUB, now=mesh.now, values={"rows": 3, "day": "2026-03-01"})
    mesh.work()

    resumed.refresh_from_db()
    assert (resumed.status, resumed.rebases) == ("succeeded", 1)
    assert len(mesh.rows("flights.raw")) == len(mesh.rows("flights.clean")) == 5


def test_a_replacement_is_superseded_and_run_once_more(recipe) -> None:
    mesh = recipe("replace")
    failed = mesh.run(values={"rows": 1})
    mesh.run(values={"rows": 5})

    resumed = runs.resume(failed, by=THE_HUB, now=mesh.now, values={"rows": 4})
    mesh.work()

    resumed.refresh_from_db()
    following = OrderRun.objects.get(came_by="superseded")
    assert resumed.status == "failed"
    assert resumed.reason.startswith("Superseded: ")
    assert f"Run {following.pk} does it once more" in resumed.reason
    assert following.status == "succeeded"
    assert len(mesh.rows("flights.raw")) == 4


def test_a_restore_in_the_middle_of_a_run_is_noticed(recipe) -> None:
    mesh = recipe("append")
    first = mesh.run()
    run = mesh.order()
    empty = Revision.objects.get(kitchen=mesh.kitchen, number=first.published.number - 1)
    take("worker-2", mesh.clock)  # admitted and pinned; then this worker dies
    restore(mesh.kitchen, empty, by=THE_HUB, at=mesh.now)

    mesh.forward(3600)
    sweep(mesh.now)
    mesh.work()

    run.refresh_from_db()
    assert run.status == "succeeded"
    assert len(mesh.rows("flights.raw")) == 3


def test_runs_that_write_the_same_go_one_at_a_time_in_the_order_of_their_slots(recipe) -> None:
    mesh = recipe("append")
    later = mesh.order(slot=mesh.now, values={"day": "2026-03-02"})
    sooner = mesh.order(slot=mesh.now.replace(hour=1), values={"day": "2026-03-01"})
    take("worker-2", mesh.clock)  # begins the sooner, and looks at the later on its way

    later.refresh_from_db()
    sooner.refresh_from_db()
    assert sooner.status == "running"
    take("worker-3", mesh.clock)
    later.refresh_from_db()
    assert later.status == "pending"
    assert later.reason == f"Waits for run {sooner.pk}, which writes flights.clean too."


def test_runs_in_different_kitchens_do_not_wait_for_each_other(recipe) -> None:
    mesh = recipe()
    child = mesh.child()
    here, there = mesh.order(), mesh.order(kitchen=child, values={"rows": 5})

    mesh.work()

    here.refresh_from_db()
    there.refresh_from_db()
    assert here.status == there.status == "succeeded"
    assert len(mesh.rows("flights.raw")) == 3
    assert len(mesh.rows("flights.raw", child)) == 5


def test_a_run_reads_what_it_pinned_whatever_is_published_meanwhile(recipe) -> None:
    mesh = recipe()
    mesh.run()
    mesh.write(
        "copy",
        {
            "recipe.yaml": """
                description: Copies
                nodes:
                  wait: {kind: shell, command: "true"}
                  copy: {kind: sql, file: copy.sql, needs: [wait], writes: flights.copy}
                variations: {production: {}}
            """,
            "copy.sql": "SELECT * FROM flights.raw",
        },
    )
    run = mesh.order("copy")
    claim = take("worker-2", mesh.clock)
    mesh.run(values={"rows": 7})

    while claim:
        claim = execute_node(claim, mesh.clock)

    run.refresh_from_db()
    assert run.status == "succeeded"
    assert len(mesh.rows("flights.copy")) == 3
    assert len(mesh.rows("flights.raw")) == 7


@pytest.mark.parametrize("personal", [True, False])
def test_why_the_store_refused_quotes_no_value_where_personal_columns_are_read(recipe, personal) -> None:
    mesh = recipe(
        **{"clean.sql": "SELECT day, CAST('x' || n || 'secret' AS BIGINT) AS tenfold FROM flights.raw"}
    )
    if personal:
        mesh.commit({"domains/flights/domain.yaml": "title: Flights\npersonal:\n  raw: {n: hash}\n"})

    run = mesh.run()

    clean = run.node_runs.get(node="clean")
    assert run.status == "failed"
    assert ("x0secret" in clean.reason + str(clean.outcome)) is not personal
    assert "Could not convert string" in clean.reason
