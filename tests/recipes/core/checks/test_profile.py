"""profile_drift on both stores: what it counts of columns, and what it says where they are not as they were."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from recipes.core.checks.history import Past, Point
from recipes.core.statistics.baseline import Baseline

SLOT = datetime(2001, 1, 31, 12, tzinfo=UTC)
TYPES = {
    "id": "BIGINT", "origin": "VARCHAR", "delay": "DOUBLE", "fare": "DECIMAL(12,2)", "paid": "BOOLEAN", "day": "DATE",
    "note": "VARCHAR",
}  # fmt: skip
NAN, INF = float("nan"), float("inf")
ROWS = [
    [1, "JFK", 10.0, 5, True, date(2001, 1, 1), None],
    [2, None, 20.0, 7, False, None, None],
    [3, "ZRH", NAN, 9, None, date(2001, 1, 2), None],
    [4, "NYC", INF, None, True, date(2001, 1, 2), None],
] * 2
COLUMNS = {
    "id": {"empty": 0},
    "origin": {"empty": 2, "length": 3, "spread": 0},
    "delay": {"empty": 0, "average": 15, "spread": pytest.approx(5.7735)},
    "fare": {"empty": 2, "average": 7, "spread": pytest.approx(1.78885)},
    "paid": {"empty": 2, "true": 4},
    "day": {"empty": 2},
    "note": {"empty": 8},
}


@pytest.fixture(scope="module")
def flights(lay):
    return lay({"flights.raw": (TYPES, ROWS), "flights.none": (TYPES, [])})


def judged(flights, past: Past | None = None, dataset: str = "flights.raw", **given):
    context = given.pop("context", {})
    written = {name: flights.session.seen(name).parts for name in ("flights.raw", "flights.none")}
    (found,) = flights.checks(
        flights.spec("profile_drift", name="it", dataset=dataset, **given),
        slot=SLOT, written=written, past={"it": past} if past else {}, **context,
    )  # fmt: skip
    return found


def past_of(days: int, seed: int = 1, rows: int = 1000, **changed) -> Past:
    """A past of one result a day, of a thousand rows each, with noise."""
    dice = Random(seed)
    points = []
    for day in range(days, 0, -1):
        columns = {
            "origin": {"empty": round(dice.gauss(250, 14)), "length": 3.0, "spread": 0.0},
            "delay": {"empty": 0, "average": dice.gauss(15, 0.3), "spread": 7.0},
            "fare": {"empty": 250, "average": dice.gauss(7, 0.1), "spread": 2.0},
        }
        for name, told in changed.items():
            columns[name] |= told
        profile = {"rows": rows, "columns": columns, "off": []}
        points.append(Point(SLOT - timedelta(days=day), 0.0, "pass", day, rows, profile=profile))
    return Past(tuple(points))


def test_it_counts_what_each_column_holds_alike_on_both_stores(flights) -> None:
    found = judged(flights)

    assert found.details["profile"]["columns"] == COLUMNS
    assert (found.verdict, found.n_scope, found.n_fail) == ("learning", 8, 0)
    assert found.sentence == (
        "Of the 8 rows written to flights.raw, 7 columns looked at, nothing is judged yet. Still learning: It has 0 of"
        " the 8 results it needs."
    )


def test_columns_that_are_left_out_are_not_looked_at(flights) -> None:
    assert judged(flights, leave_out=["Origin", "note"]).details["profile"]["columns"].keys() == {
        "id", "delay", "fare", "paid", "day"
    }  # fmt: skip


def test_of_a_personal_column_only_how_full_it_is_is_kept(flights) -> None:
    found = judged(flights, context={"personal": {"flights.raw": {"fare": "hash", "origin": "hash"}}})

    columns = found.details["profile"]["columns"]
    assert (columns["fare"], columns["origin"]) == ({"empty": 2}, {"empty": 2})
    assert columns["delay"]["average"] == 15


def test_an_empty_load_is_nothing_to_judge(flights) -> None:
    assert judged(flights, dataset="flights.none").verdict == "not_evaluated"
    assert judged(flights, dataset="flights.none", on_empty="pass").verdict == "pass"


def test_without_rows_that_were_written_it_cannot_be_measured(flights) -> None:
    (found,) = flights.checks(flights.spec("profile_drift"), slot=SLOT)

    assert (found.verdict, "did not write flights.raw" in found.sentence) == ("error", True)


def test_what_is_as_it_was_passes_and_keeps_a_baseline_for_each_number(flights) -> None:
    found = judged(flights, past_of(30))

    assert (found.verdict, found.details["profile"]["judged"]) == ("pass", 6)
    assert {one["of"] for one in found.baselines} == {
        f"{what} of {column} of flights.raw"
        for what, column in (
            ("empty", "origin"), ("length", "origin"), ("empty", "delay"), ("average", "delay"),
            ("empty", "fare"), ("average", "fare"),
        )
    }  # fmt: skip


def test_an_average_that_has_moved_is_told_with_what_was_expected(flights) -> None:
    found = judged(flights, past_of(30, fare={"average": 30.0}), min_effect=10)

    assert (found.verdict, found.n_fail) == ("fail", 1)
    assert found.sentence.startswith(
        "Of the 8 rows written to flights.raw, the average of fare is 7 (expected between "
    )
    assert found.details["profile"]["off"] == ["average fare"]


def test_a_move_that_is_small_beside_what_rows_differ_by_is_none(flights) -> None:
    """The average of delay is 15 and was 13.7 day for day; its rows differ by six."""
    assert judged(flights, past_of(30, delay={"average": 13.7}), min_effect=1).n_fail == 0


def test_a_column_that_lost_its_values_is_told(flights) -> None:
    found = judged(flights, past_of(30, rows=1000, origin={"empty": 0}), min_share=2)

    assert "origin is empty in 25 % (expected at most " in found.sentence


def test_a_baseline_that_holds_judges_without_a_past(flights) -> None:
    learnt = judged(flights, past_of(30))
    held = Past(baselines=tuple(Baseline.from_dict(one) for one in learnt.baselines))

    found = judged(flights, held)

    assert (found.verdict, found.baselines) == ("pass", ())


def test_an_alarm_of_one_number_is_not_learnt_from_for_that_number_alone(flights) -> None:
    past = past_of(30)
    wild = Point(
        SLOT - timedelta(hours=12), 1.0, "fail", 99, 1000,
        profile={"rows": 1000, "off": ["average fare"], "columns": past.points[-1].profile["columns"]},
    )  # fmt: skip

    learnt = {one["of"]: one for one in judged(flights, Past((*past.points, wild))).baselines}

    assert learnt["average of fare of flights.raw"]["excluded"][-1][1] == "it was an alarm"
    assert learnt["average of delay of flights.raw"]["excluded"] == []
