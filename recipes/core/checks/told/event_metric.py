"""event_metric: a number that another tool has told lies within limits, or is what its past lets expect."""

from __future__ import annotations

from pydantic import Field, model_validator

from recipes.core.checks.base import Check, Measurement, Numbers, Subject
from recipes.core.checks.bounds import between, bounds_in_words
from recipes.core.checks.past.charts import Chart, charted
from recipes.core.checks.told.asking import Ask, OfComponent, asked, nobody_asked, told_to, window
from recipes.core.checks.words import number


class EventMetric(OfComponent, Chart):
    """A metric of a component of another tool, and its limits."""

    metric: str = Field(min_length=1, max_length=200)
    """The name of the metric, as its events give it"""
    min: float | None = None
    """Least value"""
    max: float | None = None
    """Greatest value; without both the past says"""

    @model_validator(mode="after")
    def _in_order(self) -> EventMetric:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max: nothing can pass.")
        return self

    def ask(self) -> Ask:
        return asked(self, "metric", self.metric)


def measure(subject: Subject) -> Measurement:
    """Take the newest value that events told; asks the store nothing."""
    return Measurement(read=lambda _: _read(subject))


def _read(subject: Subject) -> Numbers:
    params: EventMetric = subject.params
    told = told_to(subject)
    what = f"{params.metric} of {params.component}"
    if told.hermetic:
        return nobody_asked(what)
    limited = params.min is not None or params.max is not None
    expected = bounds_in_words(params.min, params.max) if limited else ""
    if told.measure is None or told.at is None:
        said = f"Nobody has told {what} in {window(params)}"
        return Numbers(said, 1, 0, details={"of": what}, expected=expected)
    unit = f" {told.unit}" if told.unit else ""
    numbers = Numbers(
        said=f"{what} was {number(told.measure)}{unit} at {told.at:%Y-%m-%d %H:%M} UTC",
        n_scope=1,
        n_applicable=1,
        measure=told.measure,
        unit=told.unit or "as told",
        details={"of": what, "at": told.at.isoformat(), "source": told.sources[0]},
        outside=not between(told.measure, params.min, params.max),
        expected=expected,
    )
    return numbers if limited else charted(subject, numbers, what, "as it is")


CHECK = Check(
    name="event_metric",
    summary="A number that another tool has told lies within limits, or is what its own past lets expect.",
    about="dataset",
    parameters=EventMetric,
    measure=measure,
    on_empty="fail",
    counts="",
    takes_where=False,
    needs_dataset=False,
    history=True,
    example="{node: load, check: event_metric, component: orders_daily, metric: rows_rejected, max: 100}",
    notes=(
        "It takes the newest value of a `metric-log` event (docs/events.md) up to the moment the node starts. Without"
        " `min` and `max` a control chart judges it (docs/control-charts.md).",
        "Where there is no value within that time, `on_empty` says what that means: a number that fails to come fails.",
    ),
)
