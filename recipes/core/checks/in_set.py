"""in_set and not_in_set: every value is one of a list, or none of it."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field
from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Parameters, Subject
from recipes.core.checks.families import Family, family, literal
from recipes.core.checks.rows import RowRule, row_rule
from recipes.core.checks.tree import Condition, column, either, every, not_null, null
from recipes.core.checks.words import counted

Scalar = bool | int | float | str | datetime | date | None


class InSet(Parameters):
    """A column and a list."""

    column: str
    """The column"""
    values: list[Scalar] = Field(min_length=1, max_length=10_000)
    """The list, at most 10,000 values; texts are turned into the column's type where they can be"""
    ignore_case: bool = False
    """Take the letters A to Z for a to z"""


def measure_in(subject: Subject) -> Measurement:
    """Count the values that are not in the list."""
    return _measure(subject, listed=True)


def measure_not_in(subject: Subject) -> Measurement:
    """Count the values that are in the list."""
    return _measure(subject, listed=False)


def _measure(subject: Subject, *, listed: bool) -> Measurement:
    params: InSet = subject.params
    found = subject.column(params.column)
    operand = column(found.name)
    member = _member(params, found)
    violated: Condition = every([not_null(operand), exp.not_(member) if listed else member]) or member
    null_breaks = subject.nulls == "fail" or (
        subject.nulls == "value" and (None in params.values) is not listed
    )
    if null_breaks:
        violated = either(null(operand), violated)
    size = counted(len(params.values), "value")
    inside, outside = f"from the list of {size}", f"that is not in the list of {size}"
    rule = RowRule(
        columns=(found.name,),
        violated=violated,
        judged=not_null(operand) if subject.nulls == "ignore" else None,
        kept=f"has|have a value in {found.name} {inside if listed else outside}",
        broken=f"has|have a value in {found.name} {outside if listed else inside}",
        extra={"nulls": null(operand)},
        count_values=True,
    )
    return row_rule(subject, rule)


def _member(params: InSet, beside: Column) -> Condition:
    """Return “is in the list”. NULL is left out of it: NOT IN with a NULL would be true of nothing."""
    operand: exp.Expr = column(beside.name)
    given = [value for value in params.values if value is not None]
    if params.ignore_case:
        if family(beside.type) is not Family.TEXT:
            raise CannotMeasureError(f"ignore_case needs a text column; {beside.name} is {beside.type}.")
        operand = exp.Lower(this=operand)
        given = [value.lower() if isinstance(value, str) else value for value in given]
    if not given:
        return exp.false()
    return exp.In(this=operand, expressions=[literal(value, beside) for value in given])


IN_SET = Check(
    name="in_set",
    summary="Every value of the column is one of a list.",
    about="column",
    parameters=InSet,
    measure=measure_in,
    nulls=("ignore", "fail", "value"),
    fail="> 0",
    example="{node: clean, check: in_set, column: status, values: [landed, diverted, cancelled]}",
    notes=("With `nulls: value` NULL is right where the list holds null.",),
)
NOT_IN_SET = Check(
    name="not_in_set",
    summary="No value of the column is one of a list.",
    about="column",
    parameters=InSet,
    measure=measure_not_in,
    nulls=("ignore", "fail", "value"),
    fail="> 0",
    example="{node: clean, check: not_in_set, column: carrier, values: [XX, TEST], ignore_case: true}",
)
