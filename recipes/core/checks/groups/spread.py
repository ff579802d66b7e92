"""distinct_count, unique_proportion, top_share and entropy: how the rows spread over the values of a column."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import Field, model_validator
from sqlglot import exp

from recipes.core.checks.base import Check, Evidence, Measurement, Numbers, Parameters, Subject, Values
from recipes.core.checks.bounds import between, bounds_in_words
from recipes.core.checks.groups.shape import COPIES, groups_of, most_frequent
from recipes.core.checks.rows import filtered, nothing_to_judge
from recipes.core.checks.tree import column, count_if, derived, every, not_null, select, total
from recipes.core.checks.words import listed, number

DIGITS = 12  # decimals kept of an entropy: what the order of adding may change is less


class Spread(Parameters):
    """A column, or several together, and bounds."""

    column: str = ""
    """The column, or"""
    columns: list[str] = []
    """the columns whose combinations are counted"""
    min: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Least result"""
    max: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Greatest result"""

    @model_validator(mode="after")
    def _fitting(self) -> Spread:
        if bool(self.column) == bool(self.columns):
            raise ValueError("give either column or columns.")
        if len(set(self.columns)) < len(self.columns):
            raise ValueError("columns names a column twice.")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min ({number(self.min)}) is above max ({number(self.max)}): nothing can pass.")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(self.columns) or (self.column,)


class Share(Spread):
    """A column, or several together, and bounds of a share."""

    min: float | None = Field(default=None, ge=0, le=1)
    """Least result, from 0 to 1"""
    max: float | None = Field(default=None, ge=0, le=1)
    """Greatest result, from 0 to 1"""


@dataclass(frozen=True)
class Kind:
    """What is taken of the counts; `said` holds {names} and {rows}."""

    said: str
    value: Callable[[Values, int], float]
    unit: str = ""


def _entropy(values: Values, rows: int) -> float:
    """Return Shannon's entropy in bits: −Σ p·log2 p = (ln N − Σ n·ln n / N) / ln 2."""
    nats = math.log(rows) - float(values["weighted"]) / rows
    return max(0.0, round(nats / math.log(2), DIGITS))


DISTINCT = Kind(
    "The number of different values of {names} in {rows}",
    lambda values, rows: float(values["different"]),
    "values",
)
UNIQUE = Kind(
    "The share of different values of {names} in {rows}", lambda values, rows: int(values["different"]) / rows
)
TOP = Kind(
    "The share of the most frequent value of {names} in {rows}",
    lambda values, rows: int(values["top"]) / rows,
)
ENTROPY = Kind("The entropy of {names} in {rows}", _entropy, "bits")


def _measure(subject: Subject, kind: Kind) -> Measurement:
    """Count from one GROUP BY, the same for all kinds; NULL is left out unless it is a value."""
    key = tuple(subject.column(name).name for name in subject.params.key)
    copies = column(COPIES)
    complete = None if subject.nulls == "value" else every(not_null(column(name)) for name in key)
    taken = complete or exp.true()
    as_double = exp.cast(copies, exp.DataType.Type.DOUBLE)
    statement = select(
        {
            "scope": total(copies),
            "applicable": total(copies, taken),
            "different": count_if(taken),
            "top": exp.Filter(this=exp.Max(this=copies.copy()), expression=exp.Where(this=taken.copy())),
            "weighted": total(exp.Mul(this=as_double, expression=exp.Ln(this=as_double.copy())), taken),
        },
        derived(groups_of(subject, key), "keys"),
    )
    return Measurement(
        read=lambda values: _read(subject, key, kind, values),
        statement=statement,
        evidence=Evidence(columns=key, groups=lambda: most_frequent(subject, key, complete)),
    )


def _read(subject: Subject, key: tuple[str, ...], kind: Kind, values: Values) -> Numbers:
    params: Spread = subject.params
    scope, applicable = int(values["scope"]), int(values["applicable"])
    expected = bounds_in_words(params.min, params.max)
    details = {"nulls": scope - applicable} if scope > applicable else {}
    if applicable == 0:
        nothing = nothing_to_judge(subject, scope, key)
        return Numbers(nothing, scope, 0, unit=kind.unit, details=details, expected=expected)
    value = kind.value(values, applicable)
    what = kind.said.format(names=listed(key), rows=subject.dataset)
    return Numbers(
        said=f"{what}{filtered(subject)} is {number(value)}",
        n_scope=scope,
        n_applicable=applicable,
        measure=value,
        unit=kind.unit,
        details=details,
        outside=not between(value, params.min, params.max),
        expected=expected,
    )


def _check(
    name: str, summary: str, kind: Kind, parameters: type[Spread], example: str, notes: tuple[str, ...] = ()
) -> Check:
    return Check(
        name=name,
        summary=summary,
        about="column",
        parameters=parameters,
        measure=lambda subject: _measure(subject, kind),
        nulls=("ignore", "value"),
        counts="",
        unit=kind.unit,
        limits=("min", "max"),
        example=example,
        notes=notes,
    )


DISTINCT_COUNT = _check(
    "distinct_count",
    "The column has neither too few nor too many different values.",
    DISTINCT,
    Spread,
    "{node: clean, check: distinct_count, column: carrier, min: 5, max: 40}",
)
UNIQUE_PROPORTION = _check(
    "unique_proportion",
    "The different values of the column are a share of its rows within bounds.",
    UNIQUE,
    Share,
    "{node: clean, check: unique_proportion, column: tail_number, min: 0.2}",
    ("It is the number of different values by the number of rows that have one.",),
)
TOP_SHARE = _check(
    "top_share",
    "No value of the column holds too large a share of its rows.",
    TOP,
    Share,
    "{node: clean, check: top_share, column: carrier, max: 0.4}",
    (
        "It sees a default that took the place of real values. The most frequent values are kept with their rows.",
    ),
)
ENTROPY_CHECK = _check(
    "entropy",
    "The rows are spread over the values of the column neither too evenly nor too unevenly.",
    ENTROPY,
    Spread,
    "{node: clean, check: entropy, column: carrier, min: 1.5}",
    (
        "Shannon's entropy in bits: 0 where all rows have one value, log2 of n where n values are equally frequent.",
    ),
)
