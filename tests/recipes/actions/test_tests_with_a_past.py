"""Tests that are judged by their own past: learnt in a run, frozen, and the same for ever after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from recipes.actions.runs.history import read_baseline
from recipes.core.statistics.baseline import Baseline as Learnt
from recipes.models import Baseline, OrderRun, TestResult
from tests.small_mesh import SmallMesh

LOAD = """
    def run(context):
        context.write("flights.raw", [{"day": context.values["day"], "n": n} for n in range(context.values["rows"])])
"""
RECIPE = """
    description: One load a day
    values:
      day: {type: date, default: "{{ yesterday }}"}
      rows: {type: integer, default: 100, min: 0}
    nodes:
      load: {kind: python, file: load.py, writes: {flights.raw: replace}}
    tests:
      as usual: {node: load, check: row_count_anomaly, season: none, where: "day = {{ day }}"}
      no jump: {node: load, check: row_count_change, max_drop: 50, severity: warn}
      same columns: {node: load, check: schema_drift}
      new content: {node: load, check: table_changed, severity: log}
    variations:
      production: {}
      rehearsal: {values: {rows: 3}}
"""
FIRST = datetime(2026, 3, 10, 5, tzinfo=UTC)
LEARNT = (100, 103, 98, 101, 99, 102, 97, 100)  # rows of the first eight days


@pytest.fixture
def daily(mesh: SmallMesh):
    """Run the recipe for a day with so many rows."""
    mesh.write("daily", {"recipe.yaml": RECIPE, "load.py": LOAD})

    def run(day: int, rows: int, **facts) -> OrderRun:
        mesh.now = max(mesh.now, FIRST + timedelta(days=day, hours=1))
        return mesh.run(slot=FIRST + timedelta(days=day), values={"rows": rows}, **facts)

    daily = run
    daily.mesh = mesh
    return daily


@pytest.fixture
def learnt(daily):
    """The same, after eight days."""
    for day, rows in enumerate(LEARNT):
        daily(day, rows)
    return daily


def verdicts(run: OrderRun) -> dict[str, str]:
    return dict(TestResult.objects.filter(run=run).values_list("test", "verdict"))


def result(run: OrderRun, test: str = "as usual") -> TestResult:
    return TestResult.objects.get(run=run, test=test)


def test_a_test_learns_first_and_says_why(daily) -> None:
    first = daily(0, 100)
    second = daily(1, 40)

    assert verdicts(first) == {
        "as usual": "learning", "no jump": "learning", "same columns": "learning", "new content": "learning"
    }  # fmt: skip
    assert verdicts(second) == {
        "as usual": "learning", "no jump": "fail", "same columns": "pass", "new content": "pass"
    }  # fmt: skip
    assert result(second).sentence == (
        "flights.raw has 40 rows where day = '2026-03-10'. Still learning: It has 1 of the 8 results it needs."
    )
    assert result(second, "no jump").sentence == (
        "flights.raw has 40 rows, 60 % fewer than the 100 on 2026-03-10 (previous green)"
        " (expected a loss of at most 50 %)."
    )


def test_what_has_learnt_catches_a_loss_and_names_its_baseline(learnt) -> None:
    lost = learnt(8, 45)

    found, baseline = result(lost), Baseline.objects.get()
    assert (found.verdict, lost.status) == ("fail", "failed")
    assert found.details["baseline"] == baseline.digest
    assert found.details["low"] > 45
    assert baseline.run_id == lost.pk
    assert found.expected.endswith(f"by {baseline.body['model']} of 8 points")


def test_the_same_slot_run_again_gets_the_same_verdict_by_the_same_baseline(learnt) -> None:
    first = learnt(8, 100)
    learnt(9, 101)

    again = learnt(8, 100, came_by="rerun")

    told = [(r.verdict, r.sentence, r.details) for r in (result(first), result(again))]
    assert again.pk != first.pk
    assert told[0] == told[1]
    assert Baseline.objects.count() == 1


def test_a_point_that_failed_is_neither_learnt_from_nor_compared_with(learnt) -> None:
    learnt(8, 5)
    Baseline.objects.all().delete()

    after = learnt(9, 100)

    assert result(after, "no jump").details["before"] == LEARNT[-1]
    assert Baseline.objects.get().body["excluded"] == [
        [(FIRST + timedelta(days=8)).isoformat(), "its verdict was fail"]
    ]


def test_runs_of_another_variation_are_another_series(learnt) -> None:
    rehearsal = learnt(8, 3, variation="rehearsal")

    assert verdicts(rehearsal)["as usual"] == "learning"


def test_a_kitchen_is_judged_by_the_past_of_production_and_adds_nothing_to_it(learnt) -> None:
    kitchen = learnt.mesh.child()

    run = learnt(8, 40, kitchen=kitchen)
    after = learnt(9, 100)

    found = result(run)
    assert (found.verdict, found.details["judged_by"]) == ("fail", "production")
    assert "by production's" in found.expected
    assert Baseline.objects.get().run_id == after.pk
    assert result(after, "no jump").details["before"] == LEARNT[-1]


def test_after_an_expected_change_it_learns_anew(learnt) -> None:
    doubled = learnt(8, 200)
    TestResult.objects.filter(run=doubled, test="as usual").update(mark="expected")

    after = learnt(9, 205)

    assert result(doubled).verdict == "fail"
    assert result(after).verdict == "learning"
    assert "1 of the 8 results" in result(after).sentence


def test_the_past_costs_two_queries_a_node_and_nothing_where_no_test_wants_it(
    learnt, django_assert_num_queries
) -> None:
    from recipes.actions.runs.context import run_context
    from recipes.actions.runs.history import pasts

    context = run_context(learnt(8, 100).pk, ("a look",))
    tests = context.plan.tests["load"]
    context.versions(set(context.named))

    plain = [test for test in tests if test.check == "row_count"]
    with django_assert_num_queries(0):
        assert pasts(context, plain) == {}
    with django_assert_num_queries(3):  # the tests without a baseline ask what the budget allows
        found = pasts(context, tests)

    assert len(found["as usual"].points) == len(LEARNT)


@pytest.mark.parametrize(
    "forged",
    [
        {"format": 7},
        {"per_week": float("nan")},
        {"per_week": 1e12},
        {"origin": "soon"},
        {"sigma": 0.0},
        {"power": None},
        {"excluded": [["2026-01-01T00:00:00+00:00", "x" * 300_000]]},
    ],
    ids=lambda forged: next(iter(forged)),
)
def test_a_baseline_that_is_none_is_not_kept(forged) -> None:
    fair = Learnt(
        "rows",
        "a",
        "last value",
        "",
        "log1p",
        1.0,
        FIRST,
        FIRST,
        FIRST + timedelta(days=7),
        8,
        0.1,
        3.0,
        0.01,
    )

    assert read_baseline(fair.as_dict()) == fair
    assert read_baseline(fair.as_dict() | forged) is None
    assert read_baseline({}) is None
