"""dependence: two columns hang together as much as they should, or as little."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

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
from recipes.core.checks.operands import ORDERED, all_usable, double, names, of_kind
from recipes.core.checks.rows import filtered, nothing_to_judge
from recipes.core.checks.tree import ascending, beside, column, count, derived, select, window
from recipes.core.checks.words import number
from recipes.core.statistics.effects import cramers_v

CELLS = 100_000  # pairs of categories that are read
PAIRS = "rows with both"


class Dependence(Parameters):
    """Two columns, how their dependence is measured, and its bounds."""

    columns: list[str] = Field(min_length=2, max_length=2)
    """The two columns"""
    method: Literal["spearman", "cramers_v", "phi"] = "spearman"
    """spearman: correlation of ranks, −1 to 1; cramers_v: of categories, 0 to 1; phi: the same of two by two"""
    min: float | None = Field(default=None, ge=-1, le=1)
    """Least result"""
    max: float | None = Field(default=None, ge=-1, le=1)
    """Greatest result"""

    @model_validator(mode="after")
    def _in_order(self) -> Dependence:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min ({number(self.min)}) is above max ({number(self.max)}): nothing can pass.")
        return self


def measure(subject: Subject) -> Measurement:
    """Measure the dependence over the rows that have both values."""
    params: Dependence = subject.params
    if params.method == "spearman":
        pair = [
            of_kind(name, subject.columns, subject.dataset, ORDERED, "spearman") for name in params.columns
        ]
        return Measurement(
            read=lambda values: _ranked(subject, pair, values), statement=_ranks(subject, pair)
        )
    pair = [subject.column(name) for name in params.columns]
    cells = subject.rows(
        *(exp.alias_(column(found.name), f"value {place}", quoted=True) for place, found in enumerate(pair)),
        exp.alias_(count(), PAIRS, quoted=True),
    )
    cells = cells.group_by(*(column(found.name) for found in pair), copy=False).limit(CELLS + 1, copy=False)
    return Measurement(rows=cells, read_rows=lambda rows: _crossed(subject, pair, rows))


def _ranks(subject: Subject, pair: Sequence[Column]) -> exp.Select:
    """Return the sums of products of centred ranks; equal values share the mean of their ranks."""
    shown = [
        exp.alias_(_centred_rank(found), name, quoted=True)
        for found, name in zip(pair, ("one", "two"), strict=True)
    ]
    judged = derived(subject.rows(*shown, also=all_usable(pair)), "judged")
    pairs = {"both": ("one", "two"), "first": ("one", "one"), "second": ("two", "two")}
    sums: dict[str, exp.Expr] = {
        name: exp.Sum(this=exp.Mul(this=column(left), expression=column(right)))
        for name, (left, right) in pairs.items()
    }
    scope = select(
        {"scope": count()},
        derived(subject.rows(exp.alias_(exp.Literal.number(1), "one", quoted=True)), "all"),
    )
    return beside(scope, select({"applicable": count(), **sums}, judged))


def _centred_rank(found: Column) -> exp.Expr:
    """Return the mean rank of a value among its equals, less the mean of all ranks: rank − 1 + (equals − rows) / 2."""
    operand = column(found.name)
    rank = window(exp.Rank(), [], [ascending(operand)])
    equals, rows = exp.Window(this=count(), partition_by=[operand]), exp.Window(this=count())
    above = exp.paren(exp.Sub(this=double(equals), expression=double(rows)))
    half = exp.Mul(this=above, expression=double(exp.Literal.number("0.5")))
    return exp.Add(this=exp.Sub(this=double(rank), expression=exp.Literal.number(1)), expression=half)


def _ranked(subject: Subject, pair: Sequence[Column], values: Values) -> Numbers:
    scope, applicable = int(values["scope"]), int(values["applicable"])
    if not applicable:
        return _numbers(subject, pair, scope, 0, None)
    spread = float(values["first"]) * float(values["second"])
    found = float(values["both"]) / math.sqrt(spread) if spread > 0 else None
    return _numbers(subject, pair, scope, applicable, found)


def _crossed(subject: Subject, pair: Sequence[Column], rows: Sequence[Values]) -> Numbers:
    if len(rows) > CELLS:
        raise CannotMeasureError(
            f"{names(pair)} have more than {number(CELLS)} pairs of values; that is no table of categories."
        )
    scope = sum(int(row[PAIRS]) for row in rows)
    cells = {
        (row["value 0"], row["value 1"]): int(row[PAIRS])
        for row in rows
        if row["value 0"] is not None and row["value 1"] is not None
    }
    sizes = [len({key[place] for key in cells}) for place in (0, 1)]
    if subject.params.method == "phi" and cells and sizes != [2, 2]:
        raise CannotMeasureError(
            f"phi needs two values on each side; {names(pair)} have {sizes[0]} and {sizes[1]}. Use cramers_v."
        )
    return _numbers(subject, pair, scope, sum(cells.values()), cramers_v(cells), sizes)


def _numbers(
    subject: Subject,
    pair: Sequence[Column],
    scope: int,
    applicable: int,
    found: float | None,
    sizes: Sequence[int] = (),
) -> Numbers:
    params: Dependence = subject.params
    expected = bounds_in_words(params.min, params.max)
    if not applicable:
        both = tuple(column.name for column in pair)
        return Numbers(nothing_to_judge(subject, scope, both), scope, 0, unit="", expected=expected)
    if found is None:
        raise CannotMeasureError(
            f"One of {names(pair)} has a single value in {subject.dataset}, so there is no dependence to measure."
        )
    what = {"spearman": "rank correlation", "cramers_v": "Cramér's V", "phi": "φ"}[params.method]
    return Numbers(
        said=f"The {what} of {names(pair)} in {subject.dataset}{filtered(subject)} is {number(found)}",
        n_scope=scope,
        n_applicable=applicable,
        measure=found,
        unit="",
        details={"not_judged": scope - applicable, "values": list(sizes)}
        if sizes
        else {"not_judged": scope - applicable},
        outside=not between(found, params.min, params.max),
        expected=expected,
    )


CHECK = Check(
    name="dependence",
    summary="Two columns hang together as much (or as little) as they should.",
    about="dataset",
    parameters=Dependence,
    measure=measure,
    nulls=("ignore",),
    on_empty="fail",
    counts="",
    limits=("min", "max"),
    example="{node: clean, check: dependence, columns: [distance, air_time], min: 0.9}",
    notes=(
        "Rows without one of the two values are left out. spearman needs numbers, dates or times, and equal values share"
        " the mean of their ranks; cramers_v and phi take columns of any kind as categories, phi without a sign.",
        "A column with a single value hangs together with nothing: that is an error, not a pass.",
    ),
)
