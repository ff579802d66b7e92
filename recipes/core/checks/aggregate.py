"""aggregate: one number over a column lies within bounds."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import Field, model_validator
from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import (
    CannotMeasureError,
    Check,
    Measurement,
    Numbers,
    Parameters,
    Subject,
    Values,
)
from recipes.core.checks.bounds import between, bounds_in_words
from recipes.core.checks.families import Family, family, nan_in
from recipes.core.checks.rows import filtered, nothing_to_judge
from recipes.core.checks.tree import column, count, count_if, every, not_null
from recipes.core.checks.words import counted, number, percent

Function = Literal["min", "max", "avg", "sum", "median", "quantile", "stddev", "count_distinct"]
NAMES = {
    "min": "smallest",
    "max": "largest",
    "avg": "average",
    "sum": "sum of",
    "median": "median of",
    "stddev": "standard deviation of",
    "count_distinct": "number of different values of",
}


class Aggregate(Parameters):
    """A number over a column, and its bounds."""

    column: str
    """The column, of numbers (count_distinct: of anything)"""
    function: Function
    """What is taken of it"""
    min: float | None = Field(default=None, allow_inf_nan=False)
    """Least result"""
    max: float | None = Field(default=None, allow_inf_nan=False)
    """Greatest result"""
    quantile: float | None = Field(default=None, ge=0, le=1)
    """Which quantile, from 0 to 1, for `function: quantile`"""

    @model_validator(mode="after")
    def _fitting(self) -> Aggregate:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min ({number(self.min)}) is above max ({number(self.max)}): nothing can pass.")
        if (self.function == "quantile") != (self.quantile is not None):
            raise ValueError("function: quantile and the parameter quantile (0 to 1) belong together.")
        return self


def measure(subject: Subject) -> Measurement:
    """Measure one number; NULL and NaN are left out and counted."""
    params: Aggregate = subject.params
    found = subject.column(params.column)
    if params.function != "count_distinct" and family(found.type) is not Family.NUMBER:
        raise CannotMeasureError(
            f"{params.function} needs a column of numbers; {found.name} is {found.type}."
            " Use range or freshness for dates and times."
        )
    operand = column(found.name)
    nan = nan_in(operand, found)
    usable = every([not_null(operand), exp.not_(nan) if nan is not None else None])
    assert usable is not None  # noqa: S101
    aggregates: dict[str, exp.Expr] = {
        "scope": count(),
        "applicable": count_if(usable),
        "value": aggregate_of(
            params.function, exp.case().when(usable.copy(), operand.copy()), params.quantile
        ),
    }
    if nan is not None:
        aggregates["not_a_number"] = count_if(nan)
    return Measurement(read=lambda values: _read(subject, found, values), aggregates=aggregates)


def aggregate_of(function: str, operand: exp.Expr, quantile: float | None = None) -> exp.Expr:
    """Return the aggregate of an operand as both stores compute it alike; NULLs do not count."""
    if function == "count_distinct":
        return exp.Count(this=exp.Distinct(expressions=[operand]), big_int=True)
    if function in ("min", "max", "sum", "avg"):
        return {"min": exp.Min, "max": exp.Max, "sum": exp.Sum, "avg": exp.Avg}[function](this=operand)
    as_double = exp.cast(operand, exp.DataType.Type.DOUBLE)
    if function == "stddev":
        return exp.StddevSamp(this=as_double)
    share = exp.Literal.number(str(0.5 if quantile is None else quantile))
    # Two arguments, not WITHIN GROUP: sqlglot reads back and turns for PostgreSQL only this form of DuckDB's.
    return exp.PercentileCont(this=as_double, expression=share)


def as_number(value: Any, what: str) -> float:
    """Return an aggregate as a float; CannotMeasureError where there is none or it is not finite."""
    if value is None:
        raise CannotMeasureError(f"{what} has no value: there are too few rows for it.")
    if not math.isfinite(found := float(value)):
        raise CannotMeasureError(f"{what} is {found}: that is no number to judge.")
    return found


def _read(subject: Subject, found: Column, values: Values) -> Numbers:
    params: Aggregate = subject.params
    scope, applicable = int(values["scope"]), int(values["applicable"])
    nan = int(values.get("not_a_number", 0))
    details = {"nulls": scope - applicable - nan, "not_a_number": nan}
    expected = bounds_in_words(params.min, params.max)
    name = NAMES.get(params.function) or f"{percent(params.quantile or 0, 1)} quantile of"
    what = f"The {name} {found.name} of {subject.dataset}{filtered(subject)}"
    if applicable == 0:
        said = nothing_to_judge(subject, scope, (found.name,))
        return Numbers(said, scope, 0, unit="", details=details, expected=expected)
    value = as_number(values["value"], what)
    left_out = f", {counted(nan, 'NaN value')} left out" if nan else ""
    return Numbers(
        said=f"{what} is {number(value)}{left_out}",
        n_scope=scope,
        n_applicable=applicable,
        measure=value,
        unit="",
        details={name: count for name, count in details.items() if count},
        outside=not between(value, params.min, params.max),
        expected=expected,
    )


CHECK = Check(
    name="aggregate",
    summary="One number over the column (an average, a sum, a quantile …) lies within bounds.",
    about="column",
    parameters=Aggregate,
    measure=measure,
    nulls=("ignore",),
    on_empty="fail",
    counts="",
    limits=("min", "max"),
    example="{node: daily, check: aggregate, column: delay, function: avg, min: -10, max: 60}",
    notes=(
        "Functions: min, max, avg, sum, median, quantile (interpolated), stddev (of a sample), count_distinct.",
        "NULL and NaN are left out and counted; a result that is not finite is an error, not a pass.",
    ),
)
