"""What one evaluation says: its limits of then, its shape, and whether anything is learnt from it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitoring.core.history.points import Point, finite, limits_of, streak

AT = datetime(2026, 11, 1, tzinfo=UTC)


def point(verdict: str = "pass", measure: float | None = 5.0, **facts) -> Point:
    return Point(1, 1, AT, verdict, measure, **facts)


def test_limits_of_a_chart_go_before_those_of_the_words() -> None:
    assert point(expected="between 82 and 121 by local level", low=81.5, high=120.7).limits == (81.5, 120.7)
    assert point(expected="between 82 and 121 by local level").limits == (82.0, 121.0)


def test_a_share_of_rows_is_a_limit_in_rows() -> None:
    assert point(expected="at most 50 % of the rows", unit="rows", applicable=12).limits == (None, 6.0)
    assert point(expected="at most 1 %", unit="%", applicable=224).limits == (None, 1.0)
    assert point(expected="at most 50 % of the rows", applicable=None).limits == (None, None)


def test_the_limit_of_the_warning_is_not_that_of_the_failure() -> None:
    both = point(expected="at most 9 failing rows, warns unless no failing rows", unit="rows")

    assert (both.limits, both.warns_above) == ((None, 9.0), 0.0)
    assert limits_of("warns unless at most 3 failing rows") == (None, None)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"verdict": "fail", "baseline": "ab"}, "its verdict was fail"),
        ({"verdict": "fail", "baseline": "ab", "mark": "usable"}, ""),
        ({"verdict": "fail", "baseline": "ab", "mark": "expected"}, ""),
        ({"baseline": "ab", "mark": "incident"}, "part of an incident"),
        ({"baseline": "ab", "left_out": "ten scales off"}, "ten scales off"),
        ({"baseline": "ab"}, ""),
        ({"verdict": "fail"}, ""),  # a plain test: nothing learns from it
    ],
)
def test_a_point_says_why_nothing_is_learnt_from_it(facts: dict[str, str], why: str) -> None:
    assert point(**facts).excluded == why


@pytest.mark.parametrize(
    ("verdict", "shape"),
    [
        ("fail", "red"),
        ("error", "red"),
        ("warn", "warn"),
        ("learning", "learning"),
        ("skipped", "skip"),
        ("pass", "ok"),
        ("odd", "ok"),
    ],
)
def test_every_verdict_has_a_shape(verdict: str, shape: str) -> None:
    assert point(verdict).shape == shape


@pytest.mark.parametrize("value", ["5", True, None, float("nan"), float("inf"), 10**400, [1], {"a": 1}])
def test_what_is_no_number_in_kept_details_is_left_out(value: object) -> None:
    assert finite(value) is None


def test_a_streak_is_counted_from_the_newest_back() -> None:
    assert [streak(verdicts) for verdicts in ([], ["fail"], ["pass", "fail", "fail"])] == [0, 1, 2]


@pytest.mark.parametrize(
    ("expected", "within"),
    [("between 2 and 9", "2 to 9"), ("at least 1,500 rows", "≥ 1,500"), ("no failing rows", "≤ 0"), ("", "")],
)
def test_limits_are_said_shortly(expected: str, within: str) -> None:
    assert point(expected=expected).within == within
