"""length: texts are neither too short nor too long."""

from __future__ import annotations

from pydantic import Field, model_validator
from sqlglot import exp

from recipes.core.checks.base import Check, Measurement, Parameters, Subject
from recipes.core.checks.bounds import bounds_in_words
from recipes.core.checks.operands import text_of
from recipes.core.checks.rows import RowRule, row_rule
from recipes.core.checks.tree import column, either, not_null, null


class Length(Parameters):
    """A column and how many characters its texts may have."""

    column: str
    """The column, of texts or whole numbers"""
    min: int | None = Field(default=None, ge=0)
    """Least number of characters"""
    max: int | None = Field(default=None, ge=0)
    """Greatest number of characters"""

    @model_validator(mode="after")
    def _bounded(self) -> Length:
        if self.min is None and self.max is None:
            raise ValueError("give a bound: min or max.")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min ({self.min}) is above max ({self.max}): no text can pass.")
        return self


def measure(subject: Subject) -> Measurement:
    """Count the texts whose number of characters, not of bytes, is out of bounds."""
    params: Length = subject.params
    found, operand = text_of(subject, params.column)
    characters = exp.Length(this=operand)
    outside = [
        kind(this=characters.copy(), expression=exp.Literal.number(bound))
        for kind, bound in ((exp.LT, params.min), (exp.GT, params.max))
        if bound is not None
    ]
    empty = null(column(found.name))
    bounds = bounds_in_words(params.min, params.max)
    rule = RowRule(
        columns=(found.name,),
        violated=either(*outside, *([empty] if subject.nulls == "fail" else [])),
        judged=not_null(column(found.name)) if subject.nulls == "ignore" else None,
        kept=f"has|have a value in {found.name} of {bounds} characters",
        broken=f"has|have a value in {found.name} that is not of {bounds} characters",
        extra={"nulls": empty},
        count_values=True,
    )
    return row_rule(subject, rule)


LENGTH = Check(
    name="length",
    summary="Every text of the column has a number of characters within bounds.",
    about="column",
    parameters=Length,
    measure=measure,
    nulls=("ignore", "fail"),
    fail="> 0",
    example="{node: load, check: length, column: tail_number, min: 5, max: 6}",
    notes=("Characters are counted, not bytes: “é” is one.",),
)
