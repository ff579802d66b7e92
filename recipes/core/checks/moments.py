"""Times and spans in parameters: "as_of + 1 d", "26 h", and ages in words."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from recipes.core.checks.words import counted, number

UNITS = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip
SPAN_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)\s*")
AS_OF = re.compile(r"as_of\s*(?:([+-])\s*(.+))?")
LONGEST = 100 * 366 * 86400.0


def parse_span(text: str) -> timedelta:
    """Return the span a text means ("26 h", "1 d 12 h"); ValueError with a sentence."""
    seconds, place = 0.0, 0
    trimmed = text.strip().lower()
    while place < len(trimmed):
        part = SPAN_PART.match(trimmed, place)
        if part is None or part[2] not in UNITS:
            break
        seconds += float(part[1]) * UNITS[part[2]]
        place = part.end()
    if not trimmed or place < len(trimmed) or seconds > LONGEST:
        raise ValueError(
            f"“{text}” is not a span of time. Write a number and a unit: 20 min, 26 h, 2 d, 1 w."
        )
    return timedelta(seconds=seconds)


def relative(text: str, as_of: datetime) -> datetime | None:
    """Return the moment of "as_of + 1 d"; None where the text does not speak of as_of, ValueError for a bad span."""
    match = AS_OF.fullmatch(text.strip())
    if match is None:
        return None
    span = parse_span(match[2]) if match[1] else timedelta()
    return as_of - span if match[1] == "-" else as_of + span


def span_in_words(seconds: float) -> str:
    """Return a span for people in one fitting unit: "45 minutes", "30 hours", "6.2 days"."""
    for unit, size, least in (("day", 86400, 2 * 86400), ("hour", 3600, 2 * 3600), ("minute", 60, 120)):
        if seconds >= least:
            return _in_unit(seconds / size, unit)
    return _in_unit(seconds, "second")


def _in_unit(value: float, unit: str) -> str:
    rounded = round(value, 1)
    return counted(rounded, unit) if rounded == int(rounded) else f"{number(rounded)} {unit}s"
