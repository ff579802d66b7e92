"""duplicate_rows: no two rows are the same in all columns."""

from __future__ import annotations

from dataclasses import replace

from recipes.core.checks.base import CannotMeasureError, Check, Measurement, Parameters, Subject
from recipes.core.checks.unique import repeats
from recipes.core.checks.words import listed


class DuplicateRows(Parameters):
    """What two rows must not have in common."""

    exclude: list[str] = []
    """Columns that may differ between copies, such as the time of loading"""


def measure(subject: Subject) -> Measurement:
    """Count the excess rows; NULL equals NULL, so every row can be judged."""
    left_out = [subject.column(name).name for name in subject.params.exclude]
    key = tuple(name for name in subject.columns if name not in left_out)
    if not key:
        raise CannotMeasureError(
            f"exclude names all columns of {subject.dataset}: there is nothing left to compare."
        )
    names = f"all columns but {listed(left_out)}" if left_out else "all columns"
    return repeats(replace(subject, nulls="value"), key, names)


CHECK = Check(
    name="duplicate_rows",
    summary="No two rows are the same in all columns, or in all but some.",
    about="dataset",
    parameters=DuplicateRows,
    measure=measure,
    fail="> 0",
    example="{node: load, check: duplicate_rows, dataset: flights.raw, exclude: [loaded_at]}",
    notes=("The counts are those of unique; NULL equals NULL, and NaN NaN.",),
)
