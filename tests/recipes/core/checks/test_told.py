"""Tests of what other tools have told: states, metrics, messages, and what a node has spent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from recipes.core.checks import CheckContext, check_parameters, evaluate
from recipes.core.checks.history import Past, Point
from recipes.core.checks.told.asking import Line, Told
from recipes.core.nodes.base import Measured
from recipes.core.spec.model import TestSpec
from tests.recipes.core.checks.conftest import OF_TEST

NOW = datetime(2001, 1, 31, 12, tzinfo=UTC)
LINES = (
    Line(at=NOW, level="ERROR", text="rejected 12 rows of orders"),
    Line(at=NOW, level="INFO", text="it's done; rejected 0 rows"),
    Line(at=NOW, level="INFO", text="all's well \\ 'quoted'"),
)


def told(**facts: Any) -> Told:
    return Told(**{"sources": ("airflow",), "at": NOW - timedelta(hours=1)} | facts)


@pytest.fixture
def judged(store):
    """Evaluate one test that was told something."""

    def judge(check: str, said: Told | None = None, spent=None, past=(), **given: Any) -> Measured:
        of_test = {key: given.pop(key) for key in OF_TEST if key in given}
        test = TestSpec(name="t", node="n", check=check, params=given, **of_test)
        context = CheckContext(
            NOW, told={"t": said} if said else {}, spent=spent or {}, past={"t": Past(tuple(past))}
        )
        if store.kind == "postgresql":
            context = replace(context, dialect="postgres")
        with store.session({}, "told") as session:
            return evaluate([test], session, context)[0]

    return judge


@pytest.mark.parametrize(
    ("status", "given", "verdict"),
    [
        ("COMPLETED", {}, "pass"),
        ("COMPLETED_WITH_WARNINGS", {}, "pass"),
        ("COMPLETED_WITH_WARNINGS", {"status": ["COMPLETED"]}, "fail"),
        ("FAILED", {}, "fail"),
        ("RUNNING", {}, "fail"),
        ("RUNNING", {"status": ["RUNNING"]}, "pass"),
    ],
)
def test_the_newest_run_of_a_component_stands_as_it_should(judged, status, given, verdict):
    found = judged("run_status", told(status=status, run="r-7"), component="orders", **given)

    assert (found.verdict, found.n_fail) == (verdict, int(verdict == "fail"))
    assert found.sentence == f"Run r-7 of orders is {status} since 2001-01-31 11:00 UTC."


def test_a_run_that_has_not_come_is_missing_and_fails(judged):
    found = judged("run_status", Told(sources=("airflow",)), component="orders", within="26 h")

    assert (found.verdict, found.details) == ("fail", {"status": "MISSING"})
    assert found.sentence == "orders has told of no run in the last 26 hours: it is missing."
    assert found.expected == "COMPLETED or COMPLETED_WITH_WARNINGS within the last 26 hours"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (Told(), "No event has ever told of a component orders; the page Events lists those there are."),
        (
            Told(sources=("airflow", "dagster")),
            "orders is a component of airflow and dagster; say which by `source`.",
        ),
        (None, "run_status is measured in runs only: nobody has looked up orders here."),
    ],
)
def test_a_component_that_is_not_known_or_not_one_is_an_error(judged, said, sentence):
    found = judged("run_status", said, component="orders")

    assert (found.verdict, found.sentence) == ("error", sentence)


@pytest.mark.parametrize(
    ("value", "limits", "verdict"),
    [(99.0, {"max": 100}, "pass"), (101.0, {"max": 100}, "fail"), (0.0, {"min": 1, "max": 9}, "fail")],
)
def test_a_metric_lies_within_its_limits(judged, value, limits, verdict):
    found = judged(
        "event_metric", told(measure=value, unit="rows"), component="orders", metric="rejected", **limits
    )

    assert (found.verdict, found.measure, found.unit) == (verdict, value, "rows")
    assert found.sentence.startswith(f"rejected of orders was {value:g} rows at 2001-01-31 11:00 UTC")


def test_a_metric_that_nobody_has_told_fails(judged):
    found = judged("event_metric", Told(sources=("airflow",)), component="orders", metric="rejected", max=1)

    assert found.verdict == "fail"
    assert found.sentence.startswith("Nobody has told rejected of orders in the last 24 hours")


def points(values: list[float], of: str) -> list[Point]:
    return [
        Point(NOW - timedelta(days=len(values) - place), value, "pass", place, of=of)
        for place, value in enumerate(values)
    ]


@pytest.mark.parametrize(("value", "verdict"), [(101.0, "pass"), (500.0, "fail")])
def test_a_metric_without_limits_is_judged_by_its_past(judged, value, verdict):
    past = points([100.0, 104.0, 97.0, 101.0] * 10, "rejected of orders")

    found = judged("event_metric", told(measure=value), past=past, component="orders", metric="rejected")

    assert found.verdict == verdict
    assert found.details["learnt_from"] == 40


@pytest.mark.parametrize(
    ("given", "verdict", "failing", "messages"),
    [
        ({"pattern": "rejected [0-9]+ rows"}, "fail", 2, 3),
        ({"pattern": "rejected [1-9][0-9]* rows"}, "fail", 1, 3),
        ({"pattern": "REJECTED", "ignore_case": True}, "fail", 2, 3),
        ({"pattern": "rejected", "level": "INFO"}, "fail", 1, 2),
        ({"pattern": "it's done"}, "fail", 1, 3),
        ({"pattern": "\\\\ 'quoted'$"}, "fail", 1, 3),
        ({"pattern": "out of memory"}, "pass", 0, 3),
        ({"pattern": "done", "expect": "present"}, "pass", 0, 3),
        ({"pattern": "sent", "expect": "present"}, "fail", 1, 3),
        ({"pattern": "rejected", "fail": "> 2"}, "pass", 2, 3),
    ],
)
def test_messages_of_a_form_are_counted(judged, given, verdict, failing, messages):
    found = judged("log_pattern", told(lines=LINES), component="orders", **given)

    assert (found.verdict, found.n_fail, found.details["messages"]) == (verdict, failing, messages)


def test_messages_of_that_form_are_the_evidence(judged):
    found = judged("log_pattern", told(lines=LINES), component="orders", pattern="rejected 12")

    assert [row["message"] for row in found.evidence] == ["rejected 12 rows of orders"]
    assert (
        found.sentence == "1 of 3 messages of orders in the last 24 hours has the form rejected 12 (33.3 %)."
    )


def test_no_message_at_all_is_fine_unless_one_is_expected(judged):
    silent = Told(sources=("airflow",))

    absent = judged("log_pattern", silent, component="orders", pattern="trouble")
    present = judged("log_pattern", silent, component="orders", pattern="done", expect="present")

    assert (absent.verdict, present.verdict) == ("pass", "fail")


def test_a_pattern_that_would_take_forever_elsewhere_takes_no_time(judged):
    lines = (Line(at=NOW, level="INFO", text="a" * 499 + "!"),) * 500

    found = judged("log_pattern", told(lines=lines), component="orders", pattern="(a+)+$")

    assert found.n_fail == 0


@pytest.mark.parametrize(
    ("given", "spent", "verdict"),
    [
        ({"of": "bytes", "max": 1000}, {"bytes": 900.0}, "pass"),
        ({"of": "bytes", "max": 1000}, {"bytes": 1100.0}, "fail"),
        ({"of": "rows", "min": 1}, {"rows": 0.0}, "fail"),
    ],
)
def test_what_a_node_writes_is_held_against_limits(judged, given, spent, verdict):
    found = judged("run_cost", spent=spent, **given)

    assert (found.verdict, found.measure) == (verdict, spent[given["of"]])


def test_what_a_run_of_another_tool_cost_is_held_against_limits(judged):
    found = judged("run_cost", told(run="r-7", facts={"cost": 12.5}), component="orders", of="cost", max=10)

    assert (found.verdict, found.measure) == ("fail", 12.5)
    assert found.sentence.startswith("Run r-7 of orders has told 12.5 cost (expected at most 10)")


def test_a_node_that_writes_ten_times_as_much_as_ever_fails_without_a_limit(judged):
    past = points([1000.0, 1040.0, 980.0, 1010.0] * 10, "rows of the node")

    much, usual = (
        judged("run_cost", spent={"rows": rows}, past=past, of="rows") for rows in (10_000.0, 1005.0)
    )

    assert (much.verdict, usual.verdict) == ("fail", "pass")


@pytest.mark.parametrize(
    ("check", "given"),
    [
        ("run_status", {"component": "orders"}),
        ("event_metric", {"component": "orders", "metric": "m", "max": 1}),
        ("log_pattern", {"component": "orders", "pattern": "x"}),
        ("run_cost", {"component": "orders", "of": "cost", "max": 1}),
    ],
)
def test_a_run_with_fixtures_asks_nobody_outside(judged, check, given):
    found = judged(check, Told(hermetic=True), **given)

    assert found.verdict == "learning"
    assert "not looked up in a run with fixtures" in found.sentence


@pytest.mark.parametrize(
    ("check", "params", "fault"),
    [
        ("run_status", {"component": "orders", "within": "soon"}, "“soon” is not a span of time."),
        ("run_status", {}, "component"),
        (
            "event_metric",
            {"component": "c", "metric": "m", "min": 2, "max": 1},
            "min is above max: nothing can pass.",
        ),
        ("log_pattern", {"component": "c", "pattern": "(?i)x"}, "only (?:…) is the same in every store"),
        ("run_cost", {"of": "cost"}, "of a node only rows and bytes are known, not cost; name a component."),
        ("run_cost", {"of": "rows", "component": "c"}, "tell rows_in and rows_out"),
    ],
)
def test_faults_of_what_is_asked_are_told(check, params, fault):
    assert any(fault in sentence for sentence in check_parameters(check, params))
