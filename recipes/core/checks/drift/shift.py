"""mean_shift and variance_shift: an average, or a spread, is not far from that of a reference."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import Field
from sqlglot import exp

from recipes.core.checks.aggregate import as_number
from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Numbers, Subject, Values
from recipes.core.checks.drift.reference import HERE, THERE, Against, Side, sides_of
from recipes.core.checks.operands import NUMBERS, number_of
from recipes.core.checks.rows import nothing_to_judge
from recipes.core.checks.tree import beside
from recipes.core.checks.words import number
from recipes.core.statistics.effects import Sample, cohen_d, log_variance_ratio, variance_test, welch

Direction = Literal["both", "up", "down"]


class MeanShift(Against):
    """A column of numbers, its reference, and how far the averages may lie apart."""

    effect: float = Field(default=0.5, gt=0, allow_inf_nan=False)
    """Least shift that fails, in standard deviations (Cohen's d): 0.2 is small, 0.5 medium, 0.8 large"""
    alpha: float = Field(default=0.01, gt=0, lt=1)
    """Chance at which such a shift may come by chance alone (Welch's test); both must hold to fail"""
    direction: Direction = "both"
    """Which way counts"""


class VarianceShift(Against):
    """A column of numbers, its reference, and how far the spreads may lie apart."""

    effect: float = Field(default=0.69, gt=0, allow_inf_nan=False)
    """Least logarithm of the ratio of the variances that fails: 0.69 is double or half, 1.39 four times"""
    alpha: float = Field(default=0.01, gt=0, lt=1)
    """Chance at which such a shift may come by chance alone (F test); both must hold to fail"""
    direction: Direction = "both"
    """Which way counts"""


@dataclass(frozen=True)
class Kind:
    """What tells the two checks apart."""

    name: str
    what: str
    index: str
    effect: Callable[[Sample, Sample], float | None]
    chance: Callable[[Sample, Sample], float | None]
    shown: Callable[[Sample], float]


MEAN = Kind("mean_shift", "average", "Cohen's d", cohen_d, welch, lambda side: side.mean)
SPREAD = Kind(
    "variance_shift",
    "standard deviation",
    "log variance ratio",
    log_variance_ratio,
    variance_test,
    lambda side: math.sqrt(side.variance),
)


def measure(subject: Subject, kind: Kind) -> Measurement:
    """Measure count, mean and variance of both sides by one statement; NULL and NaN are left out."""
    here, there = sides_of(subject, NUMBERS, kind.name)
    sides = []
    for side in (here, there):
        taken = number_of(side.column)
        moments = {
            f"mean {side.name}": exp.Avg(this=taken),
            f"variance {side.name}": exp.Variance(this=taken.copy()),
        }
        sides.append(side.rows(side.counts() | moments))
    return Measurement(
        read=lambda values: _read(subject, kind, (here, there), values), statement=beside(*sides)
    )


def _read(subject: Subject, kind: Kind, sides: tuple[Side, Side], values: Values) -> Numbers:
    params: MeanShift | VarianceShift = subject.params
    scope, known = int(values[f"rows {HERE}"]), int(values[f"known {HERE}"])
    details = {"not_judged": scope - known, "reference_rows": int(values[f"known {THERE}"])}
    if known == 0:
        return Numbers(nothing_to_judge(subject, scope, (sides[0].column.name,)), scope, 0, details=details)
    here, there = (_sample(side, values) for side in sides)
    effect, chance = kind.effect(here, there), kind.chance(here, there)
    if effect is None or chance is None:
        raise CannotMeasureError(
            f"The {kind.what} of {sides[0].column.name} cannot be held against the reference: one of"
            f" {sides[0]} and {sides[1]} has fewer than two rows, or only one value, so that there is no spread"
            " to measure by. Use aggregate or range."
        )
    effect = round(effect, 12) + 0.0  # what the order of adding changes is no shift
    way = {"both": abs(effect), "up": effect, "down": -effect}[params.direction]
    shown = [kind.shown(side) for side in (here, there)]
    return Numbers(
        said=f"The {kind.what} of {sides[0].column.name} is {number(shown[0])} in {sides[0]} and"
        f" {number(shown[1])} in {sides[1]}: {kind.index} {number(effect)}, p {_chance(chance)}",
        n_scope=scope,
        n_applicable=known,
        measure=effect,
        unit=kind.index,
        details=details | {"here": shown[0], "there": shown[1], "p": chance},
        outside=way >= params.effect and chance < params.alpha,
        expected=_expected(params, kind),
    )


def _sample(side: Side, values: Values) -> Sample:
    known = int(values[f"known {side.name}"])
    if known == 0:
        raise CannotMeasureError(f"The reference {side} has no value in {side.column.name}.")
    variance = values[f"variance {side.name}"]
    what = f"of {side.column.name} in {side}"
    return Sample(
        known,
        as_number(values[f"mean {side.name}"], f"The average {what}"),
        0.0 if variance is None else as_number(variance, f"The variance {what}"),
    )


def _chance(chance: float) -> str:
    return "under 0.0001" if chance < 0.0001 else number(round(chance, 4))


def _expected(params: MeanShift | VarianceShift, kind: Kind) -> str:
    sign = {"both": " either way", "up": " upwards", "down": " downwards"}[params.direction]
    return f"{kind.index} under {number(params.effect)}{sign}, or p from {number(params.alpha)} up"


NOTES = (
    "It fails where the effect is at least `effect` *and* the test's p is below `alpha`: with many rows every shift is"
    " significant, so the effect decides; with few rows chance makes large effects.",
    "`warn` and `fail` compare the signed effect as well, where they are given.",
    "NULL, NaN and, in the reference, other rows than those of `of_where` are left out. Where one side has a single"
    " value there is no spread to measure by, and the test is in error.",
)
MEAN_SHIFT = Check(
    name=MEAN.name,
    summary="The average of a column has not shifted against a reference, measured in standard deviations.",
    about="column",
    parameters=MeanShift,
    measure=lambda subject: measure(subject, MEAN),
    nulls=("ignore",),
    counts="",
    conditions=("of_where",),
    example="{node: clean, check: mean_shift, column: delay, of: reference.flights, effect: 0.3}",
    notes=NOTES,
)
VARIANCE_SHIFT = Check(
    name=SPREAD.name,
    summary="The spread of a column has not shifted against a reference, measured as a ratio of variances.",
    about="column",
    parameters=VarianceShift,
    measure=lambda subject: measure(subject, SPREAD),
    nulls=("ignore",),
    counts="",
    conditions=("of_where",),
    example="{node: clean, check: variance_shift, column: delay, of: reference.flights}",
    notes=NOTES,
)
