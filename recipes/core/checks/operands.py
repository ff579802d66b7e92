"""What rules about texts and numbers are given: the column as they look at it, or why it does not suit them."""

from __future__ import annotations

from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import CannotMeasureError, Subject
from recipes.core.checks.families import Family, bare, family, is_float, is_integer
from recipes.core.checks.tree import column

WIDEST = 38  # digits of a decimal in every store


def text_of(subject: Subject, name: str) -> tuple[Column, exp.Expr]:
    """Return a column of texts, or of whole numbers looked at as text; CannotMeasureError for others."""
    found = subject.column(name)
    operand: exp.Expr = column(found.name)
    if is_integer(found.type):
        return found, exp.cast(operand, exp.DataType.Type.VARCHAR)
    if family(found.type) is not Family.TEXT:
        raise CannotMeasureError(f"{subject.test.check} needs a text column; {found.name} is {found.type}.")
    return found, operand


def number_column(subject: Subject, name: str) -> Column:
    """Return a column of numbers; CannotMeasureError for others."""
    found = subject.column(name)
    if family(found.type) is not Family.NUMBER:
        raise CannotMeasureError(
            f"{subject.test.check} needs columns of numbers; {found.name} is {found.type}."
        )
    return found


def for_sums(columns: list[Column]) -> list[exp.Expr]:
    """Return columns of numbers ready to be added up: exact where all are, else as doubles.

    Whole numbers become decimals, so that a sum of large ones is no error.
    """
    if any(is_float(found.type) for found in columns):
        return [exp.cast(column(found.name), exp.DataType.Type.DOUBLE) for found in columns]
    return [_exact(found) for found in columns]


def _exact(found: Column) -> exp.Expr:
    if not is_integer(found.type):
        return column(found.name)
    digits = WIDEST if bare(found.type) in ("HUGEINT", "UHUGEINT") else 20
    return exp.cast(column(found.name), exp.DataType.build(f"DECIMAL({digits}, 0)"))
