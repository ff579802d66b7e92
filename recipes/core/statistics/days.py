"""Types of days and hours: what is compared with what in a series with a pattern. Plain Python."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

Types = Literal["", "kind of day", "weekday", "hour", "hour and kind of day"]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOLIDAY = "holiday"


def type_of(at: datetime, types: Types, timezone: str, holidays: Collection[str]) -> str:
    """Return the type of a moment on the calendar of a zone; holidays (ISO dates) are days of their own."""
    if not types:
        return ""
    there = at.astimezone(ZoneInfo(timezone))
    weekday = WEEKDAYS[there.weekday()]
    day = HOLIDAY if there.date().isoformat() in holidays else weekday
    kind = "working day" if day == weekday and there.weekday() < 5 else day
    names = {
        "kind of day": kind,
        "weekday": day,
        "hour": f"{there.hour:02}h",
        "hour and kind of day": f"{kind} {there.hour:02}h",
    }
    return names[types]
