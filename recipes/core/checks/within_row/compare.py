"""column_compare: a column stands in a relation to another one of the same row."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, model_validator
from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Parameters, Subject
from recipes.core.checks.families import Family, family, is_float, nan_in, same_family
from recipes.core.checks.operands import for_sums
from recipes.core.checks.rows import RowRule, row_rule
from recipes.core.checks.tolerances import Tolerance, as_literal, share_of, slack, tolerated
from recipes.core.checks.tree import Condition, column, either, every, not_null, null

KINDS = {"=": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
WORDS = {
    "=": "equal to",
    "!=": "other than",
    "<": "below",
    "<=": "at most",
    ">": "above",
    ">=": "at least",
}


class ColumnCompare(Parameters):
    """Two columns and how the first must stand to the second."""

    column: str
    """The first column"""
    op: Literal["=", "!=", "<", "<=", ">", ">="]
    """How it must stand to the second"""
    other: str
    """The second column"""
    tolerance: Tolerance = 0
    """For numbers, how far they may be off: a number, or a share of the second column (0.5 %)"""
    tolerance_at_zero: float = Field(default=0, ge=0, allow_inf_nan=False)
    """With a share: how far they may be off where the second column is 0, of which a share is nothing"""

    @model_validator(mode="after")
    def _fitting(self) -> ColumnCompare:
        if self.tolerance_at_zero and share_of(self.tolerance) is None and "{{" not in str(self.tolerance):
            raise ValueError(
                "tolerance_at_zero goes with a tolerance in percent; a plain one holds there too."
            )
        return self


def measure(subject: Subject) -> Measurement:
    """Count the rows in which the relation does not hold; NaN stands in no relation to anything."""
    params: ColumnCompare = subject.params
    left, right = _comparable(subject)
    columns = [column(left.name), column(right.name)]
    nans = [nan for found in (left, right) if (nan := nan_in(column(found.name), found)) is not None]
    complete = every(map(not_null, columns))
    holds = (
        _relation(params, [left, right]) if family(left.type) is Family.NUMBER else _plain(params, columns)
    )
    broken: Condition = either(*nans, exp.not_(exp.paren(holds)))
    incomplete = either(*map(null, columns))
    violated = every([complete, broken]) or broken
    if subject.nulls == "fail":
        violated = either(incomplete, violated)
    relation = f"{WORDS[params.op]} {right.name}{tolerated(params.tolerance)}"
    return row_rule(
        subject,
        RowRule(
            columns=(left.name, right.name),
            violated=violated,
            judged=complete if subject.nulls == "ignore" else None,
            kept=f"has|have a value in {left.name} {relation}",
            broken=f"has|have a value in {left.name} that is not {relation}",
            extra={"nulls": incomplete} | ({"not_a_number": either(*nans)} if nans else {}),
            count_values=True,
        ),
    )


def _comparable(subject: Subject) -> tuple[Column, Column]:
    """Return both columns; CannotMeasureError where stores would compare them differently or not at all."""
    params: ColumnCompare = subject.params
    left, right = subject.column(params.column), subject.column(params.other)
    kind = family(left.type)
    if not same_family(left, right) or kind is Family.OTHER:
        raise CannotMeasureError(
            f"{left.name} is {left.type} but {right.name} is {right.type}: they cannot be compared."
            " Cast one of them in its node."
        )
    if kind in (Family.TEXT, Family.BOOLEAN, Family.UUID) and params.op not in ("=", "!="):
        raise CannotMeasureError(
            f"{left.name} is {left.type}, which stores order in different ways. Compare it by = or != only."
        )
    if kind is not Family.NUMBER and params.tolerance:
        raise CannotMeasureError(f"tolerance is for numbers; {left.name} is {left.type}.")
    return left, right


def _plain(params: ColumnCompare, operands: list[Any]) -> Condition:
    return KINDS[params.op](this=operands[0].copy(), expression=operands[1].copy())


def _relation(params: ColumnCompare, columns: list[Column]) -> Condition:
    """Return the relation of two numbers within the tolerance, which always widens what is right."""
    floats = any(is_float(found.type) for found in columns)
    operands = for_sums(columns)
    if not params.tolerance and not params.tolerance_at_zero:
        return _plain(params, operands)
    allowed = _allowed(params, operands, floats)
    off = exp.paren(exp.Sub(this=operands[0].copy(), expression=operands[1].copy()))
    distance: exp.Expr = exp.Abs(this=off)
    if params.op in ("<", "<="):
        distance = off
    elif params.op in (">", ">="):
        distance = exp.Neg(this=off)
    kind = {"<": exp.LT, ">": exp.LT, "!=": exp.GT}.get(params.op, exp.LTE)
    if kind is exp.GT or not floats:
        return kind(this=distance, expression=allowed)
    return kind(this=distance, expression=exp.Add(this=allowed, expression=slack(operands)))


def _allowed(params: ColumnCompare, operands: list[exp.Expr], floats: bool) -> exp.Expr:
    if (share := share_of(params.tolerance)) is None:
        return as_literal(Decimal(repr(float(params.tolerance))), floats=floats)
    size = exp.Abs(this=operands[1].copy())
    part = exp.Mul(this=size, expression=as_literal(share, floats=floats))
    if not params.tolerance_at_zero:
        return part
    zero = exp.EQ(this=operands[1].copy(), expression=exp.Literal.number(0))
    at_zero = as_literal(Decimal(repr(params.tolerance_at_zero)), floats=floats)
    return exp.case().when(zero, at_zero).else_(part)


CHECK = Check(
    name="column_compare",
    summary="A column is equal to, above or below another column of the same row.",
    about="dataset",
    parameters=ColumnCompare,
    measure=measure,
    nulls=("ignore", "fail"),
    fail="> 0",
    example='{node: clean, check: column_compare, column: left_at, op: "<=", other: landed_at}',
    notes=(
        "A tolerance widens what is right: with 5, `<=` lets the first be up to 5 above the second, and `!=` wants them"
        " more than 5 apart.",
        "A tolerance in percent is of the second column; where that is 0 the two must be equal, or differ by no more"
        " than `tolerance_at_zero`. Floats compared with a tolerance may be off by a billionth of their size more.",
        "A row without one of the values is not judged; with `nulls: fail` it fails. NaN fails, and is counted.",
    ),
)
