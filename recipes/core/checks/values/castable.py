"""castable: every text can be turned into a value of a type."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator
from sqlglot import exp

from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Parameters, Subject
from recipes.core.checks.by_value import SAMPLED, ValueRule, by_value
from recipes.core.checks.families import Family, family
from recipes.core.checks.formats import CASTS
from recipes.core.checks.patterns import portable, whole
from recipes.core.checks.rows import RowRule, row_rule
from recipes.core.checks.tree import column, either, every, not_null, null
from recipes.core.checks.words import listed

BLANKS = " \t\n\r\f\v"


class Castable(Parameters):
    """A column of texts and what they must be able to become."""

    column: str
    """The column, of texts"""
    type: Literal["integer", "number", "boolean", "date", "timestamp", "uuid"]
    """The type"""
    formats: list[str] = Field(default=[], max_length=20)
    """For dates and timestamps: forms other than ISO 8601, as Python's strptime has them (%d.%m.%Y); one must fit"""
    trim: bool = False
    """Leave out blanks around the text"""
    sample: bool = False
    """With formats: if there are too many different texts, judge the most frequent ones only"""

    @model_validator(mode="after")
    def _checked(self) -> Castable:
        if self.formats and self.type not in ("date", "timestamp"):
            raise ValueError(f"formats are for dates and timestamps, not for type {self.type}.")
        for form in self.formats:
            if "{{" not in form and not _is_format(form):
                raise ValueError(
                    f"formats: “{form}” is no form of a date. Write such as %d.%m.%Y or %Y%m%d %H:%M."
                )
        return self


def measure(subject: Subject) -> Measurement:
    """Count the texts that cannot be cast: by a pattern in the shared scan, by Python where formats are given."""
    params: Castable = subject.params
    found = subject.column(params.column)
    if family(found.type) is not Family.TEXT:
        raise CannotMeasureError(f"castable needs a text column; {found.name} is {found.type} already.")
    kept = f"has|have a value in {found.name} that can be cast to {params.type}"
    broken = f"has|have a value in {found.name} that cannot be cast to {params.type}"
    operand: exp.Expr = column(found.name)
    if params.formats:
        fault = f"of no form {listed(params.formats, 'or')}"

        def fault_of(text: str) -> str | None:
            bare = text.strip(BLANKS)  # strptime lets some blanks pass by itself
            return None if (params.trim or bare == text) and _fits(bare, params.formats) else fault

        return by_value(subject, ValueRule(found, operand, fault_of, kept, broken, params.sample))
    around = "[ \\t\\n\\r\\f\\v]*" if params.trim else ""
    form = exp.Literal.string(whole(portable(f"{around}(?:{CASTS[params.type]}){around}")))
    violated = every([not_null(operand), exp.not_(exp.RegexpLike(this=operand.copy(), expression=form))])
    assert violated is not None  # noqa: S101
    rule = RowRule(
        columns=(found.name,),
        violated=either(null(operand), violated) if subject.nulls == "fail" else violated,
        judged=not_null(operand) if subject.nulls == "ignore" else None,
        kept=kept,
        broken=broken,
        extra={"nulls": null(operand)},
        count_values=True,
    )
    return row_rule(subject, rule)


def _fits(text: str, formats: list[str]) -> bool:
    return any(_read(text, form) for form in formats)


def _read(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True


def _is_format(form: str) -> bool:
    """Say whether strptime knows all of a form: what it writes it must be able to read."""
    try:
        datetime.strptime(datetime(2001, 12, 31, 23, 58, 59).strftime(form), form)
    except (ValueError, TypeError):
        return False
    return "%" in form


CASTABLE = Check(
    name="castable",
    summary="Every text of the column can be turned into a value of a type.",
    about="column",
    parameters=Castable,
    measure=measure,
    nulls=("ignore", "fail"),
    fail="> 0",
    example="{node: load, check: castable, column: delay, type: integer}",
    notes=(
        "The rule is the hub's, as each store casts what another one refuses: whole numbers of at most 18 digits,"
        " numbers with a point and an exponent, true and false, days that exist as 2001-12-31, timestamps as"
        " 2001-12-31T23:59:59.5 with or without a zone.",
        f"With `formats`: {SAMPLED}",
    ),
)
