"""How long kitchens live: when to warn, when they end, how long they can be brought back. Plain Python."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from kitchens.core import words

WARNINGS = (timedelta(hours=72), timedelta(hours=24))  # before the end
RECOVERABLE = timedelta(days=7)  # after retirement
AGAIN = timedelta(days=7)  # what a kitchen that is brought back, or kept, gets at least
LONGEST_LIFE = timedelta(days=90)  # from any day on


def ends_at(ends_on: date) -> datetime:
    """Return the moment a kitchen with this end date ends: when the day is over, in UTC."""
    return datetime.combine(ends_on + timedelta(days=1), time.min, UTC)


def warning_due(ends_on: date, warned_at: datetime | None, now: datetime) -> bool:
    """Say whether a warning is due that has not been given: one three days before the end, one the day before."""
    end = ends_at(ends_on)
    begun = [end - before for before in WARNINGS if end - before <= now < end]
    return bool(begun) and (warned_at is None or warned_at < begun[-1])


def ends_in_words(ends_on: date, now: datetime) -> str:
    """Say when a kitchen ends: "ends in 2 d", "ends in 5 h", "ended 3 d ago"."""
    end = ends_at(ends_on)
    said = words.ago(end, now)
    return f"ends {said}" if end > now else f"ended {said}"


def kept_until(ends_on: date, today: date) -> date:
    """Return the day a kitchen ends when it is kept for another week: never before its present end, 90 days at most."""
    later = today + AGAIN
    if ends_on >= later:
        later = ends_on + AGAIN
    return min(later, today + LONGEST_LIFE)


def recoverable_until(retired_at: datetime) -> datetime:
    """Return until when a retired kitchen can be brought back; after it, it is cleaned."""
    return retired_at + RECOVERABLE
