"""distinct_within_row: no two of some columns hold the same value in a row."""

from __future__ import annotations

from functools import reduce
from itertools import combinations

from pydantic import Field, model_validator
from sqlglot import exp

from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Parameters, Subject
from recipes.core.checks.families import same_family
from recipes.core.checks.rows import RowRule, row_rule
from recipes.core.checks.tree import Condition, column, either, every, not_null, null
from recipes.core.checks.words import listed


class DistinctWithinRow(Parameters):
    """Which columns must differ."""

    columns: list[str] = Field(min_length=2, max_length=20)
    """The columns"""

    @model_validator(mode="after")
    def _each_once(self) -> DistinctWithinRow:
        if len(set(self.columns)) < len(self.columns):
            raise ValueError("columns names a column twice.")
        return self


def measure(subject: Subject) -> Measurement:
    """Count the rows in which any two of the columns are equal; two NULLs are so only with `nulls: value`."""
    columns = [subject.column(name) for name in subject.params.columns]
    for left, right in combinations(columns, 2):
        if not same_family(left, right):
            raise CannotMeasureError(
                f"{left.name} is {left.type} but {right.name} is {right.type}: they cannot be compared."
            )
    same = exp.NullSafeEQ if subject.nulls == "value" else exp.EQ
    pairs = combinations([found.name for found in columns], 2)
    violated: Condition = either(*(same(this=column(one), expression=column(two)) for one, two in pairs))
    incomplete = either(*(null(column(found.name)) for found in columns))
    if subject.nulls == "fail":
        violated = either(incomplete, violated)
    names = tuple(found.name for found in columns)
    return row_rule(
        subject,
        RowRule(
            columns=names,
            violated=violated,
            judged=_two_at_least(names) if subject.nulls == "ignore" else None,
            kept=f"has|have different values in {listed(names)}",
            broken=f"has|have the same value twice in {listed(names)}",
            extra={"nulls": incomplete},
            count_values=True,
        ),
    )


def _two_at_least(names: tuple[str, ...]) -> Condition:
    """Return the condition that two of the columns hold values, without which there is nothing to compare."""
    if len(names) == 2:
        return every(not_null(column(name)) for name in names) or exp.true()
    one, none = exp.Literal.number(1), exp.Literal.number(0)
    held: list[exp.Expr] = [
        exp.case().when(not_null(column(name)), one.copy()).else_(none.copy()) for name in names
    ]
    total = reduce(lambda left, right: exp.Add(this=left, expression=right), held)
    return exp.GT(this=exp.paren(total), expression=one)


CHECK = Check(
    name="distinct_within_row",
    summary="No two of the columns hold the same value in a row.",
    about="dataset",
    parameters=DistinctWithinRow,
    measure=measure,
    nulls=("ignore", "fail", "value"),
    fail="> 0",
    example="{node: clean, check: distinct_within_row, columns: [origin, destination, diverted_to]}",
    notes=(
        "Rows in which fewer than two of the columns hold a value are not judged. NULL differs from everything; with"
        " `nulls: value` two NULLs are the same, with `nulls: fail` a row with a NULL fails.",
    ),
)
