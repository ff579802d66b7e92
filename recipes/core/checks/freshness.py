"""freshness: the newest moment of a column is not too old at the time of the run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator
from sqlglot import exp

from recipes.core.checks.base import (
    CannotMeasureError,
    Check,
    Measurement,
    Numbers,
    Parameters,
    Subject,
    Values,
)
from recipes.core.checks.families import Family, family, literal
from recipes.core.checks.moments import parse_span, span_in_words
from recipes.core.checks.rows import filtered
from recipes.core.checks.tree import column, count, count_if, not_null
from recipes.core.checks.words import agree, counted


def _span(text: str) -> str:
    if "{{" not in text:
        parse_span(text)
    return text


class Freshness(Parameters):
    """A column with moments, and how old the newest may be."""

    column: str
    """The column, of dates or times"""
    max_age: Annotated[str, AfterValidator(_span)] | None = None
    """Greatest age of the newest row at the time of the run, such as 20 min, 26 h, 2 d, 1 w"""


def measure(subject: Subject) -> Measurement:
    """Measure the age of the newest row up to the run's clock, in hours; rows from the future are only counted."""
    found = subject.column(subject.params.column)
    if family(found.type) not in (Family.DATE, Family.TIME, Family.MOMENT):
        raise CannotMeasureError(f"freshness needs a date or time column; {found.name} is {found.type}.")
    operand = column(found.name)
    is_date = family(found.type) is Family.DATE
    now = literal(subject.context.moment.date() if is_date else subject.context.moment, found)
    past = exp.LTE(this=operand.copy(), expression=now.copy())
    aggregates: dict[str, exp.Expr] = {
        "scope": count(),
        "known": count_if(not_null(operand)),
        "future": count_if(exp.GT(this=operand.copy(), expression=now.copy())),
        "newest": exp.Max(this=exp.case().when(past, operand.copy())),
    }
    return Measurement(read=lambda values: _read(subject, found.name, values), aggregates=aggregates)


def _read(subject: Subject, name: str, values: Values) -> Numbers:
    scope, future = int(values["scope"]), int(values["future"])
    usable = int(values["known"]) - future
    newest = _moment(values["newest"]) if usable else None
    details = {"future": future, "nulls": scope - int(values["known"])}
    span = parse_span(subject.params.max_age).total_seconds() if subject.params.max_age else None
    expected = f"at most {span_in_words(span)}" if span is not None else ""
    of = f"of {subject.dataset}{filtered(subject)}"
    if newest is None:
        said = (
            f"No row {of} has a moment in {name} up to the time of the run"
            if scope
            else f"{subject.dataset} has no rows"
        )
        return Numbers(said + _and_future(future), scope, 0, details=details, unit="hours", expected=expected)
    age = max(0.0, (subject.context.moment - newest).total_seconds())
    return Numbers(
        said=f"The newest {name} {of} is {newest:%Y-%m-%d %H:%M}, {span_in_words(age)} before the time of the run"
        + _and_future(future),
        n_scope=scope,
        n_applicable=usable,
        measure=age / 3600,
        unit="hours",
        details={**details, "newest": newest.isoformat()},
        outside=span is not None and age > span,
        expected=expected,
    )


def _moment(value: object) -> datetime:
    """Return a date or time of a store as UTC without a zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    raise CannotMeasureError(f"The newest moment cannot be read: {value!r}.")


def _and_future(future: int) -> str:
    if not future:
        return ""
    return f"; {counted(future, 'row')} from after that time {agree('does|do', future)} not count"


CHECK = Check(
    name="freshness",
    summary="The newest row is not older than allowed at the time of the run.",
    about="column",
    parameters=Freshness,
    measure=measure,
    on_empty="fail",
    counts="",
    unit="hours",
    limits=("max_age",),
    example="{node: load, check: freshness, column: landed_at, max_age: 26 h}",
    notes=(
        "The age is counted from the run's clock (`as_of`), in hours for `warn` and `fail`; times without a zone are"
        " UTC, a date begins at 0:00.",
        "Rows from after the run's clock cannot make data look fresh: they are left out and counted as `future`."
        " Where no other row is left, `on_empty` says what that means.",
    ),
)
