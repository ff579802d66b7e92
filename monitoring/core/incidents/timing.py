"""When a notice goes out: at once, after the quiet hours, with the next digest, or held for want of budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitoring.core.incidents.routing import within

WEEK = timedelta(days=7)
URGENT = frozenset(
    {"opened", "reopened", "worse", "escalated"}
)  # kinds that are urgent where something stops
NEVER_HELD = frozenset({"trial", "escalated"})
# Seconds to the next try after the first, second … failure. A day of them, then the notice is given up.
RETRIES = (30, 120, 600, 1800, 3600, 7200, 14400, 28800, 30000)
DEAD_AFTER = 3  # failures in a row after which a channel is shown as dead
BUDGET = 40  # messages a week: beyond some 30 to 50, fewer and fewer are looked at (Monte Carlo's figures)


@dataclass(frozen=True)
class Habits:
    """How a channel wants to be spoken to. Times of day are those of its zone."""

    quiet_from: time | None = None
    quiet_to: time | None = None
    timezone: str = "UTC"
    digest_minutes: int = 0  # 0: what is not urgent goes out at once, too
    budget: int = BUDGET


@dataclass(frozen=True)
class When:
    """When a notice is due, whether with others in one message, and why it waits ("" where it does not)."""

    due_at: datetime
    digest: bool = False
    waits: str = ""


def is_urgent(kind: str, severity: str) -> bool:
    """Say whether a notice goes out at any hour: something is stopped, and somebody has to know now."""
    return kind in NEVER_HELD or (kind in URGENT and severity == "stop")


def when(kind: str, severity: str, habits: Habits, now: datetime) -> When:
    """Return when a new notice goes out by the habits of its channel. The budget is looked at when it is due."""
    if is_urgent(kind, severity):
        return When(now)
    digest = habits.digest_minutes > 0
    due = _next_digest(habits.digest_minutes, now) if digest else now
    ended = quiet_until(habits, due)
    waits = "quiet hours" if ended > due else "digest" if digest else ""
    return When(ended, digest or ended > due, waits)


def _next_digest(minutes: int, now: datetime) -> datetime:
    """Return the next full multiple of so many minutes of the day (UTC): all notices until then go in one message."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = int((now - day).total_seconds() // (60 * minutes))
    return min(day + timedelta(minutes=minutes * (passed + 1)), day + timedelta(days=1))


def quiet_until(habits: Habits, now: datetime) -> datetime:
    """Return when the quiet hours end that hold at `now`; `now` itself outside of them."""
    if habits.quiet_from is None or habits.quiet_to is None or habits.quiet_from == habits.quiet_to:
        return now
    zone = ZoneInfo(habits.timezone)
    local = now.astimezone(zone)
    if not within(local.time(), habits.quiet_from, habits.quiet_to):
        return now
    ends = datetime.combine(local.date(), habits.quiet_to, zone)
    if ends.astimezone(now.tzinfo) <= now:
        ends = datetime.combine(local.date() + timedelta(days=1), habits.quiet_to, zone)
    return ends.astimezone(now.tzinfo)


def over_budget(kind: str, sent_in_week: int, habits: Habits, now: datetime, held: bool) -> When | None:
    """Return when a notice goes out instead, where its channel has had its messages of the week; else None.

    It is put off to one digest a day, which always goes out (`held`): nothing is lost, it is only less loud.
    """
    if held or kind in NEVER_HELD or sent_in_week < habits.budget:
        return None
    tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return When(quiet_until(habits, tomorrow), digest=True, waits="budget")


def escalations(minutes: Sequence[int], since: datetime, now: datetime) -> tuple[list[int], datetime | None]:
    """Return which waits (in minutes, 0: never) are over without an answer, and when the next one will be."""
    over = [one for one in minutes if one and since + timedelta(minutes=one) <= now]
    ahead = [since + timedelta(minutes=one) for one in minutes if one and one not in over]
    return over, min(ahead, default=None)


def next_try(failures: int, now: datetime, retries: Sequence[int] = RETRIES) -> datetime | None:
    """Return when a notice is tried again after so many failures; None where it is given up."""
    return now + timedelta(seconds=retries[failures - 1]) if failures <= len(retries) else None
