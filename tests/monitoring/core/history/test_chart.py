"""The picture of a test's history, and the limits it draws."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitoring.core.history.chart import HEIGHT, WIDTH, Band, Event, history_chart, own_events
from monitoring.core.history.points import Point, limits_of
from monitoring.core.report_words import reliability, verdict_line

AT = datetime(2026, 11, 1, tzinfo=UTC)


def points(*measures: float | None, expected: str = "at least 3") -> list[Point]:
    return [
        Point(
            place,
            place,
            AT + timedelta(days=place),
            "fail" if m is not None and m < 3 else "pass",
            m,
            expected,
        )
        for place, m in enumerate(measures)
    ]


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("at least 1,500 rows", (1500.0, None)),
        ("at most 0.5", (None, 0.5)),
        ("between -2 and 9", (-2.0, 9.0)),
        ("exactly 0", (0.0, 0.0)),
        ("no failing rows", (None, 0.0)),
        ("at most 1 % of the rows", (None, None)),
        ("", (None, None)),
    ],
)
def test_limits_are_read_from_the_words_of_then(text: str, limits: tuple[float | None, float | None]) -> None:
    assert limits_of(text) == limits


def test_red_points_and_the_two_that_matter_are_marked() -> None:
    chart = history_chart(points(5, 4, 1, 2), first_red=2, last_green=1)

    assert chart is not None
    assert [one.red for one in chart.placed] == [False, False, True, True]
    assert [one.mark for one in chart.placed] == ["", "last green", "first red", ""]
    assert all(0 <= one.x <= WIDTH and 0 <= one.y <= HEIGHT for one in chart.placed)
    assert chart.said == "4 evaluations, 2 of them red; the last measured 2."


def test_a_limit_that_moved_is_a_step() -> None:
    before, after = points(5, 5), points(5, 5, expected="at least 9")

    chart = history_chart([*before, *after], None, None)

    assert chart is not None
    assert len({part.split()[1] for part in chart.lower.replace("M", "L").split("L")[1:]}) == 2


def test_one_point_or_none_that_was_measured_is_no_picture() -> None:
    assert history_chart(points(5, None), None, None) is None


def test_the_same_value_all_the_time_can_be_drawn() -> None:
    assert history_chart(points(0, 0, 0, expected=""), None, None) is not None


def test_the_verdict_says_since_when_or_how_it_ended() -> None:
    said = ("3 of 9 rows have no shop.", "shops exist", 12, 2, AT)

    assert verdict_line(*said, None, "") == "3 of 9 rows have no shop; red since run 12, 2 runs."
    assert verdict_line(*said, AT + timedelta(hours=5), "green") == (
        "3 of 9 rows have no shop; red from run 12 on for 5 h, 2 runs; green again."
    )


def test_reliability_says_its_denominator() -> None:
    assert reliability(410, 9, 3) == "9 of 410 evaluations were red (2.2 %), in 3 episodes."
    assert reliability(0, 0, 0) == "It has not been evaluated before."


def test_a_band_reaches_from_its_first_red_point_to_before_the_green_one() -> None:
    chart = history_chart(points(5, 1, 1, 5, 5), bands=[Band(1, 3, "Red for a while.")])

    assert chart is not None
    (band,) = chart.bands
    xs = [one.x for one in chart.placed]
    assert xs[0] < band.x < xs[1]
    assert xs[2] < band.x + band.width < xs[3]


def test_a_band_that_goes_on_ends_with_the_picture_and_one_before_it_is_not_drawn() -> None:
    chart = history_chart(points(5, 1, 1), bands=[Band(1, None, "Still red."), Band(-9, -2, "Long ago.")])

    assert chart is not None
    (band,) = chart.bands
    assert band.x + band.width == chart.placed[-1].x


def test_events_stand_before_the_first_point_they_hold_for() -> None:
    chart = history_chart(
        points(5, 5, 5), events=[Event(1, "deploy", "The recipe changed."), Event(9, "deploy", "")]
    )

    assert chart is not None
    (event,) = chart.events
    assert chart.placed[0].x < event.x < chart.placed[1].x
    assert "deploy" in chart.shapes


def test_points_tell_where_learning_began_anew_and_a_new_baseline_judged() -> None:
    row = points(5, 5, 5, 5)
    row = [replace(point, baseline=digest) for point, digest in zip(row, ("a", "a", "b", "b"), strict=True)]
    row[3] = replace(row[3], mark="expected")

    assert [(event.result, event.kind) for event in own_events(row)] == [(2, "baseline"), (3, "regime")]


def test_a_point_left_out_of_the_learning_is_hollow_and_the_centre_is_drawn() -> None:
    row = [replace(point, baseline="a", centre=5.0, low=3.0, high=7.0) for point in points(5, 6, 5)]
    row[1] = replace(row[1], mark="incident")

    chart = history_chart(row)

    assert chart is not None
    assert [one.hollow for one in chart.placed] == [False, True, False]
    assert "hollow" in chart.shapes
    assert chart.centre.startswith("M")


def test_each_point_is_drawn_by_its_shape_and_says_what_it_is() -> None:
    row = [replace(point, said="5 rows.", baseline="a") for point in points(5, 1, 1, 5)]
    row[2] = replace(row[2], mark="usable")
    row[3] = replace(row[3], verdict="warn")

    chart = history_chart(row, first_red=1, last_green=0)

    assert chart is not None
    assert [one.classes for one in chart.placed] == [
        "history-point is-marked",
        "history-red is-marked",
        "history-red",
        "history-warn",
    ]
    assert ["a8 8" in one.path for one in chart.placed] == [False, False, True, False]  # its ring
    assert (
        chart.placed[1].said
        == "2 Nov 2026 00:00: 5 rows. (first red) (not learnt from: its verdict was fail)"
    )
    assert {"ring", "large", "red", "warn"} <= chart.shapes
