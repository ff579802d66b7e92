"""What is said of a test: how often it fails, what it can see, whether one can rely on it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitoring.core.history.points import Point
from monitoring.core.history.strip import strip_of
from monitoring.core.history.words import how_often, lately, plain_words, sees, share

AT = datetime(2026, 11, 1, tzinfo=UTC)


def points(*measures: float, expected: str, unit: str = "rows", **facts) -> list[Point]:
    return [Point(n, n, AT, "pass", m, expected, unit=unit, **facts) for n, m in enumerate(measures)]


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 9, "0 %"), (9, 410, "2.2 %"), (1, 5000, "under 0.1 %"), (3, 3, "100 %"), (0, 0, "–")],
)
def test_a_share_is_said_with_the_digits_that_matter(part: int, whole: int, said: str) -> None:
    assert share(part, whole) == said


def test_how_often_it_failed_has_a_denominator() -> None:
    assert how_often(41, 3, 2) == "It was red in 3 of 41 evaluations (7.3 %) and warned in 2."
    assert how_often(1, 0, 0) == "It never failed in 1 evaluation."
    assert how_often(0, 0, 0) == "It has not been judged yet."


def test_plain_words_are_the_author_s_then_the_place_then_the_limit() -> None:
    said = plain_words(
        "Every shop is one of ours", "foreign_key", "sales.orders", "store_id", "no failing rows"
    )

    assert said == "Every shop is one of ours. It looks at sales.orders.store_id. Expected: no failing rows."


def test_a_chart_says_itself_what_it_sees() -> None:
    told = "At today's noise it sees a one-run drop of 17 %."

    assert sees(points(5, 5, 5, expected="at least 3"), told) == told


@pytest.mark.parametrize(
    ("measures", "expected", "said"),
    [
        ((200, 210, 220), "at least 150", "a drop of more than 28.6 % (to below 150 rows)"),
        ((200, 210, 220), "between 150 and 260", "or a rise of more than 23.8 % (to above 260 rows)"),
        ((0, 0, 0), "no failing rows", "A single one of the rows is enough for it to fail."),
        (
            (0, 0, 1),
            "at most 9 failing rows, warns unless at most 2 failing rows",
            "fails above 9 failing rows and warns above 2.",
        ),
        ((0, 0, 1), "at most 50 % of the rows", "It fails above 6 failing rows."),
    ],
)  # fmt: skip
def test_other_tests_say_what_their_limits_mean_at_the_usual_value(
    measures: tuple[float, ...], expected: str, said: str
) -> None:
    assert said in sees(points(*measures, expected=expected, applicable=12), "")


def test_nothing_is_said_without_limits_or_without_a_past() -> None:
    assert sees(points(5, 5, 5, expected=""), "") == ""
    assert sees(points(5, expected="at least 3"), "") == ""
    assert sees([], "") == ""


def test_reliability_counts_turns_errors_and_false_alarms() -> None:
    rows = [("pass", "", 10.0), ("fail", "usable", 20.0), ("error", "", 30.0), ("pass", "", 10.0)]

    found = lately(rows)

    assert found.reliability == (
        "2 of the last 4 evaluations were red (50 %); 1 of them could not be measured; it turned 2 times;"
        " 1 of 1 alarm marked as false."
    )
    assert (
        found.cost == "15 ms at the median, 30 ms at the 95th percentile; 0.1 s for the last 4 evaluations."
    )
    assert lately([]).reliability == "Nothing is known of it yet."


def test_a_strip_tells_verdicts_apart_by_height_and_says_them() -> None:
    strip = strip_of([("pass", 1.0), ("pass", 4.0), ("warn", 2.0), ("fail", 9.0), ("fail", None)])
    paths = dict(strip.paths)

    assert strip.said == "The last 5: 2 pass, 2 fail, 1 warn"
    assert strip.lasting == "for 2 runs"
    assert paths["fail"].count("v20") == 2
    assert paths["ok"].count("v20") == 0
    assert paths["warn"].count("M") == 2  # cut in two


def test_a_strip_shows_twenty_at_most_and_knows_that_there_may_be_more() -> None:
    strip = strip_of([("pass", 0.0)] * 30)

    assert strip.lasting == "for 20+ runs"
    assert dict(strip.paths)["ok"].count("M") == 20
    assert strip_of([]).said == "not judged yet"
