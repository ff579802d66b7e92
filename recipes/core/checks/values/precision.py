"""precision_kept: values are still as long, or as fine, as they were."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from sqlglot import exp

from kitchens.core.stores.base import Column
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
from recipes.core.checks.families import Family, family, is_float, nan_in
from recipes.core.checks.operands import number_column, text_of
from recipes.core.checks.rows import filtered, nothing_to_judge
from recipes.core.checks.tree import Condition, column, count, count_if, every, not_null
from recipes.core.checks.words import counted, number

NAMES = {
    "length": "The longest value of",
    "scale": "The finest value of",
    "decimals": "The share of values with decimals in",
}
UNITS = {"length": "character", "scale": "decimal"}


class PrecisionKept(Parameters):
    """What must not have been cut off."""

    column: str
    """The column, of texts or numbers"""
    what: Literal["length", "scale", "decimals"] | None = None
    """Characters of the longest text (length), decimals of the finest number (scale), or the share of numbers from
    0 to 1 that have decimals; if it is not given, what suits the column"""
    at_least: float = Field(ge=0, allow_inf_nan=False)
    """What it must reach"""


def measure(subject: Subject) -> Measurement:
    """Measure the longest text, the most decimals, or the share of values with decimals; NULL and NaN are left out."""
    params: PrecisionKept = subject.params
    found = subject.column(params.column)
    what = params.what or _usual(found)
    nan = nan_in(column(found.name), found)
    usable = every([not_null(column(found.name)), exp.not_(nan) if nan is not None else None])
    assert usable is not None  # noqa: S101
    if what == "decimals":
        fine = every([usable, _has_decimals(number_column(subject, params.column))])
        value: exp.Expr = count_if(fine or usable)
    else:
        value = exp.Max(this=_size(subject, what))
    shortest = (
        Evidence(lambda: _sizes(subject, found, what, usable), (found.name,))
        if what != "decimals"
        else Evidence()
    )
    return Measurement(
        read=lambda values: _read(subject, found, what, values),
        aggregates={"scope": count(), "applicable": count_if(usable), "value": value},
        evidence=shortest,
    )


def _usual(found: Column) -> str:
    if family(found.type) is Family.NUMBER:
        return "decimals" if is_float(found.type) else "scale"
    return "length"


def _size(subject: Subject, what: str) -> exp.Expr:
    """Return characters of a text, or decimals of a number that are not 0 at the end."""
    name = subject.params.column
    if what == "length":
        return exp.Length(this=text_of(subject, name)[1])
    found = number_column(subject, name)
    if is_float(found.type):
        raise CannotMeasureError(
            f"{found.name} is {found.type}, whose decimals are those of its writing. Use what: decimals."
        )
    text = exp.cast(column(found.name), exp.DataType.Type.VARCHAR)
    decimals = exp.Anonymous(
        this="SPLIT_PART", expressions=[text, exp.Literal.string("."), exp.Literal.number(2)]
    )
    kept = exp.Anonymous(this="RTRIM", expressions=[decimals, exp.Literal.string("0")])
    return exp.Length(this=kept)


def _has_decimals(found: Column) -> Condition:
    operand = column(found.name)
    return exp.NEQ(this=operand, expression=exp.Floor(this=operand.copy()))


def _sizes(subject: Subject, found: Column, what: str, usable: Condition) -> exp.Select:
    """Return whole rows, those with the most left first: they show where it was cut off."""
    rows = subject.rows(*subject.every_column(), also=usable)
    most = exp.Ordered(this=_size(subject, what), desc=True, nulls_first=False)
    return rows.order_by(most, *subject.order((found.name,)), copy=False)


def _read(subject: Subject, found: Column, what: str, values: Values) -> Numbers:
    params: PrecisionKept = subject.params
    scope, applicable = int(values["scope"]), int(values["applicable"])
    expected = f"at least {number(params.at_least)}"
    if applicable == 0:
        return Numbers(nothing_to_judge(subject, scope, (found.name,)), scope, 0, expected=expected)
    value = float(values["value"])
    if what == "decimals":
        value /= applicable
    unit = UNITS.get(what, "")
    shown = f"has {counted(value, unit)}" if unit else f"is {number(value)}"
    return Numbers(
        said=f"{NAMES[what]} {found.name} of {subject.dataset}{filtered(subject)} {shown}",
        n_scope=scope,
        n_applicable=applicable,
        measure=value,
        unit=f"{unit}s" if unit else "",
        details={"nulls": scope - applicable} if scope > applicable else {},
        outside=value < params.at_least,
        expected=expected,
    )


PRECISION_KEPT = Check(
    name="precision_kept",
    summary="Values of the column are still as long, or have as many decimals, as they should.",
    about="column",
    parameters=PrecisionKept,
    measure=measure,
    nulls=("ignore",),
    counts="",
    example="{node: load, check: precision_kept, column: fare, what: scale, at_least: 2}",
    notes=(
        "It sees what was cut off on the way: texts at a fixed length, amounts rounded to whole ones.",
        "The decimals of 1.50 are 1: zeros at the end do not count, as stores write them or not.",
    ),
)
