"""matches and not_matches: every text has a form, given by a pattern or by name, or none has it."""

from __future__ import annotations

from pydantic import model_validator
from sqlglot import exp

from recipes.core.checks.base import Check, Measurement, Parameters, Subject
from recipes.core.checks.by_value import SAMPLED, ValueRule, by_value
from recipes.core.checks.formats import FORMATS, JUDGED, NAMES, ZIPS
from recipes.core.checks.operands import text_of
from recipes.core.checks.patterns import portable, whole
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
    country: str = ""
    """For `format: zip`, the country as two letters (ISO 3166)"""
    anywhere: bool = False
    """Look for the pattern inside of the text, instead of matching the whole"""
    ignore_case: bool = False
    """Take the letters A to Z for a to z"""
    sample: bool = False
    """For the formats json and iban: if there are too many different texts, judge the most frequent ones only"""

    @model_validator(mode="after")
    def _checked(self) -> Matches:
        if bool(self.pattern) == bool(self.format):
            raise ValueError("give either pattern or format.")
        if self.format and self.format not in NAMES and "{{" not in self.format:
            raise ValueError(
                f"there is no format {self.format}.{near(self.format, NAMES)} The formats are {listed(NAMES)}."
            )
        if self.pattern and "{{" not in self.pattern:
            portable(self.pattern)
        if self.format in JUDGED and (self.anywhere or self.ignore_case):
            raise ValueError(
                f"format {self.format} looks at the whole text, as it is: leave out anywhere and ignore_case."
            )
        self._check_country()
        return self

    def _check_country(self) -> None:
        if (self.format == "zip") != bool(self.country):
            raise ValueError("format: zip and the parameter country belong together.")
        if self.country and self.country not in ZIPS and "{{" not in self.country:
            raise ValueError(
                f"the form of postal codes of {self.country} is not known; use a pattern. Known are {listed(ZIPS)}."
            )

    def regular_expression(self) -> str:
        """Return the pattern as every store is given it."""
        named = ZIPS[self.country] if self.format == "zip" else FORMATS.get(self.format, "")
        text = portable(named or self.pattern, ignore_case=self.ignore_case)
        return text if self.anywhere else whole(text)

    def in_words(self) -> str:
        """Return what is looked for: "form email", "pattern A+"."""
        if self.format == "zip":
            return f"form zip of {self.country}"
        return f"form {self.format}" if self.format else f"pattern {cut(self.pattern, SHOWN)}"


def measure_matches(subject: Subject) -> Measurement:
    """Count the texts that do not match; whole numbers are looked at as text."""
    return _measure(subject, wanted=True)


def measure_not_matches(subject: Subject) -> Measurement:
    """Count the texts that match."""
    return _measure(subject, wanted=False)


def _measure(subject: Subject, *, wanted: bool) -> Measurement:
    params: Matches = subject.params
    found, operand = text_of(subject, params.column)
    has, has_not = f"of the {params.in_words()}", f"that is not of the {params.in_words()}"
    kept = f"has|have a value in {found.name} {has if wanted else has_not}"
    broken = f"has|have a value in {found.name} {has_not if wanted else has}"
    if judge := JUDGED.get(params.format):
        reason = f"{'not ' if wanted else ''}{params.format}"
        rule = ValueRule(
            found,
            operand,
            lambda text: reason if judge(text) is not wanted else None,
            kept,
            broken,
            params.sample,
        )
        return by_value(subject, rule)
    form: exp.Expr = exp.RegexpLike(this=operand, expression=exp.Literal.string(params.regular_expression()))
    violated = every([not_null(column(found.name)), exp.not_(form) if wanted else form]) or form
    if subject.nulls == "fail":
        violated = either(null(column(found.name)), violated)
    return row_rule(
        subject,
        RowRule(
            columns=(found.name,),
            violated=violated,
            judged=not_null(column(found.name)) if subject.nulls == "ignore" else None,
            kept=kept,
            broken=broken,
            extra={"nulls": null(column(found.name))},
            count_values=True,
        ),
    )


MATCHES = Check(
    name="matches",
    summary="Every text of the column has the form of a pattern or of a named format.",
    about="column",
    parameters=Matches,
    measure=measure_matches,
    nulls=("ignore", "fail"),
    fail="> 0",
    example="{node: load, check: matches, column: iata, format: iata}",
    notes=(
        f"Formats: {', '.join(NAMES)}. They look at the form only: 2023-02-30 is in the iso_date format (castable looks"
        " at the calendar). `json` is RFC 8259; `iban` has the length of its country and right check digits.",
        f"`zip` knows the countries {', '.join(ZIPS)}.",
        "Patterns are a subset that means the same in every store: texts, `.`, `[…]`, `\\d \\w \\s` (ASCII), groups, `|`,"
        " `? * + {m,n}` up to 255, `^` and `$`. Look-around, back references, `\\b` and lazy repeats are refused.",
        "The whole text must match; `anywhere: true` looks for the pattern inside. `ignore_case` is about A to Z.",
        f"For json and iban: {SAMPLED}",
    ),
)
NOT_MATCHES = Check(
    name="not_matches",
    summary="No text of the column has the form of a pattern or of a named format.",
    about="column",
    parameters=Matches,
    measure=measure_not_matches,
    nulls=("ignore", "fail"),
    fail="> 0",
    example="{node: load, check: not_matches, column: remark, pattern: '[0-9]{13,16}', anywhere: true}",
    notes=("Patterns and formats are those of matches.",),
)
