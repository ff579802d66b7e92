"""row_count: how many rows there are."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from recipes.core.checks.base import Check, Measurement, Numbers, Parameters, Subject, Values
from recipes.core.checks.bounds import between, bounds_in_words
from recipes.core.checks.rows import filtered
from recipes.core.checks.tree import count
from recipes.core.checks.words import counted

Whole = Annotated[int, Field(strict=True, ge=0)]


class RowCount(Parameters):
    """How many rows there may be."""

    min: Whole | None = None
    """Least number of rows; 1 where nothing is said, 0 where `max` is 0"""
    max: Whole | None = None
    """Greatest number of rows"""

    @model_validator(mode="after")
    def _in_order(self) -> RowCount:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min ({self.min}) is above max ({self.max}): no number of rows can pass.")
        return self


def measure(subject: Subject) -> Measurement:
    """Count the rows in scope; an empty dataset is below the least number of rows unless that is 0."""
    params: RowCount = subject.params
    least = params.min if params.min is not None else int(params.max != 0)

    def read(values: Values) -> Numbers:
        rows = int(values["scope"])
        shown = counted(rows, "row") if rows else "no rows"
        return Numbers(
            said=f"{subject.dataset} has {shown}{filtered(subject)}",
            n_scope=rows,
            n_applicable=rows,
            measure=float(rows),
            outside=not between(rows, least, params.max),
            expected=bounds_in_words(least, params.max),
        )

    return Measurement(read=read, aggregates={"scope": count()})


CHECK = Check(
    name="row_count",
    summary="The dataset has neither too few nor too many rows.",
    about="dataset",
    parameters=RowCount,
    measure=measure,
    on_empty="compare",
    counts="",
    example="{node: load, check: row_count, dataset: flights.raw, min: 150}",
    notes=("Without `min` and `max` at least one row is expected; `max: 0` says that there must be none.",),
)
