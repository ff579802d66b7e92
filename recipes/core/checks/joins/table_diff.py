"""table_diff: two datasets agree row by row, found by their key, and column by column."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from recipes.core.checks.base import (
    CannotMeasureError,
    Check,
    Evidence,
    Measurement,
    Numbers,
    Parameters,
    Subject,
    Values,
)
from recipes.core.checks.joins.matched import CHANGED, EXTRA, MISSING, Matched, match
from recipes.core.checks.joins.others import Dataset
from recipes.core.checks.rows import filtered
from recipes.core.checks.tolerances import Tolerance
from recipes.core.checks.words import counted, listed, number


class TableDiff(Parameters):
    """Two datasets, the key that pairs their rows, and what may differ."""

    of: Dataset
    """The other dataset"""
    key: list[str] = Field(min_length=1)
    """The columns that name a row on both sides"""
    columns: list[str] = []
    """The columns compared; without them all that both have, but for the key"""
    of_where: str | None = None
    """Condition on the rows of the other dataset; where it is not given `where` holds there too"""
    tolerance: Tolerance = 0
    """How far numbers may differ: a number, or a share of the value there (0.5 %)"""
    ignore: list[Literal["missing", "extra", "changed"]] = []
    """What does not count: rows missing here, rows that are here only, changed rows"""

    def datasets(self) -> frozenset[str]:
        return frozenset({self.of})


def measure(subject: Subject) -> Measurement:
    """Pair the rows by a full join on the key, which must be filled and unique on both sides."""
    matched = match(subject)
    evidence = Evidence(rows=matched.differing, columns=tuple(found.name for found in matched.key))
    return Measurement(
        read=lambda values: _read(subject, matched, values), statement=matched.counted(), evidence=evidence
    )


def _read(subject: Subject, matched: Matched, values: Values) -> Numbers:
    params: TableDiff = subject.params
    _demand_key(subject, matched, values)
    found = {name: int(values[name]) for name in (MISSING, EXTRA, CHANGED)}
    cells = {column.name: int(values[f"cell {place}"]) for place, column in enumerate(matched.compared)}
    rows = int(values["keys"])
    failing = sum(count for name, count in found.items() if name not in params.ignore)
    return Numbers(
        said=_said(subject, rows, found),
        n_scope=rows,
        n_applicable=rows,
        n_fail=failing,
        details=found | {"changed_cells": {name: count for name, count in cells.items() if count}},
        expected=f"the same as {params.of}",
    )


def _demand_key(subject: Subject, matched: Matched, values: Values) -> None:
    """CannotMeasureError where a row has no key or shares it, for then rows cannot be paired."""
    names = listed([found.name for found in matched.key])
    for side, dataset in (("here", subject.dataset), ("there", subject.params.of)):
        if nulls := int(values[f"nulls {side}"]):
            raise CannotMeasureError(
                f"{counted(nulls, 'row')} of {dataset} cannot be paired, without a value in {names}."
            )
        if copies := int(values[f"copies {side}"]):
            raise CannotMeasureError(
                f"{names} cannot be the key: {counted(copies, 'value')} of it in {dataset} stand in several rows."
            )


def _said(subject: Subject, rows: int, found: dict[str, int]) -> str:
    pair = f"{subject.dataset}{filtered(subject)} and {subject.params.of}"
    if rows == 0:
        return f"{pair} are both empty"
    words = {
        MISSING: f"missing in {subject.dataset}",
        EXTRA: f"not in {subject.params.of}",
        CHANGED: "changed",
    }
    parts = [f"{number(count)} {words[name]}" for name, count in found.items() if count]
    if not parts:
        return f"{pair} agree in {counted(rows, 'row')}"
    return f"Of {counted(rows, 'row')} of {pair}, {listed(parts)}"


CHECK = Check(
    name="table_diff",
    summary="Two datasets agree row by row, paired by their key, and column by column.",
    about="dataset",
    parameters=TableDiff,
    measure=measure,
    on_empty="compare",
    fail="> 0",
    conditions=("of_where",),
    example="{node: clean, check: table_diff, of: reference.flights, key: [day, number], tolerance: 0.01}",
    notes=(
        "The key must be filled and unique on both sides; else the test is in error. NULL equals NULL, NaN equals NaN.",
        "Missing, extra and changed rows are counted apart, and changed cells for each column; the evidence shows both"
        " values. Shares are of the keys of both sides together.",
        "Without `columns` lists and structs are left out.",
    ),
)
