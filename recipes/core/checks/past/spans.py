"""run_duration and arrival_window: how long a run or node took, and how long after its slot the data is there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Numbers, Subject
from recipes.core.checks.moments import parse_span, span_in_words
from recipes.core.checks.past.charts import Chart, charted
from recipes.core.checks.past.percents import Percent
from recipes.core.statistics.baseline import Direction
from recipes.core.statistics.wishes import Lasting


def _span(text: str) -> str:
    if "{{" not in text:
        parse_span(text)
    return text


Span = Annotated[str, AfterValidator(_span)]


class RunDuration(Chart):
    """What is timed, and how long it may take."""

    of: Literal["run", "node"] = "run"
    """The time since the run began, or of the node's own work"""
    max: Span | None = None
    """Greatest time, such as 20 min; without it the past says"""
    direction: Direction = "up"
    """Which side is an alarm: what takes too long is `up`"""
    min_effect: Percent = 50.0
    """Least change that matters, in percent of what is expected"""


class ArrivalWindow(Chart):
    """How long after its slot the data of a run is there."""

    earliest: Span | None = None
    """Least time after the slot"""
    latest: Span | None = None
    """Greatest time after the slot, such as 90 min; without both the past says"""
    direction: Direction = "up"
    """Which side is an alarm: what comes too late is `up`"""
    min_effect: Percent = 50.0
    """Least change that matters, in percent of what is expected"""
    lasting: Lasting = "none"
    """The chart for lasting shifts, whose alarm is a warning"""

    @model_validator(mode="after")
    def _in_order(self) -> ArrivalWindow:
        texts = (self.earliest, self.latest)
        if all(text and "{{" not in text for text in texts):
            first, last = (parse_span(str(text)) for text in texts)
            if first > last:
                raise ValueError("earliest is after latest: nothing can pass.")
        return self


def measure_duration(subject: Subject) -> Measurement:
    """Take the time of the node, or of the run so far; asks the store nothing."""
    params: RunDuration = subject.params
    what = f"The {params.of} has taken" if params.of == "run" else "The node has taken"
    return Measurement(read=lambda _: _read(subject, params.of, what, None, params.max))


def measure_arrival(subject: Subject) -> Measurement:
    """Take the time since the slot of the run; asks the store nothing."""
    params: ArrivalWindow = subject.params
    what = "After its slot the data has taken"
    return Measurement(read=lambda _: _read(subject, "slot", what, params.earliest, params.latest))


def _read(subject: Subject, name: str, what: str, least: str | None, most: str | None) -> Numbers:
    seconds = subject.context.spans.get(name)
    if seconds is None:
        raise CannotMeasureError(
            f"{subject.test.check} is measured in runs only: nobody has taken the time here."
        )
    low = parse_span(least).total_seconds() if least else None
    high = parse_span(most).total_seconds() if most else None
    numbers = Numbers(
        said=f"{what} {span_in_words(seconds)}",
        n_scope=1,
        n_applicable=1,
        measure=seconds,
        unit="seconds",
        details={"of": f"time of {name}"},
        outside=(low is not None and seconds < low) or (high is not None and seconds > high),
        expected=" and ".join(
            f"{word} {span_in_words(bound)}"
            for word, bound in (("at least", low), ("at most", high))
            if bound is not None
        ),
    )
    return numbers if numbers.expected else charted(subject, numbers, f"time of {name}", "log")


DURATION = Check(
    name="run_duration",
    summary="The run so far, or the node, took no longer than allowed, or than its own past lets expect.",
    about="dataset",
    parameters=RunDuration,
    measure=measure_duration,
    on_empty="compare",
    counts="",
    unit="seconds",
    takes_where=False,
    needs_dataset=False,
    history=True,
    example="{node: load, check: run_duration, of: node, max: 20 min, severity: warn}",
    notes=(
        "With `max` it is a plain limit; without it a control chart on a logarithmic scale (docs/control-charts.md).",
        "It is evaluated when its node has done its work: a run that hangs is seen by its timeout, not by this test.",
    ),
)
ARRIVAL = Check(
    name="arrival_window",
    summary="The data is there within a window after the slot of the run, or as soon as its own past lets expect.",
    about="dataset",
    parameters=ArrivalWindow,
    measure=measure_arrival,
    on_empty="compare",
    counts="",
    unit="seconds",
    takes_where=False,
    needs_dataset=False,
    history=True,
    example="{node: load, check: arrival_window, latest: 90 min, severity: warn}",
    notes=(
        "The slot is the moment that the schedule meant; for a run on demand, the moment it was ordered. Runs that are"
        " caught up are late, and are told so.",
        "It is evaluated when the data is there: data that never comes is seen by the deadline of its variation.",
    ),
)
