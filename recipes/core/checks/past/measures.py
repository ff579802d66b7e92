"""aggregate_anomaly and freshness_anomaly: a number over a column, and the age of the newest row, by their past."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field, model_validator

from recipes.core.checks import aggregate, freshness
from recipes.core.checks.base import Check, Measurement, Numbers, Subject, Values
from recipes.core.checks.past.charts import Chart, charted
from recipes.core.checks.past.moments_found import age_of, measure_found
from recipes.core.checks.past.percents import Percent
from recipes.core.statistics.baseline import Direction
from recipes.core.statistics.transforms import Scale
from recipes.core.statistics.wishes import Lasting


class AggregateAnomaly(Chart):
    """A number over a column, and its chart."""

    column: str
    """The column, of numbers (count_distinct: of anything)"""
    function: aggregate.Function
    """What is taken of it"""
    quantile: float | None = Field(default=None, ge=0, le=1)
    """Which quantile, from 0 to 1, for `function: quantile`"""

    @model_validator(mode="after")
    def _fitting(self) -> AggregateAnomaly:
        self.plain()
        return self

    def plain(self) -> aggregate.Aggregate:
        """Return the parameters of the check without a chart."""
        return aggregate.Aggregate(column=self.column, function=self.function, quantile=self.quantile)


def measure_aggregate(subject: Subject) -> Measurement:
    """Measure one number as the check `aggregate` does, and judge it by its past."""
    params: AggregateAnomaly = subject.params
    plain = aggregate.measure(replace(subject, params=params.plain()))
    scale: Scale = "log1p" if params.function == "count_distinct" else "as it is"
    of = f"{params.function}{f' {params.quantile:g}' if params.quantile is not None else ''} of {params.column}"
    return _with_chart(subject, plain, of, scale)


class FreshnessAnomaly(Chart):
    """A column with moments, and the chart of the age of the newest."""

    column: str = ""
    """The column, of dates or times; left out: the one whose newest value is nearest to the run, never a personal one"""
    direction: Direction = "up"
    """Which side is an alarm: data that is too old is `up`"""
    min_effect: Percent = 20.0
    """Least change of the age that matters, in percent of what is expected"""
    lasting: Lasting = "none"
    """The chart for lasting shifts, whose alarm is a warning"""


def measure_freshness(subject: Subject) -> Measurement:
    """Measure the age of the newest row as the check `freshness` does, and judge it by its past."""
    params: FreshnessAnomaly = subject.params
    if not params.column:
        return measure_found(subject)
    plain = freshness.measure(replace(subject, params=freshness.Freshness(column=params.column)))
    return _with_chart(subject, plain, age_of(params.column), "log")


def _with_chart(subject: Subject, plain: Measurement, of: str, scale: Scale) -> Measurement:
    measured = plain.read
    assert measured is not None  # noqa: S101 - both are measured by aggregates

    def read(values: Values) -> Numbers:
        numbers = measured(values)
        return charted(subject, numbers, of, scale) if numbers.n_applicable else numbers

    return replace(plain, read=read)


AGGREGATE = Check(
    name="aggregate_anomaly",
    summary="One number over the column is what its own past lets expect: a control chart.",
    about="column",
    parameters=AggregateAnomaly,
    measure=measure_aggregate,
    nulls=("ignore",),
    on_empty="fail",
    counts="",
    history=True,
    example="{node: daily, check: aggregate_anomaly, column: delay, function: avg, direction: up, min_effect: 10}",
    notes=(
        "Functions, NULL and NaN are those of `aggregate`. Numbers are charted as they are, counts of different values"
        " on a logarithmic scale.",
    ),
)
FRESHNESS = Check(
    name="freshness_anomaly",
    summary="The newest row is not older, at the time of the run, than its own past lets expect: a control chart.",
    about="column",
    parameters=FreshnessAnomaly,
    measure=measure_freshness,
    on_empty="fail",
    counts="",
    unit="hours",
    history=True,
    example="{node: load, check: freshness_anomaly, column: landed_at}",
    notes=(
        "The age is measured as in `freshness` and charted on a logarithmic scale; by default only data that is too"
        " old is an alarm. A promise (“never older than 26 h”) is better kept by `freshness`.",
        "Without a `column` it watches the one it has watched before. A dataset that has none is not judged: its"
        " measure is the hours since its last result. Runs that no schedule meant are then compared with each other only.",
    ),
)
