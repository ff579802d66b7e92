"""From what people and files write to typed values. The kept form is JSON: dates and datetimes are ISO text."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

TEXT_LIMIT = 64 * 1024
LIST_LIMIT = 10_000
DEPTH_LIMIT = 10
INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
NUMBER = re.compile(r"[+-]?([0-9]{1,300}\.?[0-9]{0,300}|\.[0-9]{1,300})([eE][+-]?[0-9]{1,3})?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DATETIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
YES_NO = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


class BadValueError(ValueError):
    """The value does not fit its type; the message is a full sentence that says how to write it."""


def coerce(kind: str, raw: Any) -> Any:
    """Return the JSON form of `raw` (from a file, a form or the API) as a value of type `kind`, or raise BadValueError."""
    if raw is None:
        raise BadValueError("Nothing is given.")
    return _COERCE[kind](raw)


def to_python(kind: str, value: Any) -> Any:
    """Return a coerced value as Python's own type: a date for a date, a datetime for a datetime."""
    if value is None or value == "":
        return value
    if kind == "date":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if kind == "datetime" else value


def shown(raw: Any) -> str:
    """Return a value as it stands in a sentence."""
    if raw is None:
        return "Nothing"
    text = raw if isinstance(raw, str) else str(raw).lower() if isinstance(raw, bool) else str(raw)
    text = " ".join(text[:200].split())
    return f"{text[:60]}…" if len(text) > 60 else text or "An empty text"


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise BadValueError(f"{shown(raw)} is not a text; put it in quotes.")
    if len(raw) > TEXT_LIMIT:
        raise BadValueError(f"The text is longer than {TEXT_LIMIT // 1024} KB.")
    if "\x00" in raw or any("\ud800" <= character <= "\udfff" for character in raw):
        raise BadValueError("The text holds characters that no database can keep.")
    return raw


def _integer(raw: Any) -> int:
    if isinstance(raw, str) and INTEGER.fullmatch(raw.strip()):
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise BadValueError(f"{shown(raw)} is not a whole number; write it like 150.")
    if not -(2**63) <= raw < 2**63:
        raise BadValueError("The number is too large; at most 19 digits are kept.")
    return raw


def _number(raw: Any) -> float | int:
    if isinstance(raw, str) and NUMBER.fullmatch(raw.strip()):
        raw = int(raw) if INTEGER.fullmatch(raw.strip()) else float(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise BadValueError(f"{shown(raw)} is not a number; write it like 0.25.")
    if not math.isfinite(raw) or abs(raw) >= 1e300:
        raise BadValueError("The number is too large.")
    return raw


def _boolean(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.strip().lower() in YES_NO:
        return YES_NO[raw.strip().lower()]
    raise BadValueError(f"{shown(raw)} is not a yes or no; write true or false.")


def _date(raw: Any) -> str:
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    try:
        if isinstance(raw, str) and DATE.fullmatch(raw.strip()):
            return date.fromisoformat(raw.strip()).isoformat()
    except ValueError:
        pass
    raise BadValueError(f"{shown(raw)} is not a date; write it as YYYY-MM-DD.")


def _datetime(raw: Any) -> str:
    if isinstance(raw, datetime):
        return raw.isoformat()
    try:
        if isinstance(raw, str) and DATETIME.fullmatch(raw.strip()):
            return datetime.fromisoformat(raw.strip()).isoformat()
    except ValueError:
        pass
    raise BadValueError(
        f"{shown(raw)} is not a date with time; write it as YYYY-MM-DDTHH:MM, with Z or +02:00 if it has a zone."
    )


def _list(raw: Any) -> list[Any]:
    """A form gives text: JSON in brackets, or parts with commas or lines between them."""
    if isinstance(raw, str):
        text = raw.strip()
        raw = _json(text, "a list") if text.startswith("[") else _parts(text)
    if not isinstance(raw, list | tuple):
        raise BadValueError(f"{shown(raw)} is not a list; write it as [a, b] or a, b.")
    if len(raw) > LIST_LIMIT or not all(isinstance(part, str | int | float | date) for part in raw):
        raise BadValueError(f"A list holds at most {LIST_LIMIT} texts, numbers or yes/no.")
    return [_scalar(part) for part in raw]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,\n]", text) if part.strip()]


def _dictionary(raw: Any) -> dict[str, Any]:
    if isinstance(raw, str):
        raw = _json(raw, "a dictionary")
    if not isinstance(raw, dict):
        raise BadValueError(f'{shown(raw)} is not a dictionary; write it as {{"name": "value"}}.')
    return {_text(key): _nested(value, DEPTH_LIMIT) for key, value in raw.items()}


def _nested(raw: Any, depth: int) -> Any:
    if depth == 0:
        raise BadValueError(f"The dictionary is nested deeper than {DEPTH_LIMIT} levels.")
    if isinstance(raw, dict):
        return {_text(key): _nested(value, depth - 1) for key, value in raw.items()}
    if isinstance(raw, list | tuple):
        return [_nested(value, depth - 1) for value in raw]
    return None if raw is None else _scalar(raw)


def _scalar(raw: Any) -> Any:
    if isinstance(raw, str):
        return _text(raw)
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, date):
        return raw.isoformat()
    return _integer(raw) if isinstance(raw, int) else _number(raw)


def _json(text: str, what: str) -> Any:
    if len(text) > TEXT_LIMIT:
        raise BadValueError(f"The text is longer than {TEXT_LIMIT // 1024} KB.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadValueError(f"{shown(text)} is not {what} in JSON.") from error


_COERCE: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "list": _list,
    "dictionary": _dictionary,
}
