"""The filters a template may use: each takes one value and gives a new one, in bounded time and space."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

TEXT_LIMIT = 64 * 1024


class FilterError(ValueError):
    """The filter cannot take this value; the message is a full sentence."""


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise FilterError(f"The filter {name} takes a text, not {_kind(value)}.")
    return value


def _date(value: Any, name: str) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        except ValueError:
            pass
    raise FilterError(f"The filter {name} takes a date, not {_kind(value)}.")


def _number(value: Any, name: str) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FilterError(f"The filter {name} takes a number, not {_kind(value)}.")
    return value


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10_000_000:
        raise FilterError(f"The filter {name} takes a whole number of a sensible size, not {_kind(value)}.")
    return value


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list | tuple) or not value:
        raise FilterError(f"The filter {name} takes a list that is not empty.")
    return list(value)


def _kind(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def upper(value: Any) -> str:
    return _text(value, "upper").upper()


def lower(value: Any) -> str:
    return _text(value, "lower").lower()


def trim(value: Any) -> str:
    return _text(value, "trim").strip()


def replace(value: Any, old: Any, new: Any) -> str:
    """Replace every `old`; refused where the text would pass the limit."""
    text, before, after = (_text(each, "replace") for each in (value, old, new))
    if not before or len(text) + text.count(before) * len(after) > TEXT_LIMIT:
        raise FilterError("The filter replace needs something to look for, and a result of bounded length.")
    return text.replace(before, after)


def as_integer(value: Any) -> int:
    try:
        return int(value) if isinstance(value, int | float) else int(_text(value, "integer")[:40])
    except (ValueError, OverflowError) as error:
        raise FilterError(f"{_kind(value)} is not a whole number.") from error


def as_number(value: Any) -> float:
    try:
        return float(value) if isinstance(value, int | float) else float(_text(value, "number")[:40])
    except (ValueError, OverflowError) as error:
        raise FilterError(f"{_kind(value)} is not a number.") from error


def as_text(value: Any) -> str:
    if isinstance(value, list | dict):
        raise FilterError("The filter text takes a single value.")
    return written(value)


def rounded(value: Any, digits: Any = 0) -> float | int:
    whole = _whole(digits, "round")
    if not 0 <= whole <= 15:
        raise FilterError("The filter round takes 0 to 15 digits.")
    return round(_number(value, "round"), whole) if whole else round(_number(value, "round"))


def plus(value: Any, other: Any) -> float | int:
    return _number(value, "plus") + _number(other, "plus")


def times(value: Any, other: Any) -> float | int:
    product = _number(value, "times") * _number(other, "times")
    if abs(product) > 1e300:
        raise FilterError("The product is too large.")
    return product


def joined(value: Any, between: Any = ", ") -> str:
    text, parts = _text(between, "join"), [written(part) for part in _list(value, "join")]
    if sum(map(len, parts)) + len(text) * len(parts) > TEXT_LIMIT:
        raise FilterError("The joined text is too long.")
    return text.join(parts)


def first(value: Any) -> Any:
    return _list(value, "first")[0]


def last(value: Any) -> Any:
    return _list(value, "last")[-1]


def length(value: Any) -> int:
    if not isinstance(value, str | list | tuple | dict):
        raise FilterError("The filter length takes a text, a list or a dictionary.")
    return len(value)


def default(value: Any, other: Any) -> Any:
    return other if value in (None, "") else value


def as_date(value: Any) -> date:
    found = _date(value, "date")
    return found.date() if isinstance(found, datetime) else found


def _shifted(value: Any, name: str, **parts: int) -> date:
    try:
        return _date(value, name) + timedelta(**parts)
    except OverflowError as error:
        raise FilterError(f"The filter {name} leaves the calendar.") from error


def add_days(value: Any, days: Any) -> date:
    return _shifted(value, "add_days", days=_whole(days, "add_days"))


def add_hours(value: Any, hours: Any) -> date:
    if not isinstance(found := _date(value, "add_hours"), datetime):
        raise FilterError("The filter add_hours takes a datetime; a date has no hours.")
    return _shifted(found, "add_hours", hours=_whole(hours, "add_hours"))


def add_months(value: Any, months: Any) -> date:
    """Move by months; the day is cut to the end of a shorter month."""
    start = _date(value, "add_months")
    count = start.year * 12 + start.month - 1 + _whole(months, "add_months")
    year, month = divmod(count, 12)
    if not 1 <= year <= 9999:
        raise FilterError("The filter add_months leaves the calendar.")
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)


def first_of_month(value: Any) -> date:
    return _date(value, "first_of_month").replace(day=1)


def last_of_month(value: Any) -> date:
    start = _date(value, "last_of_month")
    return start.replace(day=calendar.monthrange(start.year, start.month)[1])


DATE_PARTS = frozenset("YmdHMSjybBaAVGu%")


def date_format(value: Any, form: Any) -> str:
    """Write a date as told: %Y %m %d %H %M %S %j %y %b %B %a %A %V %G %u."""
    found, text = _date(value, "format"), _text(form, "format")
    codes = text.split("%")[1:] if "%%" not in text else []
    if len(text) > 100 or "%%" in text or any(code[:1] not in DATE_PARTS for code in codes):
        raise FilterError(f"{_kind(form)} is not a date format. Use %Y, %m, %d, %H, %M, %S, %j, %b or %V.")
    return found.strftime(text)


def written(value: Any) -> str:
    """Return a value as a template writes it: dates in ISO form, true and false in small letters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | dict):
        raise FilterError("A list or dictionary cannot stand in a text; use the filter join.")
    if value is None:
        raise FilterError("A value without content cannot stand in a text; use the filter default.")
    return str(value)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "add_days": add_days,
    "add_hours": add_hours,
    "add_months": add_months,
    "date": as_date,
    "default": default,
    "first": first,
    "first_of_month": first_of_month,
    "format": date_format,
    "integer": as_integer,
    "join": joined,
    "last": last,
    "last_of_month": last_of_month,
    "length": length,
    "lower": lower,
    "number": as_number,
    "plus": plus,
    "replace": replace,
    "round": rounded,
    "text": as_text,
    "times": times,
    "trim": trim,
    "upper": upper,
}
