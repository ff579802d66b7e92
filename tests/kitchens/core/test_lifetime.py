"""When kitchens are warned of and when they end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kitchens.core.lifetime import ends_at, ends_in_words, kept_until, warning_due

END = date(2026, 3, 10)
OVER = datetime(2026, 3, 11, tzinfo=UTC)


def test_a_kitchen_lives_to_the_end_of_its_last_day():
    assert ends_at(END) == OVER


@pytest.mark.parametrize(
    ("hours", "warned", "due"),
    [
        (73, None, False),
        (71, None, True),
        (71, 71.5, False),
        (25, 71, False),
        (23, 71, True),
        (23, 23.5, False),
    ],
)
def test_warnings_come_three_days_and_one_day_before(hours, warned, due):
    warned_at = OVER - timedelta(hours=warned) if warned else None

    assert warning_due(END, warned_at, OVER - timedelta(hours=hours)) is due


def test_who_was_not_there_for_the_first_warning_gets_one():
    assert warning_due(END, None, OVER - timedelta(hours=3))


def test_after_the_end_there_is_nothing_to_warn_of():
    assert not warning_due(END, None, OVER)


def test_the_end_in_words():
    assert ends_in_words(END, OVER - timedelta(hours=5)) == "ends in 5 h"
    assert ends_in_words(END, OVER + timedelta(days=3)) == "ended 3 d ago"


@pytest.mark.parametrize(
    ("days", "expected"),
    [(-2, 7), (1, 7), (6, 7), (7, 14), (27, 34), (85, 90)],  # the end it has, the end it gets; from today
)
def test_a_kitchen_that_is_kept_never_ends_earlier_than_it_would(days, expected):
    today = date(2026, 11, 26)

    assert kept_until(today + timedelta(days=days), today) == today + timedelta(days=expected)
