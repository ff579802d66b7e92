"""Collecting every fault of a recipe, each with its place and the way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from recipes.core.spec.model import Fault, Place

FAULT_LIMIT = 200  # more than anyone reads; a broken file must not fill the index


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self._found: dict[Fault, None] = {}  # in order, each once

    def add(self, code: str, message: str, remedy: str = "", at: Place | None = None) -> None:
        place = at or Place(file="recipe.yaml")
        if len(self._found) < FAULT_LIMIT:
            fault = Fault(code=code, message=message, remedy=remedy, **place.model_dump())
            self._found.setdefault(fault)

    def __len__(self) -> int:
        return len(self._found)

    def sorted(self) -> tuple[Fault, ...]:
        """Return the faults in the order of the files: recipe.yaml first, then by place."""
        return tuple(
            sorted(self._found, key=lambda f: (f.file != "recipe.yaml", f.file, f.line, f.column, f.code))
        )


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean x?", else what there is, else an empty text."""
    there = list(known)
    near = difflib.get_close_matches(name, there, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]}?"
    return f"There is: {', '.join(there[:20])}." if there else ""
