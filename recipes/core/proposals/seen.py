"""What rules look at: the stored versions of one dataset in numbers, oldest first; and what they answer with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from kitchens.core.stores.base import Column
from kitchens.core.stores.profiles import ColumnProfile, Profile


@dataclass(frozen=True)
class Seen:
    """One version that holds a part which no earlier one had."""

    at: datetime
    columns: tuple[Column, ...]
    profile: Profile

    def column(self, name: str) -> ColumnProfile:
        return self.profile.columns[name]


@dataclass(frozen=True)
class Past:
    """The versions of a dataset that hold something new, oldest first; the newest is held out by rules that learn sets."""

    dataset: str
    versions: tuple[Seen, ...]
    personal: frozenset[str] = frozenset()  # small letters; their values are never looked at
    values: Mapping[str, Sequence[str]] | None = None  # of few-valued columns, in the newest version

    @cached_property
    def rows(self) -> int:
        """Rows of the largest version. Others may hold the same rows again, so they are not added up: that would be
        evidence that nobody has."""
        return max((one.profile.rows for one in self.versions), default=0)

    @cached_property
    def table(self) -> str:
        return self.dataset.partition(".")[2]

    def columns(self) -> Iterator[Column]:
        """Yield the columns that every version has, of the same type in all."""
        for column in self.versions[-1].columns if self.versions else ():
            if all(
                (column.name, column.type) in {(c.name, c.type) for c in v.columns} for v in self.versions
            ):
                yield column

    def of(self, name: str) -> list[ColumnProfile]:
        return [one.column(name) for one in self.versions]


@dataclass(frozen=True)
class Proposal:
    """A test as recipe.yaml would hold it (without node and dataset), why it is proposed, and when it would have fired.

    `tried` is the number of versions it was tried on. Until it was tried, `fired` is what its rule knows already.
    """

    name: str
    params: Mapping[str, Any]  # check, its parameters, limits, severity
    evidence: str
    column: str = ""
    fired: tuple[datetime, ...] = ()
    tried: int = 0

    @property
    def check(self) -> str:
        return str(self.params["check"])

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"fired": [at.isoformat() for at in self.fired]}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Proposal:
        return cls(**{**raw, "fired": tuple(datetime.fromisoformat(at) for at in raw["fired"])})
