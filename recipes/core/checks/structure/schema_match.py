"""schema_match: a dataset has the expected columns, of the expected types. exposure_valid: those a consumer needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import model_validator
from sqlglot import exp

from recipes.core.checks.base import (
    Check,
    Evidence,
    Measurement,
    Numbers,
    Parameters,
    Subject,
    Values,
    find_column,
)
from recipes.core.checks.rows import failing_rows
from recipes.core.checks.structure.compared import ColumnTypes, Difference, differences
from recipes.core.checks.tree import column, count_if, either, null
from recipes.core.checks.words import counted, listed

CHANGES = {"add": "added", "drop": "dropped", "retype": "retyped", "reorder": "reordered"}
SHOWN = 3  # differences that a sentence names

Change = Literal["add", "drop", "retype", "reorder"]


class SchemaMatch(Parameters):
    """The columns a dataset must have."""

    columns: ColumnTypes
    """The columns with their types ({day: DATE, n: BIGINT}), or a list of names for any type"""
    order: bool | list[str] = False
    """Whether they must stand in this order, or the order itself: all their names"""
    allow: list[Change] = []
    """Changes that do not count"""
    not_null: list[str] = []
    """Columns that must be filled in every row"""

    @model_validator(mode="after")
    def _in_order(self) -> SchemaMatch:
        if isinstance(self.order, list) and sorted(self.order) != sorted(self.columns):
            raise ValueError("order must name each of the columns once.")
        return self

    @property
    def expected(self) -> dict[str, str]:
        """The columns with their types, in the order that is asked for."""
        if not isinstance(self.order, list):
            return self.columns
        return {name: self.columns[name] for name in self.order}


class ExposureValid(Parameters):
    """The columns somebody outside relies on."""

    columns: ColumnTypes
    """The columns with the types they are read as ({day: DATE}), or a list of names for any type"""
    consumer: str = ""
    """Who reads them: a dashboard, a report, another team"""


def match_schema(subject: Subject) -> Measurement:
    """Compare the columns with those expected; only `not_null` reads rows, in the shared scan."""
    params: SchemaMatch = subject.params
    if not subject.columns:
        return Measurement(ask=lambda _: _gone(subject, params.expected))
    allowed = {CHANGES[change] for change in params.allow}
    found = [
        one
        for one in differences(params.expected, subject.columns, order=bool(params.order))
        if one.change not in allowed
    ]
    filled = [find_column(name, subject.columns, subject.dataset).name for name in params.not_null]
    if not filled:
        return Measurement(ask=lambda _: _numbers(subject, params.expected, found))
    empty = [null(column(name)) for name in filled]

    def read(values: Values) -> Numbers:
        nulls = {name: int(values[f"null {place}"]) for place, name in enumerate(filled)}
        holes = [
            Difference(name, "nullable", "a value in every row", counted(rows, "row") + " without")
            for name, rows in nulls.items()
            if rows
        ]
        return _numbers(subject, params.expected, [*found, *holes])

    evidence = Evidence()
    if not found:
        evidence = Evidence(
            lambda: failing_rows(subject, exp.paren(either(*empty)), tuple(filled)), tuple(filled)
        )
    aggregates: dict[str, exp.Expr] = {
        f"null {place}": count_if(condition) for place, condition in enumerate(empty)
    }
    return Measurement(read=read, aggregates=aggregates, evidence=evidence)


def keep_exposure(subject: Subject) -> Measurement:
    """Look for the columns that a consumer needs; whatever else there is does not matter."""
    params: ExposureValid = subject.params
    if not subject.columns:
        return Measurement(ask=lambda _: _gone(subject, params.columns))
    found = [
        one for one in differences(params.columns, subject.columns, order=False) if one.change != "added"
    ]
    return Measurement(ask=lambda _: _numbers(subject, params.columns, found, params.consumer))


def _gone(subject: Subject, expected: dict[str, str]) -> Numbers:
    return Numbers(
        said=f"There is no dataset {subject.dataset}",
        n_scope=len(expected),
        n_applicable=len(expected),
        n_fail=len(expected),
        unit="columns",
        outside=True,
        expected="the dataset to be there",
    )


def _numbers(
    subject: Subject, expected: dict[str, str], found: Sequence[Difference], consumer: str = ""
) -> Numbers:
    changes: dict[str, list[str]] = {}
    for one in found:
        changes.setdefault(one.change, []).append(one.column)
    renamed = {one.column: one.perhaps for one in found if one.perhaps}
    judged = len(expected) + len(changes.get("added", ()))
    return Numbers(
        said=_said(subject, len(expected), found, consumer),
        n_scope=judged,
        n_applicable=judged,
        n_fail=len({one.column for one in found}),
        unit="columns",
        details=changes | ({"perhaps_renamed": renamed} if renamed else {}),
        found=[one.as_row() for one in found],
    )


def _said(subject: Subject, expected: int, found: Sequence[Difference], consumer: str) -> str:
    reader = f" that {consumer} reads" if consumer else ""
    if not found:
        return f"{subject.dataset} has the {counted(expected, 'column')}{reader or ' expected'}"
    shown = [_in_words(one) for one in found[:SHOWN]]
    if len(found) > SHOWN:
        shown.append(f"{len(found) - SHOWN} more")
    return f"{subject.dataset} differs from the {counted(expected, 'column')}{reader or ' expected'}: {listed(shown)}"


def _in_words(one: Difference) -> str:
    if one.change == "dropped":
        return f"{one.column} is gone{f' (perhaps it is {one.perhaps} now)' if one.perhaps else ''}"
    if one.change == "retyped":
        return f"{one.column} is {one.found} instead of {one.expected}"
    if one.change == "nullable":
        return f"{one.column} has {one.found} a value"
    if one.change == "added":
        return f"{one.column} is new"
    return f"{one.column} stands at {one.found} instead of {one.expected}"


SCHEMA_MATCH = Check(
    name="schema_match",
    summary="The dataset has the expected columns, of the expected types.",
    about="dataset",
    parameters=SchemaMatch,
    ordered=("order", "columns"),
    measure=match_schema,
    on_empty="compare",
    fail="> 0",
    counts="columns",
    takes_where=False,
    may_be_absent=True,
    example="{node: load, check: schema_match, columns: {day: DATE, carrier: VARCHAR, fare: 'DECIMAL(12,2)'}, allow: [add]}",
    notes=(
        "Kept apart in the details: columns added, dropped, retyped and reordered, and a guess which new column a"
        " dropped one is now (same type, a name alike). A dataset that is not there fails.",
        "Types are those of the hub in both stores; DECIMAL without precision takes any. Names are found without regard"
        " to case.",
        "Stores keep no rule about NULL, so `not_null` looks at the rows; the rest reads no data.",
    ),
)
EXPOSURE_VALID = Check(
    name="exposure_valid",
    summary="The columns that a consumer reads are still there, of the types it reads them as.",
    about="dataset",
    parameters=ExposureValid,
    measure=keep_exposure,
    on_empty="compare",
    fail="> 0",
    counts="columns",
    takes_where=False,
    may_be_absent=True,
    example="{node: daily, check: exposure_valid, consumer: Delays dashboard, columns: {day: DATE, delay: DOUBLE}}",
    notes=("New columns do not matter. It reads no data; a dataset that is not there fails.",),
)
