"""range: every value lies within bounds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import model_validator
from sqlglot import exp

from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Parameters, Subject
from recipes.core.checks.families import Family, family, literal, nan_in
from recipes.core.checks.moments import relative
from recipes.core.checks.rows import RowRule, row_rule
from recipes.core.checks.tree import Condition, column, either, every, not_null, null
from recipes.core.checks.words import listed, number

Limit = int | float | Decimal | datetime | date | str
BROKEN_BY = {"min": exp.LT, "above": exp.LTE, "max": exp.GT, "below": exp.GTE}
WORDS = {"min": "at least {}", "above": "above {}", "max": "at most {}", "below": "below {}"}
ORDERED = (Family.NUMBER, Family.DATE, Family.TIME, Family.MOMENT)


class Range(Parameters):
    """A column and at least one bound: a number, a date, a time, or "as_of + 1 d"."""

    column: str
    """The column"""
    min: Limit | None = None
    """Least value, belongs to the range"""
    max: Limit | None = None
    """Greatest value, belongs to the range"""
    above: Limit | None = None
    """Every value must be above it"""
    below: Limit | None = None
    """Every value must be below it"""

    @model_validator(mode="after")
    def _bounded(self) -> Range:
        bounds = self.bounds()
        if not bounds:
            raise ValueError("range needs a bound: min, max, above or below.")
        for text in bounds.values():
            if isinstance(text, bool):
                raise ValueError("a bound must be a number, a date or a time, not true or false.")
            if isinstance(text, str) and "{{" not in text:
                relative(text, datetime(2000, 1, 1))  # raises for a bad span
        if isinstance(self.min, int | float) and isinstance(self.max, int | float) and self.min > self.max:
            raise ValueError(f"min ({self.min}) is above max ({self.max}): no value can pass.")
        return self

    def bounds(self) -> dict[str, Limit]:
        """Return the bounds given, by name."""
        named = {"min": self.min, "above": self.above, "max": self.max, "below": self.below}
        return {name: bound for name, bound in named.items() if bound is not None}


def measure(subject: Subject) -> Measurement:
    """Count the values outside; NaN is outside of every range."""
    params: Range = subject.params
    found = subject.column(params.column)
    if family(found.type) not in ORDERED:
        raise CannotMeasureError(
            f"range needs numbers, dates or times; {found.name} is {found.type}. Use matches or in_set for texts."
        )
    operand = column(found.name)
    bounds = {name: _moment(bound, subject) for name, bound in params.bounds().items()}
    broken: list[Condition] = [
        BROKEN_BY[name](this=operand.copy(), expression=literal(bound, found))
        for name, bound in bounds.items()
    ]
    nan = nan_in(operand, found)
    outside = either(*broken, *([nan] if nan is not None else []))
    violated = every([not_null(operand), outside.copy()]) or outside
    extra = {"nulls": null(operand)} | ({"not_a_number": nan} if nan is not None else {})
    if subject.nulls == "fail":
        violated = either(null(operand), violated)
    rule = RowRule(
        columns=(found.name,),
        violated=violated,
        judged=not_null(operand) if subject.nulls == "ignore" else None,
        kept=f"has|have a value in {found.name} {_words(bounds)}",
        broken=f"has|have a value in {found.name} that is not {_words(bounds)}",
        extra=extra,
    )
    return row_rule(subject, rule)


def _moment(bound: Limit, subject: Subject) -> Limit:
    if isinstance(bound, str):
        moment = relative(bound, subject.context.moment)
        return bound if moment is None else moment
    return bound


def _words(bounds: dict[str, Limit]) -> str:
    def said(bound: Limit) -> str:
        return number(float(bound)) if isinstance(bound, int | float | Decimal) else str(bound)

    if set(bounds) == {"min", "max"}:
        return f"between {said(bounds['min'])} and {said(bounds['max'])}"
    return listed([WORDS[name].format(said(bound)) for name, bound in bounds.items()])


CHECK = Check(
    name="range",
    summary="Every value of the column lies within bounds.",
    about="column",
    parameters=Range,
    measure=measure,
    nulls=("ignore", "fail"),
    fail="> 0",
    example='{node: clean, check: range, column: landed_at, min: 1987-10-01, max: "as_of + 1 d"}',
    notes=(
        "For numbers, dates and times; `as_of` is the run's clock, with an offset such as `+ 1 d` or `- 2 h`.",
        "NaN lies outside of every range and is counted as `not_a_number`.",
    ),
)
