"""Numbers kept beside parts that never change: what was counted once is not counted again.

A part's numbers are a small dictionary of digests (of what was asked) and values (as JSON holds them). They are a
convenience: what is lost, too much or unreadable is counted anew, so that nothing here has to be durable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 512 * 1024  # of one part
LARGEST = 64 * 1024  # of one value
FACTS = "facts"  # digest under which the facts of a part's footer stand

Numbers = Mapping[str, Any]
Found = Mapping[str, Numbers]  # part name -> digest -> value


@dataclass(frozen=True)
class ColumnFacts:
    """Nulls of a column, and its smallest and largest value as text where they are exact and it has any."""

    nulls: int
    low: str | None = None
    high: str | None = None


@dataclass(frozen=True)
class Facts:
    """What whoever wrote a part knows of it without reading it: every number is exact."""

    rows: int
    columns: Mapping[str, ColumnFacts]

    def as_dict(self) -> dict[str, Any]:
        return {"rows": self.rows, "columns": {n: [c.nulls, c.low, c.high] for n, c in self.columns.items()}}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Facts:
        return cls(int(raw["rows"]), {name: ColumnFacts(*facts) for name, facts in raw["columns"].items()})


def merged(old: Numbers, new: Numbers) -> dict[str, Any]:
    """Return both, the newest last; the oldest make room where they are too many, the facts last of all."""
    both = {key: value for key, value in old.items() if key not in new} | _sizeable(new)
    sizes = {key: len(key) + len(json.dumps(value)) + 6 for key, value in both.items()}
    total = sum(sizes.values())
    for key in [key for key in both if key != FACTS]:
        if total <= MOST_BYTES:
            break
        total -= sizes[key]
        del both[key]
    return both


def _sizeable(numbers: Numbers) -> dict[str, Any]:
    return {key: value for key, value in numbers.items() if len(json.dumps(value)) <= LARGEST}
