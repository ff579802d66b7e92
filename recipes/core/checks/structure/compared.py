"""Expected columns against those there are: added, dropped, retyped, reordered, and a guess at renamed ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from sqlglot import exp
from sqlglot.errors import SqlglotError

from kitchens.core.stores.base import Column
from recipes.core.checks.base import Columns
from recipes.core.checks.families import bare

ALIKE = 0.6  # likeness of two names from which one may be the other renamed


def _as_types(raw: Any) -> Any:
    """A list of names expects columns of any type."""
    if isinstance(raw, list | tuple):
        if len(set(map(str, raw))) < len(raw):
            raise ValueError("columns names a column twice.")
        return {name if isinstance(name, str) else str(name): "" for name in raw}
    if isinstance(raw, dict):
        return {str(name): kind or "" for name, kind in raw.items()}
    return raw


def _normal(kind: str, name: str = "") -> str:
    """Return a type as the hub names it (INT8 is BIGINT); ValueError for what is none."""
    try:
        return exp.DataType.build(kind, dialect="duckdb", udt=False).sql(dialect="duckdb")
    except (SqlglotError, ValueError):
        raise ValueError(
            f"“{kind}” is no type{f' for {name}' if name else ''}. Write BIGINT, VARCHAR, DATE …"
        ) from None


def _known(expected: dict[str, str]) -> dict[str, str]:
    for name, kind in expected.items():
        if kind and "{{" not in kind:
            _normal(kind, name)
    return expected


ColumnTypes = Annotated[
    dict[str, str], Field(min_length=1, max_length=2000), AfterValidator(_known), BeforeValidator(_as_types)
]


@dataclass(frozen=True)
class Difference:
    """One column that is not as expected."""

    column: str
    change: str  # added, dropped, retyped, reordered
    expected: str = ""
    found: str = ""
    perhaps: str = ""  # of a dropped column: the added one that it may be now

    def as_row(self) -> dict[str, str]:
        row = {"column": self.column, "change": self.change, "expected": self.expected, "found": self.found}
        return row | ({"perhaps renamed to": self.perhaps} if self.perhaps else {})


def differences(expected: Mapping[str, str], there: Columns, *, order: bool) -> list[Difference]:
    """Return what differs, in the order expected, added columns last. Names are found without regard to case."""
    by_name = {name.lower(): column for name, column in there.items()}
    known = {name.lower() for name in expected}
    added = [column for name, column in there.items() if name.lower() not in known]
    found: list[Difference] = []
    for name, kind in expected.items():
        column = by_name.get(name.lower())
        if column is None:
            found.append(Difference(name, "dropped", kind, perhaps=_renamed(name, kind, added)))
        elif kind and not same_type(kind, column.type):
            found.append(Difference(column.name, "retyped", kind, column.type))
    if order:
        found += _moved([name for name in expected if name.lower() in by_name], list(there), known)
    return [*found, *(Difference(column.name, "added", found=column.type) for column in added)]


def same_type(expected: str, found: str) -> bool:
    """Say whether a column has the expected type; a bare DECIMAL or VARCHAR takes any precision."""
    try:
        there = _normal(found)
    except ValueError:  # a type of the store's that has no other name
        return expected.strip().upper() == found.upper()
    if "(" not in expected and bare(_normal(expected)) == bare(there):
        return True
    return _normal(expected) == there


def _moved(expected: Sequence[str], there: Sequence[str], known: set[str]) -> list[Difference]:
    """Return the fewest columns that would have to move for all to stand in the expected order."""
    wanted = [name.lower() for name in expected]
    present = [name.lower() for name in there if name.lower() in known]
    blocks = SequenceMatcher(None, wanted, present, autojunk=False).get_matching_blocks()
    still = {wanted[place] for block in blocks for place in range(block.a, block.a + block.size)}
    return [
        Difference(
            name,
            "reordered",
            f"place {wanted.index(name.lower()) + 1}",
            f"place {present.index(name.lower()) + 1}",
        )
        for name in expected
        if name.lower() not in still
    ]


def _renamed(name: str, kind: str, added: Sequence[Column]) -> str:
    """Return the added column of the same type whose name is most alike, or nothing."""
    fitting = [column for column in added if not kind or same_type(kind, column.type)]
    alike = [
        (SequenceMatcher(None, name.lower(), column.name.lower()).ratio(), column.name) for column in fitting
    ]
    likeness, best = max(alike, default=(0.0, ""))
    return best if likeness >= ALIKE else ""
