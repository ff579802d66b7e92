"""period_complete: every day, week or month of a range has rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, model_validator
from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import (
    CannotMeasureError,
    Check,
    CheckContext,
    Measurement,
    Numbers,
    Parameters,
    Subject,
    Values,
)
from recipes.core.checks.moments import relative
from recipes.core.checks.operands import DATED, day_of, of_kind
from recipes.core.checks.rows import filtered
from recipes.core.checks.tree import column, count, count_if, null
from recipes.core.checks.windows.periods import (
    LONGEST,
    Grain,
    check_country,
    days_between,
    days_off,
    period_of,
)
from recipes.core.checks.words import agree, counted, number

LISTED = 50  # missing periods kept in the details
DAY, ROWS, NULLS = "day", "rows", "nulls"


def _date(text: str) -> str:
    if "{{" not in text and relative(text, datetime(2000, 1, 1)) is None:
        try:
            date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"“{text}” is not a date. Write 2024-01-31, as_of or as_of - 1 d.") from None
    return text


Day = Annotated[str | date, AfterValidator(lambda given: _date(str(given)))]


class PeriodComplete(Parameters):
    """Which periods must have rows."""

    column: str
    """The column with the date or time of a row"""
    grain: Grain = "day"
    """What must not be missing: every day, week (from Monday) or month"""
    first: Day
    """First day of the range: a date, or as_of - 30 d"""
    last: Day
    """Last day of the range: a date, or as_of - 1 d"""
    business_days: bool = False
    """Expect nothing on Saturdays and Sundays"""
    holidays: Annotated[
        str, AfterValidator(lambda text: text if "{{" in text else text and check_country(text))
    ] = ""
    """Expect nothing on the public holidays of a country (US) or a part of it (DE-BY)"""

    @model_validator(mode="after")
    def _fitting(self) -> PeriodComplete:
        if self.grain != "day" and (self.business_days or self.holidays):
            raise ValueError("business_days and holidays are about days: leave them out, or set grain: day.")
        return self


def measure(subject: Subject) -> Measurement:
    """Count the periods without rows; the range is given, as the data's own would hide what is missing at its end."""
    params: PeriodComplete = subject.params
    found = of_kind(params.column, subject.columns, subject.dataset, DATED, "period_complete")
    first, last = (_day(text, subject.context) for text in (params.first, params.last))
    if first > last or (last - first).days > LONGEST:
        raise CannotMeasureError(
            f"period_complete looks from {first} to {last}: last must not be before first, nor 100 years after it."
        )
    within = exp.Between(this=day_of(found), low=_literal(first), high=_literal(last))
    day = exp.case().when(within, day_of(found))
    rows = subject.rows(
        exp.alias_(day, DAY, quoted=True),
        exp.alias_(count(), ROWS, quoted=True),
        exp.alias_(count_if(null(column(found.name))), NULLS, quoted=True),
    )
    rows = rows.group_by(day.copy(), copy=False)
    return Measurement(rows=rows, read_rows=lambda found_rows: _read(subject, found, first, last, found_rows))


def _read(subject: Subject, found: Column, first: date, last: date, rows: Sequence[Values]) -> Numbers:
    params: PeriodComplete = subject.params
    off = days_off(first, last, params.business_days, params.holidays)
    by_day = {row[DAY]: int(row[ROWS]) for row in rows}
    nulls = sum(int(row[NULLS]) for row in rows)
    outside = by_day.pop(None, 0) - nulls
    expected = sorted({period_of(day, params.grain) for day in days_between(first, last) if day not in off})
    there = {period_of(day, params.grain) for day in by_day}
    missing = [day for day in expected if day not in there]
    details = {
        "missing": [day.isoformat() for day in missing[:LISTED]],
        "null_dates": nulls,
        "rows_outside": outside,
        "rows_on_days_off": sum(count for day, count in by_day.items() if day in off),
    }
    return Numbers(
        said=_said(subject, found.name, (first, last), len(expected), missing) + _without_date(nulls),
        n_scope=len(expected),
        n_applicable=len(expected),
        n_fail=len(missing),
        unit="periods",
        details={name: value for name, value in details.items() if value},
        found=[{params.grain: day} for day in missing],
    )


def _said(
    subject: Subject, name: str, span: tuple[date, date], expected: int, missing: Sequence[date]
) -> str:
    params: PeriodComplete = subject.params
    what = "business day" if params.business_days else params.grain
    where = f"from {span[0]} to {span[1]}"
    if not expected:
        return f"No {what} is expected {where}"
    rows = f"rows of {subject.dataset}{filtered(subject)} in {name}"
    if not missing:
        each = f"The one {what}" if expected == 1 else f"Each of the {number(expected)} {what}s"
        return f"{each} {where} has {rows}"
    which = f": {missing[0]}" if len(missing) == 1 else f", first {missing[0]}"
    return f"{number(len(missing))} of {counted(expected, what)} {where} {agree('has|have', len(missing))} no {rows}{which}"


def _without_date(nulls: int) -> str:
    return f"; {counted(nulls, 'row')} {agree('has|have', nulls)} no date" if nulls else ""


def _day(given: str | date, context: CheckContext) -> date:
    text = str(given)
    moment = relative(text, context.moment)
    return moment.date() if moment is not None else date.fromisoformat(text)


def _literal(day: date) -> exp.Expr:
    return exp.cast(exp.Literal.string(day.isoformat()), exp.DataType.Type.DATE)


CHECK = Check(
    name="period_complete",
    summary="Every day, week or month of a range has rows.",
    about="column",
    parameters=PeriodComplete,
    measure=measure,
    on_empty="compare",
    fail="> 0",
    counts="periods",
    example="{node: load, check: period_complete, column: day, first: as_of - 30 d, last: as_of - 1 d, holidays: US}",
    notes=(
        "The range is given, never taken from the data, else a missing end could not be seen. A week or month counts"
        " that the range touches.",
        "Rows without a date are counted as `null_dates`, rows before or after the range as `rows_outside`. The day of"
        " a moment with a zone is its day in UTC.",
        "Calendars come from the library holidays; the missing periods are listed.",
    ),
)
