"""completeness_shift: a column is not filled less than it used to be."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from recipes.core.checks.base import Check, Evidence, Measurement, Numbers, Parameters, Subject, Values
from recipes.core.checks.rows import failing_rows, filtered
from recipes.core.checks.tree import column, count, count_if, not_null, null
from recipes.core.checks.words import number, percent
from recipes.core.statistics.effects import cohen_h, two_proportions


class CompletenessShift(Parameters):
    """A column, how full it was, and how far that may change."""

    column: str
    """The column"""
    baseline: float = Field(ge=0, le=1)
    """Share of rows that had a value, from 0 to 1"""
    baseline_rows: int = Field(gt=0)
    """Number of rows that this share was taken of"""
    effect: float = Field(default=0.2, gt=0, allow_inf_nan=False)
    """Least shift that fails (Cohen's h): 0.2 is small, 0.5 medium, 0.8 large"""
    alpha: float = Field(default=0.01, gt=0, lt=1)
    """Chance at which such a shift may come by chance alone (test of two shares); both must hold to fail"""
    direction: Literal["both", "up", "down"] = "both"
    """Which way counts: down is less full"""


def measure(subject: Subject) -> Measurement:
    """Count the filled rows in the shared scan, and hold their share against the one given."""
    found = subject.column(subject.params.column)
    operand = column(found.name)
    evidence = Evidence(
        rows=lambda: failing_rows(subject, null(operand), (found.name,)), columns=(found.name,)
    )
    return Measurement(
        read=lambda values: _read(subject, found.name, values),
        aggregates={"scope": count(), "filled": count_if(not_null(operand))},
        evidence=evidence,
    )


def _read(subject: Subject, name: str, values: Values) -> Numbers:
    params: CompletenessShift = subject.params
    scope, filled = int(values["scope"]), int(values["filled"])
    if scope == 0:
        return Numbers(f"{subject.dataset} has no rows{filtered(subject)}", 0, 0)
    share = filled / scope
    effect = cohen_h(share, params.baseline)
    chance = two_proportions(share, scope, params.baseline, params.baseline_rows)
    way = {"both": abs(effect), "up": effect, "down": -effect}[params.direction]
    return Numbers(
        said=f"{percent(filled, scope)} of {number(scope)} rows of {subject.dataset}{filtered(subject)} have a value"
        f" in {name}, {percent(params.baseline, 1)} before: a shift of {number(effect)}",
        n_scope=scope,
        n_applicable=scope,
        measure=effect,
        unit="Cohen's h",
        details={"share": share, "baseline": params.baseline, "p": chance, "nulls": scope - filled},
        outside=way >= params.effect and chance < params.alpha,
        expected=f"a shift of less than {number(params.effect)}, or p from {number(params.alpha)} up",
    )


CHECK = Check(
    name="completeness_shift",
    summary="A column is filled as much as it used to be.",
    about="column",
    parameters=CompletenessShift,
    measure=measure,
    counts="",
    conditions=(),
    example="{node: clean, check: completeness_shift, column: origin, baseline: 0.98, baseline_rows: 12000}",
    notes=(
        "It fails where Cohen's h is at least `effect` *and* the test of two shares says that chance alone makes such a"
        " shift with less than `alpha`. On this scale a fall from 100 % to 99 % is 0.2, one from 60 % to 50 % as well.",
        "`warn` and `fail` compare the signed h as well, where they are given; below 0 is less full than before.",
    ),
)
