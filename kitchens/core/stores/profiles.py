"""What is known of a version without looking at its rows again: counted once for each immutable part, then added up.

Rows, nulls, smallest and largest add up exactly. Distinct values do through a sketch: the 512 smallest hashes of
the values, which are all of them where there are fewer, and else give the number within about 5 %.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, Protocol

from kitchens.core.stores.base import Column, Part, Version

KEPT = 512  # hashes kept of a column
HASHES = 2**64
LONGEST = 200  # characters kept of a smallest or largest value
WHOLE = re.compile(r"U?(TINYINT|SMALLINT|INTEGER|BIGINT)\Z|U?HUGEINT\Z")
BROKEN = re.compile(r"FLOAT\Z|DOUBLE\Z|DECIMAL")
TIMES = re.compile(r"DATE\Z|TIME")
TEXTS = re.compile(r"VARCHAR\Z|BOOLEAN\Z|UUID\Z")


@dataclass(frozen=True)
class ColumnProfile:
    """One column: `low` and `high` are texts (None: no value, or a type without order); `hashes` are sorted."""

    nulls: int
    low: str | None
    high: str | None
    hashes: tuple[int, ...]

    @property
    def exact(self) -> bool:
        """Whether `distinct` is the true number and no estimate."""
        return len(self.hashes) < KEPT

    @property
    def distinct(self) -> int:
        """Number of distinct values that are not null."""
        if self.exact:
            return len(self.hashes)
        return round((KEPT - 1) * HASHES / (self.hashes[-1] + 1))


@dataclass(frozen=True)
class Profile:
    """A part or a whole version in numbers."""

    rows: int
    columns: Mapping[str, ColumnProfile]

    def as_dict(self) -> dict[str, Any]:
        listed = {n: [c.nulls, c.low, c.high, list(c.hashes)] for n, c in self.columns.items()}
        return {"rows": self.rows, "columns": listed}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Profile:
        columns = {
            name: ColumnProfile(nulls, low, high, tuple(hashes))
            for name, (nulls, low, high, hashes) in raw["columns"].items()
        }
        return cls(raw["rows"], columns)


class Profiler(Protocol):
    """What a store brings along: the profile of one part, kept where it can be found again."""

    def known(self, parts: Sequence[Part]) -> dict[str, Profile]:
        """Return the profiles that are kept, by part name; no row is read."""

    def measure(self, part: Part, columns: Sequence[Column]) -> Profile:
        """Read the part, keep its profile and return it."""


def profile(
    profiler: Profiler, version: Version, told: Callable[[str], object] = lambda name: None
) -> Profile:
    """Return the profile of a version, reading only parts that nobody has looked at yet; `told` hears their names."""
    found = profiler.known(version.parts)
    for part in version.parts:
        if part.name not in found:
            told(part.name)
            found[part.name] = profiler.measure(part, version.columns)
    return added_up([found[part.name] for part in version.parts], version.columns)


def added_up(profiles: Sequence[Profile], columns: Sequence[Column]) -> Profile:
    """Return the profile of parts together."""
    return Profile(
        sum(one.rows for one in profiles),
        {c.name: _together(c, [one.columns[c.name] for one in profiles]) for c in columns},
    )


def _together(column: Column, found: Sequence[ColumnProfile]) -> ColumnProfile:
    order = order_of(column.type)
    lows = [one.low for one in found if one.low is not None]
    highs = [one.high for one in found if one.high is not None]
    return ColumnProfile(
        sum(one.nulls for one in found),
        min(lows, key=order, default=None),
        max(highs, key=order, default=None),
        tuple(islice(_distinct(heapq.merge(*(one.hashes for one in found))), KEPT)),
    )


def _distinct(ordered: Iterable[int]) -> Iterable[int]:
    last = None
    for one in ordered:
        if one != last:
            yield one
        last = one


def order_of(type_name: str) -> Callable[[str], Any]:
    """Return what to compare texts of this type by: numbers as numbers (not-a-number last), all else as text."""
    return _as_number if WHOLE.match(type_name) or BROKEN.match(type_name) else lambda text: text


def _as_number(text: str) -> tuple[int, Decimal]:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return 1, Decimal(0)
    return (1, Decimal(0)) if value.is_nan() else (0, value)
