"""outlier_fraction: few values lie outside of limits that are known beforehand."""

from __future__ import annotations

from pydantic import Field, model_validator
from sqlglot import exp

from recipes.core.checks.base import Check, Measurement, Parameters, Subject
from recipes.core.checks.bounds import bounds_in_words
from recipes.core.checks.families import literal, nan_in
from recipes.core.checks.operands import number_column
from recipes.core.checks.rows import RowRule, row_rule
from recipes.core.checks.tree import Condition, column, either, every, not_null, null

# Median absolute deviation × 1.4826 is the standard deviation of normal data (Iglewicz and Hoaglin, 1993).
MAD_TO_SD = 1.4826


class OutlierFraction(Parameters):
    """A column of numbers and where its values should lie."""

    column: str
    """The column, of numbers"""
    low: float | None = Field(default=None, allow_inf_nan=False)
    """The lower fence"""
    high: float | None = Field(default=None, allow_inf_nan=False)
    """The upper fence"""
    median: float | None = Field(default=None, allow_inf_nan=False)
    """Instead of fences: the median of good data, and"""
    mad: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """its median absolute deviation"""
    k: float = Field(default=3.5, gt=0, allow_inf_nan=False)
    """How many robust standard deviations (1.4826 × mad) from the median are still usual"""

    @model_validator(mode="after")
    def _fitting(self) -> OutlierFraction:
        fences = self.low is not None or self.high is not None
        if (self.median is None) != (self.mad is None) or fences == (self.median is not None):
            raise ValueError("give either fences (low, high) or median and mad together.")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(
                f"low ({self.low}) is above high ({self.high}): every value would be an outlier."
            )
        return self

    def fences(self) -> tuple[float | None, float | None]:
        """Return the fences, which belong to what is usual."""
        if self.median is None or self.mad is None:
            return self.low, self.high
        far = self.k * MAD_TO_SD * self.mad
        return self.median - far, self.median + far


def measure(subject: Subject) -> Measurement:
    """Count the values outside of the fences; NaN is outside."""
    params: OutlierFraction = subject.params
    found = number_column(subject, params.column)
    operand = column(found.name)
    low, high = params.fences()
    outside: list[Condition] = [
        kind(this=operand.copy(), expression=literal(fence, found))
        for kind, fence in ((exp.LT, low), (exp.GT, high))
        if fence is not None
    ]
    nan = nan_in(operand, found)
    far = either(*outside, *([nan] if nan is not None else []))
    violated = every([not_null(operand), far]) or far
    if subject.nulls == "fail":
        violated = either(null(operand), violated)
    bounds = bounds_in_words(low, high)
    rule = RowRule(
        columns=(found.name,),
        violated=violated,
        judged=not_null(operand) if subject.nulls == "ignore" else None,
        kept=f"has|have a usual value in {found.name}, {bounds}",
        broken=f"has|have an outlier in {found.name}, not {bounds}",
        extra={"nulls": null(operand)} | ({"not_a_number": nan} if nan is not None else {}),
    )
    return row_rule(subject, rule)


OUTLIER_FRACTION = Check(
    name="outlier_fraction",
    summary="Few values of the column lie outside of limits that are known beforehand.",
    about="column",
    parameters=OutlierFraction,
    measure=measure,
    nulls=("ignore", "fail"),
    fail="> 5 %",
    example='{node: clean, check: outlier_fraction, column: delay, median: -2, mad: 9, fail: "> 2 %"}',
    notes=(
        "The limits come from good data, never from the rows under test: these would hide themselves.",
        "With median and mad a value is usual within k × 1.4826 × mad of the median. NaN is an outlier.",
    ),
)
