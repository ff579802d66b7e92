"""When a schedule fires: cron expressions with five fields, or six (seconds first), in a time zone.

The expression speaks of the clock on the wall. Where that clock is put forward, a time that does not exist fires
at the next instant that does; where it is put back, each time on the wall fires once, at its first occurrence.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError


class CronError(ValueError):
    """The expression or the time zone cannot be read; the message is a full sentence."""


def check_cron(expression: str, timezone: str = "UTC") -> None:
    """Raise CronError, in words, where the expression or the zone is wrong, or would never fire."""
    next_slot(expression, timezone, datetime(2000, 1, 1, tzinfo=UTC))


def next_slot(expression: str, timezone: str, after: datetime) -> datetime:
    """Return the first moment later than `after` (aware) at which the schedule fires, in UTC."""
    return next(_slots(expression, timezone, after))


def first_slots(expression: str, timezone: str, after: datetime, limit: int) -> list[datetime]:
    """Return the next `limit` slots later than `after`, oldest first, in UTC."""
    return list(islice(_slots(expression, timezone, after), limit))


def slots_between(
    expression: str, timezone: str, after: datetime, until: datetime, limit: int = 1000
) -> list[datetime]:
    """Return the slots later than `after` and not later than `until`, oldest first, in UTC.

    Of more than `limit` the newest are returned.
    """
    slots: list[datetime] = []
    for slot in _slots(expression, timezone, after):
        if slot > until:
            break
        slots.append(slot)
        if len(slots) > 2 * limit:
            del slots[:-limit]
    return slots[-limit:]


def _slots(expression: str, timezone: str, after: datetime) -> Iterator[datetime]:
    """Yield ever later slots; two wall times that meet at one instant are one slot."""
    zone = _zone(timezone)
    wall = after.astimezone(zone).replace(tzinfo=None)
    # A wall time just before a change may stand for an instant after it: start an hour or two early.
    for time in _wall_times(expression, wall - timedelta(hours=3)):
        slot = _instant(time, zone)
        if slot > after:
            yield slot
            after = slot


def _wall_times(expression: str, start: datetime) -> Iterator[datetime]:
    try:
        yield from CronSim(expression, start)
    except CronSimError as error:
        raise CronError(
            f"The schedule {expression!r} cannot be read: {error}. "
            "Write minute, hour, day of month, month and day of week, with seconds first if you need them."
        ) from error
    raise CronError(f"The schedule {expression!r} never fires.")


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a time on the wall; inside a gap, the first instant after the gap."""
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _end_of_gap(instant, zone)


def _end_of_gap(instant: datetime, zone: ZoneInfo) -> datetime:
    """Find the change of clocks at or before `instant`, which stands for a time inside its gap."""
    late, early = instant, instant - timedelta(hours=25)
    offset = late.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            late = middle
        else:
            early = middle
    return late.replace(microsecond=0)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise CronError(
            f"There is no time zone {name!r}. Write a name such as UTC or Europe/Berlin."
        ) from error
