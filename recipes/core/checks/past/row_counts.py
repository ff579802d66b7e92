"""row_count_change and row_count_anomaly: how many rows there are, held against earlier runs."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from recipes.core.checks.base import (
    CannotMeasureError,
    Check,
    Measurement,
    Numbers,
    Parameters,
    Subject,
    Values,
)
from recipes.core.checks.history import Point, latest_green
from recipes.core.checks.past.charts import Chart, charted, measure_name
from recipes.core.checks.past.percents import Percent
from recipes.core.checks.rows import filtered
from recipes.core.checks.tree import count
from recipes.core.checks.words import counted, listed, number

DAYS_AGO = re.compile(r"(\d{1,3}) days? ago")
HALF_A_DAY = timedelta(hours=12)
WEEKS = 4  # how far back the same weekday is looked for
ROWS = "rows"


def _compared(text: str) -> str:
    if "{{" in text or text in ("previous green", "same weekday") or DAYS_AGO.fullmatch(text):
        return text
    raise ValueError(
        f"“{text}” is no run to compare with. Write previous green, same weekday, or 7 days ago."
    )


class RowCountChange(Parameters):
    """What to compare with, and how much may change."""

    compare: Annotated[str, AfterValidator(_compared)] = "previous green"
    """The run to compare with: `previous green`, `same weekday` (the last one), or `7 days ago`"""
    max_drop: Percent | None = None
    """Greatest loss, in percent"""
    max_rise: Percent | None = None
    """Greatest gain, in percent"""
    min_rows: Annotated[int, Field(strict=True, ge=0)] = 0
    """Where both counts are below it nothing is judged"""

    @model_validator(mode="after")
    def _fitting(self) -> RowCountChange:
        if self.max_drop is not None and self.max_drop > 100:
            raise ValueError("max_drop is above 100 %: nothing can be lost more than once.")
        return self

    @property
    def expected(self) -> str:
        """The bounds in words: "a loss of at most 30 %"."""
        bounds = (("loss", self.max_drop), ("gain", self.max_rise))
        said = [f"a {what} of at most {number(most)} %" for what, most in bounds if most is not None]
        return listed(said) if said else ""


def measure_change(subject: Subject) -> Measurement:
    """Count the rows, and hold them against an earlier count; the measure is the change in percent."""
    return Measurement(read=lambda values: _change(subject, values), aggregates={"scope": count()})


def _change(subject: Subject, values: Values) -> Numbers:
    params: RowCountChange = subject.params
    rows = int(values["scope"])
    of = measure_name(subject, ROWS)
    said = f"{subject.dataset} has {counted(rows, 'row')}{filtered(subject)}"
    details = {"of": of}
    at = subject.context.moment_of_run
    points = [point for point in subject.past.points if point.of == of and point.at < at]
    found = _reference(params.compare, points, at)
    if found is None or found.rows is None:
        why = f"There is no green result to compare with ({params.compare})."
        return Numbers(
            said, rows, rows, measure=0.0, unit="%", details=details, expected=params.expected, learning=why
        )
    before = found.rows
    change = 100.0 * (rows - before) / (before or 1)
    few = rows < params.min_rows and before < params.min_rows
    outside = not few and (
        (params.max_drop is not None and -change > params.max_drop)
        or (params.max_rise is not None and change > params.max_rise)
    )
    return Numbers(
        said=f"{said}, {_moved(change, before)} on {found.at:%Y-%m-%d} ({params.compare})",
        n_scope=rows,
        n_applicable=rows,
        measure=change,
        unit="%",
        details={**details, "before": before, "compared_with": found.at.isoformat(), "run": found.run},
        outside=outside,
        expected=params.expected,
    )


def _moved(change: float, before: int) -> str:
    if change == 0:
        return "as many as"
    if before == 0:
        return "where there were none"
    return f"{number(round(abs(change), 1))} % {'more' if change > 0 else 'fewer'} than the {number(before)}"


def _reference(compare: str, points: list[Point], at: datetime) -> Point | None:
    """Return the green point to compare with; None where there is none."""
    if compare == "previous green":
        return latest_green(points)
    if compare == "same weekday":
        starts = [at - timedelta(weeks=weeks) for weeks in range(1, WEEKS + 1)]
    else:
        days = DAYS_AGO.fullmatch(compare)
        starts = [at - timedelta(days=int(days[1]))] if days else []
    for start in starts:
        near = [point for point in points if abs(point.at - start) <= HALF_A_DAY]
        if found := latest_green(near):
            return found
    return None


class RowCountAnomaly(Chart):
    """A control chart of the number of rows."""

    rows: Literal["all", "written"] = "all"
    """Which rows: `all` there are now, or those `written` by this run, which says more of data that grows"""


def measure_anomaly(subject: Subject) -> Measurement:
    """Count the rows and judge the number by its past. What was written is known: it asks the store nothing."""
    if subject.params.rows == "written":
        return Measurement(read=lambda _: _written(subject))

    def read(values: Values) -> Numbers:
        rows = int(values["scope"])
        shown = counted(rows, "row") if rows else "no rows"
        numbers = Numbers(
            f"{subject.dataset} has {shown}{filtered(subject)}", rows, rows, measure=float(rows)
        )
        return charted(subject, numbers, ROWS, "log1p")

    return Measurement(read=read, aggregates={"scope": count()})


def _written(subject: Subject) -> Numbers:
    if subject.where is not None:
        raise CannotMeasureError(
            "Rows that were written are counted without a where: leave it out, or count all."
        )
    parts = subject.context.written.get(subject.dataset)
    if parts is None:
        raise CannotMeasureError(
            f"The node of the test did not write {subject.dataset}: put it at one that does, or count all rows."
        )
    rows = sum(part.rows for part in parts)
    said = f"{counted(rows, 'row') if rows else 'No row'} {'were' if rows > 1 else 'was'} written to {subject.dataset}"
    return charted(subject, Numbers(said, rows, rows, measure=float(rows)), "rows written", "log1p")


CHANGE = Check(
    name="row_count_change",
    summary="The number of rows has not changed too much against an earlier run.",
    about="dataset",
    parameters=RowCountChange,
    measure=measure_change,
    on_empty="compare",
    counts="",
    unit="%",
    limits=("max_drop", "max_rise"),
    history=True,
    example="{node: load, check: row_count_change, dataset: flights.raw, max_drop: 30, max_rise: 100, min_rows: 50}",
    notes=(
        "It compares with the last *green* result, not with the last one: a wrong load never becomes the measure of"
        " the next. Limits `warn` and `fail` compare the change in percent: a loss is below 0.",
        "Where the earlier count is 0 every row counts as 100 %.",
    ),
)
ANOMALY = Check(
    name="row_count_anomaly",
    summary="The number of rows is what its own past lets expect: a control chart.",
    about="dataset",
    parameters=RowCountAnomaly,
    measure=measure_anomaly,
    on_empty="compare",
    counts="",
    history=True,
    example="{node: load, check: row_count_anomaly, dataset: flights.raw, direction: down, min_effect: 10}",
    notes=(
        "Give a `where` that chooses the day or the load of the run, or each count is that of the whole table. How the"
        " limits come about is in docs/control-charts.md; while it learns only nothing at all and a loss of 90 % fail.",
    ),
)
