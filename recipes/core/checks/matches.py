"""matches: every text has a form, given by a pattern or by name."""

from __future__ import annotations

from pydantic import model_validator
from sqlglot import exp

from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Parameters, Subject
from recipes.core.checks.families import Family, family, is_integer
from recipes.core.checks.patterns import FORMATS, portable, whole
from recipes.core.checks.rows import RowRule, row_rule
from recipes.core.checks.tree import column, either, every, not_null, null
from recipes.core.checks.words import cut, listed, near

SHOWN = 80  # characters of a pattern that a sentence shows


class Matches(Parameters):
    """A column and a form."""

    column: str
    """The column, of texts or whole numbers"""
    pattern: str = ""
    """A regular expression, or"""
    format: str = ""
    """the name of a format"""
    anywhere: bool = False
    """Look for the pattern inside of the text, instead of matching the whole"""
    ignore_case: bool = False
    """Take the letters A to Z for a to z"""

    @model_validator(mode="after")
    def _checked(self) -> Matches:
        if bool(self.pattern) == bool(self.format):
            raise ValueError("give either pattern or format.")
        if self.format and self.format not in FORMATS and "{{" not in self.format:
            raise ValueError(
                f"there is no format {self.format}.{near(self.format, FORMATS)} The formats are {listed(FORMATS)}."
            )
        if self.pattern and "{{" not in self.pattern:
            portable(self.pattern)
        return self

    def regular_expression(self) -> str:
        """Return the pattern as every store is given it."""
        text = portable(FORMATS[self.format] if self.format else self.pattern, ignore_case=self.ignore_case)
        return text if self.anywhere else whole(text)


def measure(subject: Subject) -> Measurement:
    """Count the texts that do not match; whole numbers are looked at as text."""
    params: Matches = subject.params
    found = subject.column(params.column)
    operand: exp.Expr = column(found.name)
    if is_integer(found.type):
        operand = exp.cast(operand, exp.DataType.Type.VARCHAR)
    elif family(found.type) is not Family.TEXT:
        raise CannotMeasureError(f"matches needs a text column; {found.name} is {found.type}.")
    form = exp.RegexpLike(this=operand, expression=exp.Literal.string(params.regular_expression()))
    violated = every([not_null(column(found.name)), exp.not_(form)])
    assert violated is not None  # noqa: S101
    if subject.nulls == "fail":
        violated = either(null(column(found.name)), violated)
    what = f"form {params.format}" if params.format else f"pattern {cut(params.pattern, SHOWN)}"
    rule = RowRule(
        columns=(found.name,),
        violated=violated,
        judged=not_null(column(found.name)) if subject.nulls == "ignore" else None,
        kept=f"has|have a value in {found.name} of the {what}",
        broken=f"has|have a value in {found.name} that is not of the {what}",
        extra={"nulls": null(column(found.name))},
        count_values=True,
    )
    return row_rule(subject, rule)


CHECK = Check(
    name="matches",
    summary="Every text of the column has the form of a pattern or of a named format.",
    about="column",
    parameters=Matches,
    measure=measure,
    nulls=("ignore", "fail"),
    fail="> 0",
    example="{node: load, check: matches, column: iata, format: iata}",
    notes=(
        f"Formats: {', '.join(FORMATS)}. They look at the form only: 2023-02-30 is in the iso_date format.",
        "Patterns are a subset that means the same in every store: texts, `.`, `[…]`, `\\d \\w \\s` (ASCII), groups, `|`,"
        " `? * + {m,n}` up to 255, `^` and `$`. Look-around, back references, `\\b` and lazy repeats are refused.",
        "The whole text must match; `anywhere: true` looks for the pattern inside. `ignore_case` is about A to Z.",
    ),
)
