"""Checks that read their own past, on both stores."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from kitchens.core.stores.base import Column, Part, Version
from recipes.core.checks import check_parameters
from recipes.core.checks.history import Past, Point
from recipes.core.checks.past.schema_drift import drifts
from recipes.core.statistics.baseline import Baseline

SLOT = datetime(2001, 1, 31, 12, tzinfo=UTC)  # a Wednesday
ROWS = "rows of flights.raw"
TYPES = {"id": "BIGINT", "origin": "VARCHAR", "delay": "DOUBLE", "day": "DATE", "landed_at": "TIMESTAMP"}


@pytest.fixture(scope="module")
def flights(lay):
    """A hundred flights: 10 without an origin, delays of 10 on average, the newest six hours old."""
    rows = [
        [n, "JFK" if n % 10 else None, 10.0 + n % 5 - 2, date(2001, 1, 31), datetime(2001, 1, 31, 6)]
        for n in range(100)
    ]
    return lay({"flights.raw": (TYPES, rows), "flights.none": (TYPES, [])})


def point(days: float, value: float | None, of: str = ROWS, verdict: str = "pass", **facts) -> Point:
    """A point so many days before the slot; `rows` as the value where nothing else is said."""
    rows = facts.pop("rows", int(value) if value is not None else None)
    return Point(SLOT - timedelta(days=days), value, verdict, 7, rows, of, **facts)


def daily(values, of: str = ROWS, **facts) -> Past:
    """The past of one point a day, the last of yesterday."""
    return Past(tuple(point(len(values) - place, value, of, **facts) for place, value in enumerate(values)))


def judged(flights, check: str, past: Past | None = None, spans=None, **given):
    spec = flights.spec(check, name="it", **given)
    (found,) = flights.checks(spec, slot=SLOT, past={"it": past} if past else {}, spans=spans or {})
    return found


STEADY = [100, 103, 98, 101, 99, 102, 97, 100] * 4


# row_count_change


@pytest.mark.parametrize(
    ("before", "given", "verdict"),
    [
        (100, {"max_drop": 0}, "pass"),
        (200, {"max_drop": 50}, "pass"),
        (201, {"max_drop": 50}, "fail"),
        (201, {"max_drop": "50 %"}, "fail"),
        (201, {"max_rise": 10}, "pass"),
        (80, {"max_rise": 20}, "fail"),
        (0, {"max_rise": 500}, "fail"),
        (0, {"max_drop": 50}, "pass"),
        (300, {"max_drop": 50, "min_rows": 1000}, "pass"),
        (300, {"warn": "< -20"}, "warn"),
    ],
)
def test_a_change_is_held_against_the_last_green_count(flights, before, given, verdict):
    assert judged(flights, "row_count_change", daily([before]), **given).verdict == verdict


def test_a_wrong_load_is_not_what_the_next_is_compared_with(flights):
    past = Past((point(2, 210), point(1, 100, verdict="fail")))

    found = judged(flights, "row_count_change", past, max_drop=50)

    assert (found.verdict, found.details["before"]) == ("fail", 210)
    assert found.sentence == (
        "flights.raw has 100 rows, 52.4 % fewer than the 210 on 2001-01-29 (previous green)"
        " (expected a loss of at most 50 %)."
    )


def test_a_part_of_an_incident_is_not_what_the_next_is_compared_with(flights):
    past = Past((point(2, 100), point(1, 500, mark="incident")))

    assert judged(flights, "row_count_change", past, max_drop=50).details["before"] == 100


def test_what_was_marked_as_a_false_alarm_is(flights):
    past = Past((point(2, 500), point(1, 100, verdict="fail", mark="usable")))

    assert judged(flights, "row_count_change", past, max_drop=50).details["before"] == 100


@pytest.mark.parametrize(
    ("compare", "before"),
    [("same weekday", 107), ("7 days ago", 107), ("1 day ago", 101), ("previous green", 101)],
)
def test_it_compares_with_the_run_that_was_asked_for(flights, compare, before):
    past = daily([114, 113, 112, 111, 110, 109, 108, 107, 106, 105, 104, 103, 102, 101])

    found = judged(flights, "row_count_change", past, compare=compare, max_drop=50)

    assert found.details["before"] == before


def test_the_same_weekday_may_be_weeks_ago_where_the_last_was_red(flights):
    past = Past((point(14, 140), point(7, 70, verdict="fail")))

    assert (
        judged(flights, "row_count_change", past, compare="same weekday", max_drop=50).details["before"]
        == 140
    )


def test_without_anything_to_compare_with_it_learns(flights):
    found = judged(flights, "row_count_change", daily([100]), compare="30 days ago", max_drop=50)

    assert found.verdict == "learning"
    assert found.sentence.endswith("Still learning: There is no green result to compare with (30 days ago).")


def test_the_result_of_the_slot_itself_and_of_later_ones_are_not_its_past(flights):
    past = Past((point(1, 100), point(0, 900), point(-1, 900)))

    assert judged(flights, "row_count_change", past, max_drop=50).details["before"] == 100


def test_counts_of_other_rows_are_not_compared(flights):
    past = daily([900])

    assert judged(flights, "row_count_change", past, max_drop=50, where="id < 50").verdict == "learning"


def test_the_day_in_a_filter_does_not_part_the_series(flights):
    first = judged(flights, "row_count_change", max_drop=50, where="day = '2001-01-30'")
    second = judged(flights, "row_count_change", max_drop=50, where="day = '2001-01-31'")

    assert first.details["of"] == second.details["of"]


# control charts


def test_a_usual_count_passes_and_says_by_what(flights):
    found = judged(flights, "row_count_anomaly", daily(STEADY))

    assert found.verdict == "pass"
    assert found.details["low"] < 100 < found.details["high"]
    assert found.details["sees"].startswith("At today's noise it sees a one-run drop of ")
    assert found.baselines[0]["points"] == 32
    assert found.details["baseline"] == Baseline.from_dict(found.baselines[0]).id
    assert "by local level of 32 points" in found.sentence


def test_a_loss_fails(flights):
    found = judged(flights, "row_count_anomaly", daily([3 * rows for rows in STEADY]))

    assert found.verdict == "fail"
    assert found.sentence.startswith("flights.raw has 100 rows (expected between ")


def test_a_given_baseline_is_used_and_not_learnt_again(flights):
    first = judged(flights, "row_count_anomaly", daily(STEADY))
    baseline = Baseline.from_dict(first.baselines[0])

    again = judged(flights, "row_count_anomaly", Past(daily(STEADY).points, baselines=(baseline,)))

    assert again.baselines == ()
    assert again.details == first.details
    assert again.sentence == first.sentence


def test_a_baseline_for_other_wishes_is_not_used(flights):
    first = judged(flights, "row_count_anomaly", daily(STEADY))
    past = Past(daily(STEADY).points, baselines=(Baseline.from_dict(first.baselines[0]),))

    assert judged(flights, "row_count_anomaly", past, direction="down").baselines[0]["direction"] == "down"


def test_a_baseline_from_before_an_expected_change_is_not_used(flights):
    baseline = Baseline.from_dict(judged(flights, "row_count_anomaly", daily(STEADY)).baselines[0])
    changed = Past((*daily(STEADY).points[:-1], point(1, 100, mark="expected")), baselines=(baseline,))

    found = judged(flights, "row_count_anomaly", changed)

    assert (found.verdict, found.details["learning"]) == ("learning", "It has 1 of the 8 results it needs.")


def test_while_it_learns_a_loss_of_nine_tenths_fails_all_the_same(flights):
    found = judged(flights, "row_count_anomaly", daily([1001, 1002, 1003]))

    assert found.verdict == "fail"
    assert found.expected.startswith("at least 100.2, while it learns")


def test_while_it_learns_nothing_at_all_fails_all_the_same(flights):
    found = judged(flights, "row_count_anomaly", daily([10], "rows of flights.none"), dataset="flights.none")

    assert found.verdict == "fail"


def test_a_limit_that_needs_no_past_holds_while_it_learns(flights):
    assert judged(flights, "row_count_anomaly", daily([100]), fail="> 99").verdict == "fail"


def test_after_five_failures_on_one_side_a_new_normal_is_proposed(flights):
    steady = [3 * rows for rows in STEADY]
    baseline = Baseline.from_dict(
        judged(
            flights, "row_count_anomaly", Past(tuple(point(36 - n, rows) for n, rows in enumerate(steady)))
        ).baselines[0]
    )
    failed = tuple(point(days, 100, verdict="fail") for days in (4, 3, 2, 1))
    past = Past((*(point(36 - n, rows) for n, rows in enumerate(steady)), *failed), baselines=(baseline,))

    found = judged(flights, "row_count_anomaly", past)

    assert "too low for the 5th time in a row; if that is meant, mark the first as expected" in found.sentence


def test_a_lasting_shift_warns(flights):
    random = Random(3)
    steady = tuple(point(106 - day, round(random.gauss(108, 3))) for day in range(100))
    learnt = judged(flights, "row_count_anomaly", Past(steady))
    since = tuple(point(days, 100) for days in (6, 5, 4, 3, 2, 1))

    found = judged(
        flights,
        "row_count_anomaly",
        Past((*steady, *since), baselines=(Baseline.from_dict(learnt.baselines[0]),)),
    )

    assert (learnt.verdict, found.verdict) == ("pass", "warn")
    assert "; it has moved down for good, by about " in found.sentence


def test_an_average_is_charted(flights):
    of = "avg of delay of flights.raw"
    past = daily([20.0, 20.3, 19.8, 20.1, 19.9, 20.2, 19.7, 20.0] * 4, of)

    found = judged(flights, "aggregate_anomaly", past, column="delay", function="avg")

    assert (found.verdict, found.measure, found.details["of"]) == ("fail", 10.0, of)


def test_the_age_of_the_newest_row_is_charted_and_only_too_old_is_an_alarm(flights):
    of = "age of landed_at of flights.raw"
    young, old = ([factor * hours for hours in (1.0, 1.1, 0.9, 1.05) * 8] for factor in (1.0, 20.0))

    late = judged(flights, "freshness_anomaly", daily(young, of), column="landed_at")
    early = judged(flights, "freshness_anomaly", daily(old, of), column="landed_at")

    assert (late.verdict, early.verdict) == ("fail", "pass")
    assert "at most" in late.expected


def test_nothing_to_measure_is_no_point_of_a_chart(flights):
    found = judged(flights, "aggregate_anomaly", dataset="flights.none", column="delay", function="avg")

    assert found.verdict == "fail"
    assert "of" not in found.details


@pytest.mark.parametrize(("share", "verdict"), [(2.0, "fail"), (9.0, "pass"), (30.0, "fail")])
def test_a_share_is_judged_by_the_number_of_rows(flights, share, verdict):
    past = daily([share, share + 1] * 6, "share with origin IS NULL of flights.raw", rows=500)

    found = judged(flights, "share_anomaly", past, expression="origin IS NULL")

    assert found.verdict == verdict
    assert found.sentence.startswith(
        "For 10 of 100 rows of flights.raw (10 %) origin IS NULL holds (expected "
    )


def test_a_country_without_holidays_is_an_error_of_that_test(flights):
    found = judged(flights, "row_count_anomaly", daily(STEADY), country="ZZ")

    assert (found.verdict, found.sentence) == ("error", "No holidays are known of the country ZZ.")


@pytest.mark.parametrize(
    ("check", "params", "fault"),
    [
        ("row_count_change", {"compare": "yesterday"}, "“yesterday” is no run to compare with."),
        (
            "row_count_change",
            {"max_drop": 120},
            "max_drop is above 100 %: nothing can be lost more than once.",
        ),
        ("row_count_anomaly", {"timezone": "Mars/Olympus"}, "there is no time zone Mars/Olympus."),
        ("row_count_anomaly", {"alpha": 0}, "row_count_anomaly: alpha is not right"),
        (
            "arrival_window",
            {"earliest": "2 h", "latest": "1 h"},
            "earliest is after latest: nothing can pass.",
        ),
    ],
)
def test_faults_of_parameters_are_told(check, params, fault):
    assert any(fault in sentence for sentence in check_parameters(check, params))


# columns and content


def columns(**types: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name, kind in types.items())


def version(*held: Column) -> Version:
    return Version("flights.raw", "embedded", held, (Part("p", 1, 1),), snapshot_id=4)


def test_equal_columns_pass_and_cost_no_query(flights):
    held = tuple(flights.session.columns("flights.raw"))

    found = judged(flights, "schema_drift", Past(previous=version(*held)))

    assert (found.verdict, found.sql, found.n_fail) == ("pass", "", 0)
    assert found.sentence == (
        "Of flights.raw, held against the version before, no column was added, dropped, retyped or made nullable."
    )


def test_a_renamed_column_is_gone_and_new_and_the_guess_is_told(flights):
    held = tuple(flights.session.columns("flights.raw"))
    before = tuple(Column("delays", held[2].type) if column.name == "delay" else column for column in held)

    found = judged(flights, "schema_drift", Past(previous=version(*before)))

    assert (found.verdict, found.n_fail) == ("fail", 2)
    assert "delays (DOUBLE) is gone, perhaps renamed to delay" in found.sentence
    assert judged(
        flights, "schema_drift", Past(previous=version(*before)), allow=["added", "dropped"]
    ).verdict == "pass"  # fmt: skip


def test_the_first_version_has_nothing_to_be_compared_with(flights):
    assert judged(flights, "schema_drift").verdict == "learning"


def test_every_kind_of_drift_is_found():
    before = (*columns(a="BIGINT", b="VARCHAR", c="DATE"), Column("d", "DATE", nullable=False))
    now = columns(d="DATE", B="BIGINT", a="BIGINT", e="DOUBLE")

    found = [(drift.kind, drift.column) for drift in drifts(before, now)]

    assert found == [
        ("dropped", "c"), ("added", "e"), ("retyped", "B"), ("nullable", "d"), ("reordered", "")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("expect", "same", "verdict"),
    [("changed", True, "fail"), ("changed", False, "pass"), ("same", True, "pass"), ("same", False, "fail")],
)
def test_content_that_changed_is_told_from_content_that_did_not(flights, expect, same, verdict):
    taken = judged(flights, "table_changed").details
    fingerprint = taken["fingerprint"] if same else "other"
    past = Past((point(1, 1.0, taken["of"], fingerprint=fingerprint),))

    assert judged(flights, "table_changed", past, expect=expect).verdict == verdict


def test_one_changed_value_changes_the_fingerprint(lay):
    one, other = (
        lay({"flights.raw": (TYPES, [[1, origin, 1.0, date(2001, 1, 1), None]])}) for origin in ("JFK", "LAX")
    )

    prints = [judged(laid, "table_changed").details["fingerprint"] for laid in (one, other, one)]

    assert prints[0] == prints[2] != prints[1]


# times


@pytest.mark.parametrize(
    ("check", "span", "seconds", "given", "verdict"),
    [
        ("run_duration", "run", 1300, {"max": "20 min"}, "fail"),
        ("run_duration", "node", 1100, {"of": "node", "max": "20 min"}, "pass"),
        ("arrival_window", "slot", 7300, {"latest": "2 h"}, "fail"),
        ("arrival_window", "slot", 60, {"earliest": "5 min"}, "fail"),
        ("arrival_window", "slot", 600, {"earliest": "5 min", "latest": "2 h"}, "pass"),
    ],
)
def test_times_are_held_against_limits(flights, check, span, seconds, given, verdict):
    found = judged(flights, check, spans={span: seconds}, dataset="", **given)

    assert (found.verdict, found.measure, found.unit) == (verdict, seconds, "seconds")


def test_a_run_that_takes_much_longer_than_ever_fails_without_a_limit(flights):
    past = daily([60.0, 66.0, 58.0, 63.0] * 8, "time of run")

    slow, quick = (judged(flights, "run_duration", past, {"run": span}, dataset="") for span in (600.0, 70.0))

    assert (slow.verdict, quick.verdict) == ("fail", "pass")
    assert slow.details["model"] == "local level"
