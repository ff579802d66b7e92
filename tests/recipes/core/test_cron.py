"""Schedules fire at the right instants, also where clocks change."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from recipes.core.cron import CronError, check_cron, next_slot, slots_between

NEW_YORK = "America/New_York"


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_the_next_slot_is_later_than_the_moment_given() -> None:
    assert next_slot("0 5 * * *", "UTC", at("2026-03-01 05:00")) == at("2026-03-02 05:00")
    assert next_slot("0 5 * * *", "UTC", at("2026-03-01 04:59:59.9")) == at("2026-03-01 05:00")


def test_the_expression_speaks_of_the_clock_on_the_wall() -> None:
    assert next_slot("0 5 * * *", NEW_YORK, at("2026-01-10 00:00")) == at("2026-01-10 10:00")
    assert next_slot("0 5 * * *", NEW_YORK, at("2026-07-10 00:00")) == at("2026-07-10 09:00")


def test_six_fields_count_seconds() -> None:
    slots = slots_between("*/20 * * * * *", "UTC", at("2026-03-01 00:00"), at("2026-03-01 00:01"))

    assert slots == [at("2026-03-01 00:00:20"), at("2026-03-01 00:00:40"), at("2026-03-01 00:01:00")]


def test_a_time_in_the_gap_fires_at_the_next_instant() -> None:
    slots = slots_between("30 2 * * *", NEW_YORK, at("2026-03-07 12:00"), at("2026-03-09 12:00"))

    assert slots == [at("2026-03-08 03:00", NEW_YORK), at("2026-03-09 02:30", NEW_YORK)]


def test_several_times_in_the_gap_fire_once() -> None:
    slots = slots_between("*/15 2,3 * * *", NEW_YORK, at("2026-03-08 00:00"), at("2026-03-08 12:00"))

    assert slots == [at(f"2026-03-08 03:{minute:02}", NEW_YORK) for minute in (0, 15, 30, 45)]


def test_a_gap_at_midnight_and_one_of_half_an_hour_are_found_too() -> None:
    santiago = next_slot("15 0 * * *", "America/Santiago", at("2026-09-05 12:00"))
    lord_howe = next_slot("15 2 * * *", "Australia/Lord_Howe", at("2026-10-03 00:00"))

    assert santiago == at("2026-09-06 01:00", "America/Santiago")
    assert lord_howe == at("2026-10-04 02:30", "Australia/Lord_Howe")


def test_a_repeated_hour_fires_once() -> None:
    daily = slots_between("30 1 * * *", NEW_YORK, at("2026-10-31 12:00"), at("2026-11-02 12:00"))
    hourly = slots_between("0 * * * *", NEW_YORK, at("2026-11-01 04:00"), at("2026-11-02 04:59"))

    assert daily == [at("2026-11-01 01:30", NEW_YORK), at("2026-11-02 01:30", NEW_YORK)]
    assert len(hourly) == 23


def test_from_inside_the_repeated_hour_the_next_slot_is_found() -> None:
    second_pass = datetime(2026, 11, 1, 6, 40, tzinfo=UTC)  # 01:40 for the second time

    assert next_slot("50 1 * * *", NEW_YORK, second_pass) == at("2026-11-02 01:50", NEW_YORK)
    assert next_slot("0 2 * * *", NEW_YORK, second_pass) == at("2026-11-01 02:00", NEW_YORK)


def test_of_too_many_slots_the_newest_are_kept() -> None:
    slots = slots_between("* * * * * *", "UTC", at("2026-03-01 00:00"), at("2026-03-01 02:00"), limit=10)

    assert len(slots) == 10
    assert slots[-1] == at("2026-03-01 02:00")


@pytest.mark.parametrize("expression", ["", "5 5", "61 * * * *", "0 5 31 2 *", "nonsense words in it x"])
def test_an_expression_that_cannot_be_read_is_said_so(expression: str) -> None:
    with pytest.raises(CronError, match="schedule"):
        check_cron(expression)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "Europe"])
def test_an_unknown_time_zone_is_said_so(zone: str) -> None:
    with pytest.raises(CronError, match="time zone"):
        check_cron("0 5 * * *", zone)
