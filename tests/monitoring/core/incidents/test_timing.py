"""When notices go out: quiet hours across midnight and clock changes, digests, budget, escalation, retries."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.core.incidents.timing import (
    RETRIES,
    Habits,
    When,
    escalations,
    next_try,
    over_budget,
    quiet_until,
    when,
)

NIGHT = Habits(time(22), time(7), "Europe/Berlin")
DIGEST = Habits(digest_minutes=60)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize("kind", ["opened", "reopened", "worse", "escalated", "trial"])
def test_what_is_urgent_goes_out_at_night_too(kind: str):
    night = at("2026-11-22T23:00")

    assert when(kind, "stop", NIGHT, night) == When(night)


def test_a_warning_waits_for_the_morning_in_one_message_with_others():
    assert when("opened", "warn", NIGHT, at("2026-11-22T23:00", "Europe/Berlin")) == When(
        at("2026-11-23T07:00", "Europe/Berlin"), True, "quiet hours"
    )


def test_good_news_waits_for_the_morning():
    assert when("recovered", "stop", NIGHT, at("2026-11-22T23:00")).waits == "quiet hours"


def test_by_day_nothing_waits():
    noon = at("2026-11-22T12:00")

    assert when("opened", "warn", NIGHT, noon) == When(noon)


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_quiet_hours_end_at_seven_by_the_clock_on_the_wall_also_when_it_is_moved(day: str):
    begins = at(f"{day}T22:30", "Europe/Berlin")

    ends = quiet_until(NIGHT, begins).astimezone(ZoneInfo("Europe/Berlin"))

    assert (ends.hour, ends.minute, (ends.date() - begins.date()).days) == (7, 0, 1)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.times(), st.times())
def test_quiet_hours_end_in_the_future_and_are_then_over(moment, begins, ends):
    habits = Habits(begins.replace(tzinfo=None), ends.replace(tzinfo=None), "America/New_York")
    now = moment.replace(tzinfo=UTC)

    until = quiet_until(habits, now)

    assert now <= until <= now + timedelta(hours=26)
    assert until == now or quiet_until(habits, until) == until


def test_a_digest_gathers_until_the_full_hour():
    assert when("opened", "warn", DIGEST, at("2026-11-22T10:20")) == When(
        at("2026-11-22T11:00"), True, "digest"
    )


def test_a_digest_in_the_quiet_hours_comes_after_them():
    habits = Habits(time(11), time(13), digest_minutes=60)

    assert when("opened", "warn", habits, at("2026-11-22T10:20")).due_at == at("2026-11-22T13:00")


def test_a_channel_that_has_had_its_messages_gets_one_digest_a_day():
    later = over_budget("opened", 40, Habits(budget=40), at("2026-11-22T10:20"), held=False)

    assert later == When(at("2026-11-23T00:00"), True, "budget")
    assert over_budget("opened", 39, Habits(budget=40), at("2026-11-22T10:20"), held=False) is None


def test_neither_an_escalation_nor_what_was_held_before_is_held_for_the_budget():
    assert over_budget("escalated", 99, Habits(budget=40), at("2026-11-22T10:20"), held=False) is None
    assert over_budget("opened", 99, Habits(budget=40), at("2026-11-22T10:20"), held=True) is None


def test_who_has_waited_long_enough_is_told_and_the_next_later():
    since = at("2026-11-22T10:00")

    assert escalations([0, 30, 60], since, since + timedelta(minutes=30)) == (
        [30],
        since + timedelta(minutes=60),
    )
    assert escalations([0], since, since + timedelta(days=1)) == ([], None)


def test_a_notice_is_tried_for_a_day_with_longer_and_longer_waits():
    now = at("2026-11-22T10:00")
    waits = [(next_try(n, now) - now).total_seconds() for n in range(1, len(RETRIES) + 1)]

    assert waits == sorted(waits)
    assert 24 * 3600 <= sum(waits) < 26 * 3600
    assert next_try(len(RETRIES) + 1, now) is None
