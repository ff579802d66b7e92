"""run_cost: what a node has written, or a run of another tool has cost, is within limits, or as its past lets expect."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Numbers, Subject
from recipes.core.checks.bounds import between, bounds_in_words
from recipes.core.checks.past.charts import Chart, charted
from recipes.core.checks.past.percents import Percent
from recipes.core.checks.told.asking import Ask, OfComponent, asked, nobody_asked, told_to, window
from recipes.core.checks.words import number
from recipes.core.statistics.baseline import Direction

OF_NODES = ("rows", "bytes")


class RunCost(OfComponent, Chart):
    """What is counted, and how much it may be."""

    component: str = Field(default="", max_length=255)
    """The component of another tool whose newest run is meant; without it the node itself"""
    of: Literal["rows", "bytes", "rows_in", "rows_out", "cost"] = "bytes"
    """What is counted: rows or bytes that the node has written; of another tool what its runs tell"""
    min: float | None = Field(default=None, ge=0)
    """Least amount"""
    max: float | None = Field(default=None, ge=0)
    """Greatest amount; without both the past says"""
    direction: Direction = "up"
    """Which side is an alarm: what costs too much is `up`"""
    min_effect: Percent = 50.0
    """Least change that matters, in percent of what is expected"""

    @model_validator(mode="after")
    def _fitting(self) -> RunCost:
        if not self.component and self.of not in OF_NODES:
            raise ValueError(f"of a node only rows and bytes are known, not {self.of}; name a component.")
        if self.component and self.of == "rows":
            raise ValueError("runs of other tools tell rows_in and rows_out; choose one of them.")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max: nothing can pass.")
        return self

    def ask(self) -> Ask | None:
        return asked(self, "run") if self.component else None


def measure(subject: Subject) -> Measurement:
    """Take what the node has written, or what events told of a run; asks the store nothing."""
    return Measurement(read=lambda _: _read(subject))


def _read(subject: Subject) -> Numbers:
    params: RunCost = subject.params
    limited = params.min is not None or params.max is not None
    expected = bounds_in_words(params.min, params.max) if limited else ""
    what = f"{params.of} of {params.component or 'the node'}"
    if params.component:
        told = told_to(subject)
        if told.hermetic:
            return nobody_asked(what)
        value = told.facts.get(params.of)
        if value is None:
            said = f"No run of {params.component} has told its {params.of} in {window(params)}"
            return Numbers(said, 1, 0, details={"of": what}, expected=expected)
        said = f"Run {told.run} of {params.component} has told {number(value)} {params.of.replace('_', ' ')}"
    else:
        spent = subject.context.spent.get(params.of)
        if spent is None:
            raise CannotMeasureError("run_cost is measured in runs only: nobody has counted it here.")
        value, said = spent, f"The node has written {number(spent)} {params.of}"
    numbers = Numbers(
        said=said,
        n_scope=1,
        n_applicable=1,
        measure=value,
        unit=params.of,
        details={"of": what},
        outside=not between(value, params.min, params.max),
        expected=expected,
    )
    return numbers if limited else charted(subject, numbers, what, "log1p")


CHECK = Check(
    name="run_cost",
    summary="What a node has written, or a run of another tool has cost, is within limits, or what its past lets expect.",
    about="dataset",
    parameters=RunCost,
    measure=measure,
    on_empty="fail",
    counts="",
    takes_where=False,
    needs_dataset=False,
    history=True,
    example="{node: load, check: run_cost, of: bytes, max: 500000000, severity: warn}",
    notes=(
        "Of a node: the rows it was asked to write, and the bytes of the parts it has added. Of a component: what the"
        " `run-status` events of its newest run told as `rows_in`, `rows_out`, `bytes` or `cost` (docs/events.md).",
        "How long a run took is tested by run_duration.",
    ),
)
