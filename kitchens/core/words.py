"""How numbers, spans of time and counts are said in sentences and on pages. Plain Python, the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

MINUTE, HOUR, DAY = 60, 3600, 86400


def duration(seconds: float) -> str:
    """Say a span of time in at most two units: "0.4 s", "48 s", "2 min 14 s", "9 h 5 min", "3 d 2 h"."""
    if seconds < 0.0995:
        return f"{max(0, round(seconds * 1000))} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return _two(whole, MINUTE, "min", 1, "s")
    if whole < DAY:
        return _two(whole, HOUR, "h", MINUTE, "min")
    return _two(whole, DAY, "d", HOUR, "h")


def _two(whole: int, large: int, large_name: str, small: int, small_name: str) -> str:
    first, rest = divmod(whole, large)
    second = rest // small
    return f"{first} {large_name} {second} {small_name}" if second else f"{first} {large_name}"


def number(value: float) -> str:
    """Say a number with grouped thousands and no more decimals than carry meaning: "1,204", "0.71", "12.5"."""
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}"
    decimals = 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 4
    return f"{value:,.{decimals}f}".rstrip("0").rstrip(".")


def size(count: int) -> str:
    """Say a number of bytes: "0 B", "4.2 KB", "1.2 GB"."""
    amount = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if abs(amount) < 1000:
            return f"{number(round(amount, 1))} {unit}"
        amount /= 1000
    return f"{number(round(amount, 1))} TB"


def count(amount: int, one: str, many: str = "") -> str:
    """Say an amount of things: "1 run", "1,204 runs"."""
    return f"{number(amount)} {one if amount == 1 else many or one + 's'}"


def listed(names: Sequence[str], limit: int = 3) -> str:
    """Say a list in words, cut after `limit`: "a", "a and b", "a, b, c and 4 more"."""
    if len(names) > limit:
        return f"{', '.join(names[:limit])} and {number(len(names) - limit)} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def sentence(text: str) -> str:
    """Return a text that someone wrote as a sentence: one full stop at its end."""
    text = text.strip()
    return text if not text or text[-1] in ".!?…" else f"{text}."


def ago(moment: datetime, now: datetime) -> str:
    """Say how far a moment lies back, or ahead: "just now", "12 min ago", "in 3 h"; beyond a month the date."""
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 10:
        return "just now"
    if abs(seconds) >= 30 * DAY:
        return f"{moment.day} {moment:%b %Y}"
    span = _one(abs(seconds))
    return f"{span} ago" if seconds > 0 else f"in {span}"


def _one(seconds: float) -> str:
    for length, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= length:
            return f"{int(seconds // length)} {name}"
    return f"{int(seconds)} s"


def clock(moment: datetime) -> str:
    """Say a moment exactly: "Sun 22 Nov 2026, 10:05:09 UTC"."""
    return f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M:%S} {moment.tzname() or ''}".strip()
