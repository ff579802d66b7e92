"""not_null: every row has a value in the column."""

from __future__ import annotations

from recipes.core.checks.base import Check, Measurement, Parameters, Subject
from recipes.core.checks.rows import RowRule, row_rule
from recipes.core.checks.tree import column, null


class NotNull(Parameters):
    """What must be filled."""

    column: str
    """The column"""


def measure(subject: Subject) -> Measurement:
    """Count the rows whose column is NULL; every row can be judged."""
    name = subject.column(subject.params.column).name
    rule = RowRule(
        columns=(name,),
        violated=null(column(name)),
        kept=f"has|have a value in {name}",
        broken=f"has|have no value in {name}",
    )
    return row_rule(subject, rule)


CHECK = Check(
    name="not_null",
    summary="The column is filled in every row.",
    about="column",
    parameters=NotNull,
    measure=measure,
    fail="> 0",
    example='{node: clean, check: not_null, dataset: flights.clean, column: origin, fail: "> 1 %"}',
    notes=("An empty text is a value; only NULL is none.",),
)
