"""sql_metric: a number that a SELECT of the author's computes lies within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field, model_validator
from sqlglot import exp

from recipes.core.checks.aggregate import as_number
from recipes.core.checks.base import (
    CannotMeasureError,
    Check,
    Measurement,
    Numbers,
    Parameters,
    Subject,
    Values,
)
from recipes.core.checks.bounds import between, bounds_in_words
from recipes.core.checks.statements import select_of
from recipes.core.checks.tree import derived, select
from recipes.core.checks.words import cut, number


class SqlMetric(Parameters):
    """A SELECT of one number, and its bounds."""

    sql: str = ""
    """The SELECT, of one row with one column, or"""
    file: str = ""
    """the file of the recipe that holds it"""
    min: float | None = Field(default=None, allow_inf_nan=False)
    """Least result"""
    max: float | None = Field(default=None, allow_inf_nan=False)
    """Greatest result"""
    unit: str = Field(default="", max_length=30)
    """What the number counts, for the sentence"""

    @model_validator(mode="after")
    def _fitting(self) -> SqlMetric:
        if bool(self.sql.strip()) == bool(self.file):
            raise ValueError("give either sql or file.")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min ({number(self.min)}) is above max ({number(self.max)}): nothing can pass.")
        return self


def measure(subject: Subject) -> Measurement:
    """Run the SELECT for at most two rows: a second one is a mistake of its author."""
    query = select_of(subject, "sql", subject.params.sql, subject.params.file)
    columns = [name for name in query.named_selects if name != "*"]
    if len(columns) > 1:
        raise CannotMeasureError(f"The SQL gives {len(columns)} columns; it must give one number.")
    star = select([exp.Star()], derived(query, "metric")).limit(2, copy=False)
    return Measurement(rows=star, read_rows=lambda rows: _read(subject, rows))


def _read(subject: Subject, rows: Sequence[Values]) -> Numbers:
    params: SqlMetric = subject.params
    if len(rows) != 1:
        raise CannotMeasureError(
            f"The SQL gives {'no row' if not rows else 'more than one row'}; it must give one number."
        )
    if len(rows[0]) != 1:
        raise CannotMeasureError(f"The SQL gives {len(rows[0])} columns; it must give one number.")
    ((name, given),) = rows[0].items()
    if given is None:
        raise CannotMeasureError(
            "The SQL gives NULL; it must give a number. Use coalesce where NULL means 0."
        )
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        raise CannotMeasureError(
            f"The SQL gives {cut(repr(given), 40)}, a {type(given).__name__}; it must give a number."
        )
    value = as_number(given, "The result of the SQL")
    return Numbers(
        said=f"The SQL gives {number(value)} {params.unit}".rstrip(),
        n_scope=1,
        n_applicable=1,
        measure=value,
        unit=params.unit,
        details={"name": name},
        outside=not between(value, params.min, params.max),
        expected=bounds_in_words(params.min, params.max),
    )


CHECK = Check(
    name="sql_metric",
    summary="A number that a SELECT computes lies within bounds.",
    about="dataset",
    parameters=SqlMetric,
    measure=measure,
    on_empty="compare",
    counts="",
    limits=("min", "max"),
    statements=("sql",),
    takes_where=False,
    needs_dataset=False,
    example="{node: daily, check: sql_metric, sql: SELECT max(delay) FROM flights.daily, max: 600, unit: minutes}",
    notes=(
        "The SELECT must give one row with one column that holds a finite number. NULL, no row, a second row and a"
        " second column are errors, never a pass.",
    ),
)
