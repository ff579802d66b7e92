"""columns_sum: some columns of a row add up to another one, or to a number."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator
from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import Check, Measurement, Parameters, Subject
from recipes.core.checks.families import is_float, nan_in
from recipes.core.checks.operands import for_sums, number_column
from recipes.core.checks.rows import RowRule, row_rule
from recipes.core.checks.tolerances import as_literal, slack
from recipes.core.checks.tree import Condition, column, either, every, not_null, null
from recipes.core.checks.words import listed, number


def _no_truth(total: object) -> object:
    if isinstance(total, bool):
        raise ValueError("it must be a column or a number, not true or false.")
    return total


class ColumnsSum(Parameters):
    """What must add up to what."""

    columns: list[str] = Field(min_length=1, max_length=100)
    """The columns that are added up"""
    total: Annotated[str | int | float | Decimal, BeforeValidator(_no_truth)]
    """The column, or the number, that they must make"""
    tolerance: float = Field(default=0, ge=0, allow_inf_nan=False)
    """How far they may be off"""
    null_as_zero: bool = False
    """A summand without a value counts as 0"""

    @model_validator(mode="after")
    def _each_once(self) -> ColumnsSum:
        if len(set(self.columns)) < len(self.columns):
            raise ValueError("columns names a column twice.")
        return self


def measure(subject: Subject) -> Measurement:
    """Count the rows that do not add up: exactly for decimals and whole numbers, to a billionth for floats."""
    params: ColumnsSum = subject.params
    summands = [number_column(subject, name) for name in params.columns]
    goal = number_column(subject, params.total) if isinstance(params.total, str) else None
    involved = [*summands, *([goal] if goal else [])]
    needed = [goal] if goal and params.null_as_zero else [] if params.null_as_zero else involved
    names = tuple(dict.fromkeys(found.name for found in involved))
    nans = [nan for found in involved if (nan := nan_in(column(found.name), found)) is not None]
    complete = every(not_null(column(found.name)) for found in needed)
    incomplete = either(*(null(column(found.name)) for found in needed)) if needed else exp.false()
    broken = either(*nans, _off(params, involved, goal))
    violated = every([complete, broken]) or broken
    if subject.nulls == "fail":
        violated = either(incomplete, violated)
    target = goal.name if goal else number(float(Decimal(str(params.total))))
    return row_rule(
        subject,
        RowRule(
            columns=names,
            violated=violated,
            judged=complete if subject.nulls == "ignore" else None,
            kept=f"has|have {listed([found.name for found in summands])} adding up to {target}",
            broken=f"has|have {listed([found.name for found in summands])} not adding up to {target}",
            extra={"nulls": incomplete} | ({"not_a_number": either(*nans)} if nans else {}),
        ),
    )


def _off(params: ColumnsSum, involved: list[Column], goal: Column | None) -> Condition:
    """Return the condition that the sum is off by more than the tolerance."""
    floats = any(is_float(found.type) for found in involved)
    operands = for_sums(involved)
    summands = operands[: len(params.columns)]
    if params.null_as_zero:
        summands = [exp.Coalesce(this=part, expressions=[exp.Literal.number(0)]) for part in summands]
    target = operands[-1] if goal else as_literal(Decimal(str(params.total)), floats=floats)
    together = summands[0]
    for part in summands[1:]:
        together = exp.Add(this=together, expression=part)
    off = exp.Abs(this=exp.paren(exp.Sub(this=together.copy(), expression=exp.paren(target.copy()))))
    allowed = as_literal(Decimal(repr(float(params.tolerance))), floats=floats)
    if floats:
        allowed = exp.Add(this=allowed, expression=slack([*summands, target]))
    return exp.GT(this=off, expression=allowed)


CHECK = Check(
    name="columns_sum",
    summary="Some columns of a row add up to another column, or to a number.",
    about="dataset",
    parameters=ColumnsSum,
    measure=measure,
    nulls=("ignore", "fail"),
    fail="> 0",
    example="{node: clean, check: columns_sum, columns: [net, tax], total: gross, tolerance: 0.01}",
    notes=(
        "Decimals and whole numbers are added exactly; floats may be off by a billionth of their size.",
        "A row in which a value is missing is not judged, with `nulls: fail` it fails; with `null_as_zero: true` only"
        " the total must be there.",
    ),
)
