"""Columns that checks compute with: as they look at them, which kinds they may be, which of their values can be judged."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import CannotMeasureError, Columns, Subject, find_column
from recipes.core.checks.families import Family, bare, family, is_float, is_integer, nan_in
from recipes.core.checks.tree import Condition, column, every, not_null
from recipes.core.checks.words import listed

WIDEST = 38  # digits of a decimal in every store

ORDERED = (
    Family.NUMBER,
    Family.DATE,
    Family.TIME,
    Family.MOMENT,
)  # ordered alike by every store, unlike texts
NUMBERS = (Family.NUMBER,)
DATED = (Family.DATE, Family.TIME, Family.MOMENT)
NOUNS = {ORDERED: "numbers, dates or times", NUMBERS: "numbers", DATED: "dates or times"}


def of_kind(name: str, columns: Columns, dataset: str, kinds: tuple[Family, ...], check: str) -> Column:
    """Return a column that must be of one of these kinds; CannotMeasureError where it is not there or of another."""
    found = find_column(name, columns, dataset)
    if family(found.type) not in kinds:
        raise CannotMeasureError(f"{check} needs {NOUNS[kinds]}; {dataset}.{found.name} is {found.type}.")
    return found


def usable(found: Column, of: str = "") -> Condition:
    """Return the condition that a column holds a value that can be judged: neither NULL nor NaN."""
    operand = column(found.name, of)
    nan = nan_in(operand, found)
    condition = every([not_null(operand), exp.not_(nan) if nan is not None else None])
    assert condition is not None  # noqa: S101
    return condition


def all_usable(columns: Sequence[Column]) -> Condition:
    """Return the condition that several columns hold values that can be judged."""
    condition = every(usable(found) for found in columns)
    assert condition is not None  # noqa: S101
    return condition


def double(operand: exp.Expr) -> exp.Expr:
    return exp.cast(operand.copy(), exp.DataType.Type.DOUBLE)


def number_of(found: Column, of: str = "") -> exp.Expr:
    """Return a column of numbers as a double, NULL and NaN as NULL."""
    return exp.case().when(usable(found, of), double(column(found.name, of)))


def exact(found: Column, operand: exp.Expr) -> exp.Expr:
    """Return an operand of which differences can be taken without overflow, exact where the column is."""
    if family(found.type) is not Family.NUMBER or "DECIMAL" in found.type.upper():
        return operand.copy()
    return double(operand) if is_float(found.type) else exp.cast(operand.copy(), "DECIMAL(38,0)")


def day_of(found: Column, of: str = "") -> exp.Expr:
    """Return the day of a date or time column; that of a moment with a zone is its day in UTC."""
    operand: exp.Expr = column(found.name, of)
    if family(found.type) is Family.MOMENT:
        operand = exp.AtTimeZone(this=operand, zone=exp.Literal.string("UTC"))
    return exp.cast(operand, exp.DataType.Type.DATE)


def names(columns: Sequence[Column]) -> str:
    return listed([found.name for found in columns])


def partition_in_words(columns: Sequence[Column]) -> str:
    """Return " within each a and b", or nothing without columns."""
    return f" within each {names(columns)}" if columns else ""


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
