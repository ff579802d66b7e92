"""Some parts of a dataset as a dataset of their own, for statements of one session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitchens.core.stores.base import Column, Part, Version

DOMAIN = "hub__parts"  # two of these lines follow each other in no name of a domain


@dataclass(frozen=True)
class Subset:
    """Parts with the columns their rows are read in; `numbered` is a further column with the place of the part."""

    columns: tuple[Column, ...]
    parts: tuple[Part, ...]
    numbered: str = ""

    @property
    def all_columns(self) -> tuple[Column, ...]:
        return (*self.columns, Column(self.numbered, "BIGINT")) if self.numbered else self.columns


class Subsets(dict[str, Subset]):
    """The subsets of a session, by the name that its SQL knows them by."""

    def add(self, version: Version, parts: Sequence[Part], numbered: str) -> str:
        """Return the name of this subset, an old one where it is asked for again."""
        subset = Subset(version.columns, tuple(parts), numbered)
        for name, known in self.items():
            if known == subset:
                return name
        name = f"{DOMAIN}.n{len(self) + 1}"
        self[name] = subset
        return name
