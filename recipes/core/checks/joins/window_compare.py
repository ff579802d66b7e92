"""window_compare: what occurred in the last window but one occurs in the last one too."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import (
    Check,
    Evidence,
    Measurement,
    Numbers,
    Parameters,
    Subject,
    Values,
)
from recipes.core.checks.families import Family, family, literal
from recipes.core.checks.moments import parse_span
from recipes.core.checks.operands import DATED, names, of_kind
from recipes.core.checks.rows import filtered
from recipes.core.checks.tree import Condition, column, count_if, derived, every, null, select, total
from recipes.core.checks.words import agree, counted, listed, number

NOW, BEFORE = "rows now", "rows before"


def _window(text: str) -> str:
    if "{{" not in text and parse_span(text) <= timedelta():
        raise ValueError("a window must be longer than nothing.")
    return text


class WindowCompare(Parameters):
    """A window of time, and what must occur in it as in the one before."""

    column: str
    """The column with the date or time of a row"""
    window: Annotated[str, AfterValidator(_window)]
    """Length of each window, such as 7 d; the last one ends at the time of the run"""
    by: list[str] = Field(min_length=1)
    """The columns whose combinations are compared"""
    mode: Literal["gain", "match"] = "gain"
    """Whether new combinations are fine (gain) or fail as well (match)"""


def measure(subject: Subject) -> Measurement:
    """Count the combinations of the window before that the last one lacks; by `match` also those that are new."""
    params: WindowCompare = subject.params
    found = of_kind(params.column, subject.columns, subject.dataset, DATED, "window_compare")
    by = tuple(map(subject.column, params.by))
    groups = derived(_groups(subject, found, by), "groups")
    statement = select(
        {
            "before": count_if(_occurs(BEFORE)),
            "now": count_if(_occurs(NOW)),
            "lost": count_if(_only(BEFORE, NOW)),
            "new": count_if(_only(NOW, BEFORE)),
            "rows": total(column("all rows")),
            "nulls": total(column("null dates")),
            "future": total(column("future rows")),
        },
        groups,
    )
    evidence = Evidence(rows=lambda: _wrong(subject, found, by), columns=tuple(part.name for part in by))
    return Measurement(read=lambda values: _read(subject, by, values), statement=statement, evidence=evidence)


def _groups(subject: Subject, found: Column, by: tuple[Column, ...]) -> exp.Select:
    span = parse_span(subject.params.window)
    end = subject.context.moment
    middle, start = end - span, end - 2 * span
    operand = column(found.name)
    counts = {
        NOW: count_if(_within(found, middle, end)),
        BEFORE: count_if(_within(found, start, middle)),
        "all rows": exp.Count(this=exp.Star(), big_int=True),
        "null dates": count_if(null(operand)),
        "future rows": count_if(exp.GT(this=operand, expression=_moment(found, end))),
    }
    shown = [exp.alias_(value, name, quoted=True) for name, value in counts.items()]
    columns = [column(part.name) for part in by]
    return subject.rows(*columns, *shown).group_by(*(part.copy() for part in columns), copy=False)


def _within(found: Column, after: object, until: object) -> Condition:
    operand = column(found.name)
    condition = every(
        [
            exp.GT(this=operand, expression=_moment(found, after)),
            exp.LTE(this=operand.copy(), expression=_moment(found, until)),
        ]
    )
    assert condition is not None  # noqa: S101
    return condition


def _moment(found: Column, moment: object) -> exp.Expr:
    """Return a moment to compare with; a date is taken for its beginning, as freshness does."""
    beside = Column(found.name, "TIMESTAMP") if family(found.type) is Family.DATE else found
    return literal(moment, beside)


def _occurs(side: str) -> Condition:
    return exp.GT(this=column(side), expression=exp.Literal.number(0))


def _only(one: str, other: str) -> Condition:
    return exp.and_(_occurs(one), exp.EQ(this=column(other), expression=exp.Literal.number(0)))


def _wrong(subject: Subject, found: Column, by: tuple[Column, ...]) -> exp.Select:
    wrong = _only(BEFORE, NOW)
    if subject.params.mode == "match":
        wrong = exp.or_(wrong, _only(NOW, BEFORE))
    shown = [*(column(part.name) for part in by), column(BEFORE), column(NOW)]
    rows = select(shown, derived(_groups(subject, found, by), "groups"), wrong)
    largest = [exp.Ordered(this=column(side), desc=True) for side in (BEFORE, NOW)]
    return rows.order_by(*largest, *(column(part.name) for part in by), copy=False)


def _read(subject: Subject, by: tuple[Column, ...], values: Values) -> Numbers:
    params: WindowCompare = subject.params
    before, now, lost, new = (int(values[name]) for name in ("before", "now", "lost", "new"))
    judged = before if params.mode == "gain" else before + new
    left_out = {"null_dates": int(values["nulls"]), "future": int(values["future"])}
    return Numbers(
        said=_said(subject, by, judged, {"before": before, "now": now, "lost": lost, "new": new}),
        n_scope=before + new,
        n_applicable=judged,
        n_fail=lost + (new if params.mode == "match" else 0),
        unit="groups",
        details={"before": before, "now": now, "lost": lost, "new": new}
        | {name: count for name, count in left_out.items() if count},
    )


def _said(subject: Subject, by: tuple[Column, ...], judged: int, counts: dict[str, int]) -> str:
    params: WindowCompare = subject.params
    of = f"of {names(by)} in {subject.dataset}{filtered(subject)}"
    if not judged:
        return f"No value {of} occurs in the {params.window} before the last {params.window}"
    lost, new = counts["lost"], counts["new"] if params.mode == "match" else 0
    if not lost and not new:
        start = "The one value" if judged == 1 else f"All {number(judged)} values"
        return f"{start} {of} {agree('occurs|occur', judged)} in both windows of {params.window}"
    parts = []
    if lost:
        parts.append(
            f"{number(lost)} {agree('does|do', lost)} not occur any more in the last {params.window}"
        )
    if new:
        parts.append(f"{number(new)} {agree('is|are', new)} new in it")
    return f"Of {counted(judged, 'value')} {of}, {listed(parts)}"


CHECK = Check(
    name="window_compare",
    summary="What occurred in the window of time before the last one occurs in the last one too.",
    about="dataset",
    parameters=WindowCompare,
    measure=measure,
    fail="> 0",
    counts="groups",
    example="{node: load, check: window_compare, column: day, window: 7 d, by: [carrier]}",
    notes=(
        "The last window ends at the run's clock (`as_of`) and reaches back by `window`; the one before ends where it"
        " begins. The end belongs to a window, its beginning does not; a date counts as its beginning at 0:00 UTC.",
        "NULL is a value like any other in `by`. Rows without a date and rows from the future are left out and counted.",
        "Without any row in the window before there is nothing to compare, and `on_empty` decides.",
    ),
)
