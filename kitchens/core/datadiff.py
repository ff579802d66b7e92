"""What the difference of two versions means: columns, numbers, and which columns may identify a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kitchens.core import words
from kitchens.core.stores.base import Column
from kitchens.core.stores.profiles import ColumnProfile, Profile, order_of
from kitchens.core.stores.schema import wider

Weight = Literal["same", "additive", "column", "model-wide"]
# In the order of what they break: nothing, nobody who names columns, who reads that column, everybody.
WEIGHTS: tuple[Weight, ...] = ("same", "additive", "column", "model-wide")
HIDDEN = "•••"
NEARLY = 0.9  # an estimate of distinct values this near to the rows may be all of them


@dataclass(frozen=True)
class SchemaChange:
    """One column that differs; `weight` says whom it may break."""

    column: str
    change: Literal["added", "removed", "retyped", "nullable", "not nullable"]
    before: str
    after: str
    weight: Weight

    @property
    def sentence(self) -> str:
        if self.change == "added":
            return f"{self.column} is new ({self.after})."
        if self.change == "removed":
            return f"{self.column} ({self.before}) is gone."
        if self.change == "retyped":
            wide = ", which holds all it held before" if self.weight == "additive" else ""
            return f"{self.column} was {self.before} and is {self.after}{wide}."
        return f"{self.column} may {'now' if self.change == 'nullable' else 'no longer'} be null."


def schema_changes(old: Sequence[Column], new: Sequence[Column]) -> tuple[SchemaChange, ...]:
    """Return how the columns differ, those of `old` first; nothing where they are the same in any order."""
    before, after = ({column.name: column for column in side} for side in (old, new))
    found: list[SchemaChange] = []
    for name, was in before.items():
        found += [SchemaChange(name, "removed", was.type, "", "column")] if name not in after else []
        found += _changed(was, after[name]) if name in after else []
    found += [SchemaChange(n, "added", "", c.type, "additive") for n, c in after.items() if n not in before]
    return tuple(found)


def _changed(was: Column, now: Column) -> list[SchemaChange]:
    found: list[SchemaChange] = []
    if was.type != now.type:
        weight: Weight = "additive" if wider(was.type, now.type) == now.type else "column"
        found.append(SchemaChange(was.name, "retyped", was.type, now.type, weight))
    if was.nullable != now.nullable:
        change, weight = ("nullable", "column") if now.nullable else ("not nullable", "additive")
        found.append(SchemaChange(was.name, change, "", "", weight))  # type: ignore[arg-type]
    return found


def weight_of(changes: Sequence[SchemaChange], old: Sequence[Column]) -> Weight:
    """Return the heaviest of the changes; model-wide where no column is left that readers knew."""
    gone = sum(change.change == "removed" for change in changes)
    if old and gone == len(old):
        return "model-wide"
    return max((change.weight for change in changes), key=WEIGHTS.index, default="same")


def schema_sentence(changes: Sequence[SchemaChange]) -> str:
    """Say how many columns are new, gone or of another type: "1 column added, 2 retyped"; "" for none."""
    counted = {
        word: sum(c.change == word for c in changes) for word in dict.fromkeys(c.change for c in changes)
    }
    said = [f"{words.number(count)} {word}" for word, count in counted.items()]
    if not said:
        return ""
    first, *rest = said
    amount, _, word = first.partition(" ")
    return ", ".join([f"{amount} {'column' if amount == '1' else 'columns'} {word}", *rest])


@dataclass(frozen=True)
class Measure:
    """One number of a column on both sides, as texts; `differs` where it is not the same."""

    before: str
    after: str
    differs: bool


@dataclass(frozen=True)
class ColumnRow:
    """A column side by side; what one side does not have is empty there."""

    name: str
    type: str
    nulls: Measure
    distinct: Measure
    low: Measure
    high: Measure

    @property
    def differs(self) -> bool:
        return any(one.differs for one in (self.nulls, self.distinct, self.low, self.high))


def side_by_side(
    old: Profile | None, new: Profile | None, columns: Iterable[Column], *, values: bool
) -> list[ColumnRow]:
    """Return a row a column, in the order given. Without `values` smallest and largest are told apart but not shown."""
    return [_row(c, (_column(old, c.name), _column(new, c.name)), values) for c in columns]


def _column(profile: Profile | None, name: str) -> ColumnProfile | None:
    return profile.columns.get(name) if profile else None


def _row(column: Column, sides: tuple[ColumnProfile | None, ColumnProfile | None], values: bool) -> ColumnRow:
    order = order_of(column.type)

    def ends(which: Literal["low", "high"]) -> Measure:
        found = [getattr(side, which) if side else None for side in sides]
        keys = [None if one is None else order(one) for one in found]
        shown = ["" if one is None else one if values else HIDDEN for one in found]
        return Measure(shown[0], shown[1], keys[0] != keys[1])

    nulls = [words.number(side.nulls) if side else "" for side in sides]
    distinct = [_distinct(side) if side else "" for side in sides]
    return ColumnRow(
        column.name,
        column.type,
        Measure(nulls[0], nulls[1], nulls[0] != nulls[1]),
        Measure(distinct[0], distinct[1], _apart(*sides)),
        ends("low"),
        ends("high"),
    )


def _distinct(side: ColumnProfile) -> str:
    return words.number(side.distinct) if side.exact else f"≈ {words.number(side.distinct)}"


def _apart(old: ColumnProfile | None, new: ColumnProfile | None) -> bool:
    """Whether the values differ: equal sketches of all values are equal sets; of many, nearly surely."""
    return (old.hashes if old else None) != (new.hashes if new else None)


def likely_keys(columns: Sequence[Column], sides: Sequence[Profile]) -> list[str]:
    """Return single columns that may identify a row in every one of these profiles, those named like a key first."""
    return sorted(
        (c.name for c in columns if all(_may_identify(side, c.name) for side in sides)),
        key=lambda name: (not (name.lower() == "id" or name.lower().endswith("_id")), name),
    )


def _may_identify(side: Profile, name: str) -> bool:
    column = side.columns.get(name)
    if column is None or column.nulls:
        return False
    return column.distinct == side.rows if column.exact else column.distinct >= NEARLY * side.rows


def masked_row(row: Mapping[str, object], columns: Iterable[str]) -> dict[str, object]:
    """Return a row of a sample for somebody who may not see values."""
    return {name: HIDDEN if row.get(name) is not None else None for name in columns}
