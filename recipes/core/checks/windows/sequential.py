"""sequential: numbers or days follow each other by one step, without gaps and repeats."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pydantic import Field
from sqlglot import exp

from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Parameters, Subject
from recipes.core.checks.families import Family, family, is_float, numeral
from recipes.core.checks.operands import ORDERED, exact, of_kind, partition_in_words, usable
from recipes.core.checks.tree import ascending, column, count_if, window
from recipes.core.checks.windows.rows import WindowRule, window_rule
from recipes.core.checks.words import counted, number

BEFORE, STEP = "value before", "step from it"


class Sequential(Parameters):
    """What must be without gaps."""

    column: str
    """The column, of whole numbers, decimals or dates"""
    step: Decimal = Field(default=Decimal(1), gt=0, allow_inf_nan=False)
    """How far each value lies after the one before; days for dates"""
    partition_by: list[str] = []
    """Columns that begin the sequence anew, such as the invoice of a line"""


def measure(subject: Subject) -> Measurement:
    """Count gaps and repeats: the values in order, each beside the one before."""
    params: Sequential = subject.params
    found = of_kind(params.column, subject.columns, subject.dataset, ORDERED, "sequential")
    if is_float(found.type) or family(found.type) not in (Family.NUMBER, Family.DATE):
        raise CannotMeasureError(
            f"sequential needs whole numbers, decimals or dates; {found.name} is {found.type}."
        )
    if family(found.type) is Family.DATE and params.step != int(params.step):
        raise CannotMeasureError(f"step must be a whole number of days; it is {number(float(params.step))}.")
    within = tuple(map(subject.column, params.partition_by))
    partition = [column(part.name) for part in within]
    sorted_by = [ascending(column(found.name))]
    before = window(exp.Lag(this=column(found.name)), partition, sorted_by)
    step = exp.Sub(this=exact(found, column(found.name)), expression=exact(found, before))
    repeat = exp.EQ(this=column(STEP), expression=exp.Literal.number(0))
    gap = exp.and_(
        exp.NEQ(this=column(STEP), expression=exp.Literal.number(0)),
        exp.NEQ(this=column(STEP), expression=numeral(params.step)),
    )
    rule = WindowRule(
        judged=usable(found),
        before={BEFORE: before, STEP: step},
        violated=exp.or_(repeat.copy(), gap.copy()),
        columns=(found,),
        order=(*map(ascending, partition), *sorted_by),
        kept=f"follows|follow each other in {found.name} by {number(float(params.step))}{partition_in_words(within)}",
        broken=f"does|do not follow the one before in {found.name} by {number(float(params.step))}"
        f"{partition_in_words(within)}",
        extra={"gaps": count_if(gap), "repeats": count_if(repeat)},
        said=_gaps_and_repeats,
    )
    return window_rule(subject, rule)


def _gaps_and_repeats(extra: Mapping[str, int]) -> str:
    parts = [counted(extra[name], name[:-1]) for name in ("gaps", "repeats") if extra[name]]
    return f": {' and '.join(parts)}" if parts else ""


CHECK = Check(
    name="sequential",
    summary="Numbers or days follow each other by one step, without gaps and repeats.",
    about="column",
    parameters=Sequential,
    measure=measure,
    nulls=("ignore",),
    fail="> 0",
    example="{node: load, check: sequential, column: line, partition_by: [invoice]}",
    notes=(
        "A row is a gap where it lies further from the value before than `step` (or nearer, but not on it), a repeat"
        " where it equals it. The first gaps are the evidence, with the value before.",
        "What is missing before the first value or after the last cannot be seen: use period_complete or row_count.",
    ),
)
