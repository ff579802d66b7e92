"""Reads the fields of an object from outside one by one, and says of each that does not fit what it should be."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from hub.common.errors import InvalidError

Choice = TypeVar("Choice", bound=StrEnum)
KEY, NAME, TEXT, LONG = 255, 1024, 2000, 100_000  # characters
LARGEST = 2**63 - 1
FREE = 16 * 1024  # characters of what is kept as it came
UNKEPT = re.compile("[\ud800-\udfff\0]")  # no database keeps these
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def clipped(text: str, most: int) -> str:
    """Return the text, cut at `most` characters with a sign that it was cut."""
    return text if len(text) <= most else text[: most - 1] + "…"


class Fields:
    """An object of JSON. Each getter takes the names a field may have; what nobody asked for is in `rest`.

    A field that is null, or an empty text, counts as not given. InvalidError names the field by its path.
    """

    def __init__(self, raw: Any, path: str = "") -> None:
        if not isinstance(raw, Mapping):
            where = f"{path or 'An event'} is"
            raise InvalidError(f"{where} not an object.", remedy='Write {"name": value, …}.', field=path)
        self._raw: Mapping[str, Any] = raw
        self._path = path
        self._seen: set[str] = set()

    def rest(self) -> dict[str, Any]:
        """Return the fields that nobody asked for, as they came; InvalidError where they are too many to keep."""
        left = {name: value for name, value in self._raw.items() if name not in self._seen}
        if left and _size(left) > FREE:
            raise self.fault("extra", f"has more than {FREE:,} characters in fields the hub does not know")
        return left

    def has(self, name: str) -> bool:
        return self._raw.get(name) not in (None, "")

    def text(self, *names: str, most: int = KEY, needed: bool = False) -> str:
        name, value = self._find(names)
        if value is None:
            if needed:
                raise self.fault(names[0], "is missing")
            return ""
        if not isinstance(value, str):
            raise self.fault(name, "is not a text")
        if len(value) > most:
            raise self.fault(name, f"is longer than {most:,} characters")
        if UNKEPT.search(value):
            raise self.fault(name, "holds a null character, or bytes that are no character of UTF-8")
        if most <= NAME and not value.isprintable():
            raise self.fault(name, "holds characters that cannot be shown")
        return value.strip()

    def number(self, *names: str, needed: bool = False) -> float | None:
        name, value = self._find(names)
        if value is None:
            if needed:
                raise self.fault(names[0], "is missing")
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
            raise self.fault(name, "is not a finite number")
        return float(value)

    def whole(self, *names: str, least: int = 0, most: int = LARGEST) -> int | None:
        name, value = self._find(names)
        if value is None:
            return None
        if isinstance(value, float) and _finite(value) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.fault(name, f"is not a whole number from {least:,} to {most:,}")
        return value

    def flag(self, *names: str) -> bool | None:
        name, value = self._find(names)
        if value is not None and not isinstance(value, bool):
            raise self.fault(name, "is neither true nor false")
        return value

    def moment(self, *names: str, naive: bool = False) -> datetime | None:
        """Return a time in UTC. Without an offset it is refused, or with `naive` taken as UTC."""
        name, value = self._find(names)
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(value)
            if found.tzinfo is None and naive:
                found = found.replace(tzinfo=UTC)
            if found.tzinfo is None:
                raise self.fault(name, "has no offset from UTC", "Write 2026-03-31T05:00:00Z.")
            found = found.astimezone(UTC)
        except (ValueError, TypeError, OverflowError) as error:
            raise self.fault(name, "is not a time (RFC 3339)", "Write 2026-03-31T05:00:00Z.") from error
        if found < EARLIEST:
            raise self.fault(name, "lies before 1970")
        return found

    def choice(self, allowed: type[Choice], *names: str, needed: bool = False) -> Choice | None:
        name, value = self._find(names)
        if value is None:
            if needed:
                raise self.fault(names[0], "is missing", f"Use one of {', '.join(allowed)}.")
            return None
        if not isinstance(value, str) or value not in set(allowed):
            said = f" ({value[:40]!r})" if isinstance(value, str) else ""
            raise self.fault(name, f"is unknown{said}", f"Use one of {', '.join(allowed)}.")
        return allowed(value)

    def object(self, *names: str) -> Fields | None:
        name, value = self._find(names)
        return None if value is None else Fields(value, self._at(name))

    def object_or_none(self, name: str) -> Fields | None:
        """Return the object that stands there; something else is looked over, as if it were not there."""
        name, value = self._find((name,))
        return Fields(value, self._at(name)) if isinstance(value, Mapping) else None

    def objects_or_none(self, name: str, most: int) -> list[Fields]:
        """Return the objects of a list that stands there; whatever else there is is looked over."""
        name, value = self._find((name,))
        listed = value[:most] if isinstance(value, list) else []
        return [
            Fields(one, f"{self._at(name)}.{place}")
            for place, one in enumerate(listed)
            if isinstance(one, Mapping)
        ]

    def free_object(self, name: str) -> Mapping[str, Any] | None:
        """Return the object that stands there, however large it is."""
        name, value = self._find((name,))
        if value is not None and not isinstance(value, Mapping):
            raise self.fault(name, "is not an object")
        return value

    def free_or_none(self, name: str) -> Any:
        """Return what stands there as it is, for whoever looks at it and keeps none of it."""
        return self._find((name,))[1]

    def listed(self, name: str) -> list[Any]:
        """Return the list that the file is about."""
        name, value = self._find((name,))
        if not isinstance(value, list):
            raise self.fault(name, "is not a list", "Is this the right kind of file?")
        return value

    def objects(self, *names: str, most: int, needed: bool = False) -> Iterator[Fields]:
        name, value = self._find(names)
        if value is None and not needed:
            return
        if not isinstance(value, list) or not value:
            raise self.fault(name or names[0], "is not a list of objects")
        if len(value) > most:
            raise self.fault(name, f"has more than {most:,} entries", "Send the rest as another event.")
        for place, one in enumerate(value):
            yield Fields(one, f"{self._at(name)}.{place}")

    def texts(self, *names: str, most: int = 100) -> tuple[str, ...]:
        name, value = self._find(names)
        if value is None:
            return ()
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or len(listed) > most:
            raise self.fault(name, f"is not a list of at most {most} texts")
        if any(not isinstance(one, str) or len(one) > KEY for one in listed):
            raise self.fault(name, f"holds something else than texts of at most {KEY} characters")
        return tuple(listed)

    def free_rows(self, name: str, most: int) -> list[Any]:
        """Return at most `most` rows, each an object or a list of values."""
        _, value = self._find((name,))
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > most:
            raise self.fault(name, f"is not a list of at most {most} rows")
        if any(not isinstance(row, Mapping | list) for row in value) or _size(value) > 4 * FREE:
            raise self.fault(name, f"holds something else than rows, or more than {4 * FREE:,} characters")
        return value

    def free(self, *names: str) -> Any:
        """Return what stands there as it came; InvalidError where it is too large to keep."""
        name, value = self._find(names)
        if value is not None and _size(value) > FREE:
            raise self.fault(name, f"is larger than {FREE:,} characters, or holds what nothing can keep")
        return value

    def _find(self, names: tuple[str, ...]) -> tuple[str, Any]:
        self._seen.update(names)
        for name in names:
            if self.has(name):
                return name, self._raw[name]
        return names[0], None

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def fault(self, name: str, said: str, remedy: str = "") -> InvalidError:
        """Return the refusal of a field, for the caller to raise."""
        return InvalidError(f"{self._at(name)} {said}.", remedy=remedy, field=self._at(name))


def _size(value: Any) -> float:
    """Return how many characters of JSON it takes; endless where it is no JSON."""
    if isinstance(value, str | int | float | bool):
        return len(str(value))
    try:
        return len(json.dumps(value))
    except (TypeError, ValueError, RecursionError):
        return math.inf


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
