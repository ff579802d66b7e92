"""monotonic: a value only rises (or only falls) along an order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator
from sqlglot import exp

from recipes.core.checks.base import Check, Measurement, Parameters, Subject
from recipes.core.checks.operands import ORDERED, all_usable, names, of_kind, partition_in_words
from recipes.core.checks.tree import ascending, column, count_if, descending, every, window
from recipes.core.checks.windows.rows import WindowRule, window_rule
from recipes.core.checks.words import agree, counted

BEFORE = "value before"


class Monotonic(Parameters):
    """A value and the order in which it must rise or fall."""

    column: str
    """The value, of numbers, dates or times"""
    order_by: list[str] = Field(min_length=1)
    """The columns that give the order of the rows, of numbers, dates or times"""
    partition_by: list[str] = []
    """Columns that begin the order anew, such as the machine of a meter"""
    direction: Literal["increasing", "decreasing"] = "increasing"
    """Where it must go"""
    strict: bool = False
    """Whether staying the same is wrong too"""

    @model_validator(mode="after")
    def _apart(self) -> Monotonic:
        if self.column in (*self.order_by, *self.partition_by):
            raise ValueError(
                f"{self.column} cannot be in order_by or partition_by as well: it would always pass."
            )
        return self


def measure(subject: Subject) -> Measurement:
    """Count the rows whose value breaks the order against the row before, among rows that have value and place."""
    params: Monotonic = subject.params
    value = of_kind(params.column, subject.columns, subject.dataset, ORDERED, "monotonic")
    order = [
        of_kind(name, subject.columns, subject.dataset, ORDERED, "monotonic order_by")
        for name in params.order_by
    ]
    within = tuple(map(subject.column, params.partition_by))
    rises = params.direction == "increasing"
    partition = [column(found.name) for found in within]
    places = [ascending(column(found.name)) for found in order]
    # Rows of the same place have no order of their own: they are taken in the one that breaks the rule least.
    sorted_by = [*places, (ascending if rises else descending)(column(value.name))]
    wrong = {(True, False): exp.LT, (True, True): exp.LTE, (False, False): exp.GT, (False, True): exp.GTE}
    violated = wrong[rises, params.strict](this=column(value.name), expression=column(BEFORE))
    same = every(
        exp.EQ(this=column(found.name), expression=column(f"{found.name} before")) for found in order
    )
    assert same is not None  # noqa: S101
    before = {BEFORE: window(exp.Lag(this=column(value.name)), partition, sorted_by)}
    before |= {
        f"{found.name} before": window(exp.Lag(this=column(found.name)), partition, sorted_by)
        for found in order
    }
    up, down = ("rise", "fall") if rises else ("fall", "rise")
    always = f"{value.name} {'always' if params.strict else 'never'} {up if params.strict else down}s"
    never = f"{value.name} {'does not ' + up if params.strict else down + 's'}"
    along = f"along {names(order)}{partition_in_words(within)}"
    rule = WindowRule(
        judged=all_usable([value, *order]),
        before=before,
        violated=violated,
        columns=(value, *order),
        order=(*map(ascending, partition), *sorted_by),
        kept=f"keeps|keep the order: {always} {along}",
        broken=f"breaks|break the order: {never} {along}",
        extra={"ties": count_if(same)},
        said=_ties,
    )
    return window_rule(subject, rule)


def _ties(extra: Mapping[str, int]) -> str:
    ties = extra["ties"]
    return (
        f"; {counted(ties, 'row')} {agree('shares|share', ties)} a place with the row before" if ties else ""
    )


CHECK = Check(
    name="monotonic",
    summary="A value only rises (or only falls) from row to row, in a given order.",
    about="column",
    parameters=Monotonic,
    measure=measure,
    nulls=("ignore",),
    fail="> 0",
    example="{node: load, check: monotonic, column: meter, order_by: [read_at], partition_by: [machine]}",
    notes=(
        "Rows without a value or a place in the order are left out (`not_judged`); the next is compared with the last"
        " that has both. NULL in `partition_by` is a part of its own.",
        "Rows that share a place have no order among themselves: they are taken in the one that breaks the rule least,"
        " and counted as `ties`. With `strict: true` equal values break it also there.",
        "Texts are not taken, as the stores order them differently.",
    ),
)
