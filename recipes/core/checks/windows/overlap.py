"""no_overlap: spans do not run into each other."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Parameters, Subject
from recipes.core.checks.families import nan_in, same_family
from recipes.core.checks.operands import ORDERED, of_kind, partition_in_words, usable
from recipes.core.checks.tree import Condition, ascending, column, count_if, either, every, null, window
from recipes.core.checks.windows.rows import WindowRule, window_rule
from recipes.core.checks.words import agree, counted

LATEST, OPEN = "latest end before", "one before is open"


class NoOverlap(Parameters):
    """Spans, and what they may share."""

    start: str
    """The column where a span starts, of numbers, dates or times"""
    end: str
    """The column where it ends; NULL for one that has not ended"""
    partition_by: list[str] = []
    """Columns within which spans may not overlap, such as the room of a booking"""
    touching: bool = True
    """Whether a span may start where another ends"""


def measure(subject: Subject) -> Measurement:
    """Count the spans that start before an earlier one has ended, by the running latest end: it names every offender."""
    params: NoOverlap = subject.params
    start, end = (
        of_kind(name, subject.columns, subject.dataset, ORDERED, "no_overlap")
        for name in (params.start, params.end)
    )
    if not same_family(start, end):
        raise CannotMeasureError(
            f"{start.name} is {start.type} but {end.name} is {end.type}: a span has one type."
        )
    within = tuple(map(subject.column, params.partition_by))
    partition = [column(part.name) for part in within]
    sorted_by = [ascending(column(start.name)), ascending(column(end.name))]
    is_open = exp.case().when(null(column(end.name)), exp.Literal.number(1)).else_(exp.Literal.number(0))
    over = (exp.GT if params.touching else exp.GTE)(this=column(LATEST), expression=column(start.name))
    overlaps = either(exp.EQ(this=column(OPEN), expression=exp.Literal.number(1)), over)
    turned = exp.LT(this=column(end.name), expression=column(start.name))
    rule = WindowRule(
        judged=_judged(start, end),
        before={
            LATEST: window(exp.Max(this=column(end.name)), partition, sorted_by, before=True),
            OPEN: window(exp.Max(this=is_open), partition, sorted_by, before=True),
        },
        violated=either(overlaps, turned),
        columns=(start, end),
        order=(*map(ascending, partition), *sorted_by),
        kept=f"is|are apart from {start.name} to {end.name}{partition_in_words(within)}",
        broken=f"is|are not apart from {start.name} to {end.name}{partition_in_words(within)}",
        extra={"overlaps": count_if(overlaps), "turned_round": count_if(turned)},
        said=_said,
    )
    return window_rule(subject, rule)


def _judged(start: Column, end: Column) -> Condition:
    """A span is judged where it has a start; its end may be open, but not NaN."""
    nan = nan_in(column(end.name), end)
    ends = either(null(column(end.name)), exp.not_(nan)) if nan is not None else None
    judged = every([usable(start), exp.paren(ends) if ends is not None else None])
    assert judged is not None  # noqa: S101
    return judged


def _said(extra: Mapping[str, int]) -> str:
    turned = extra["turned_round"]
    return f"; {counted(turned, 'span')} {agree('ends|end', turned)} before it starts" if turned else ""


CHECK = Check(
    name="no_overlap",
    summary="Spans (of time, of numbers) do not run into each other.",
    about="dataset",
    parameters=NoOverlap,
    measure=measure,
    nulls=("ignore",),
    fail="> 0",
    example="{node: load, check: no_overlap, start: valid_from, end: valid_to, partition_by: [customer]}",
    notes=(
        "A span is compared with the latest end of all that start before it, not only with its neighbour, so every"
        " one that starts inside of an earlier one is counted.",
        "A span without an end is open: everything that starts after it overlaps. One without a start is not judged."
        " One that ends before it starts fails as well.",
    ),
)
