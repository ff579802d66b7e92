"""A set of values that stands in the test, or in a column of another dataset."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field, model_validator
from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import CannotMeasureError, Parameters, Subject, find_column
from recipes.core.checks.conditions import bind_columns, parse_condition
from recipes.core.checks.families import Family, family, literal, same_family
from recipes.core.checks.folding import fold, folded
from recipes.core.checks.tree import Condition, column, select, table
from recipes.core.checks.words import counted

Scalar = bool | int | float | str | datetime | date | None


class Members(Parameters):
    """A column and a set of values."""

    column: str
    """The column"""
    values: list[Scalar] = Field(default=[], max_length=10_000)
    """The set, at most 10,000 values; texts are turned into the column's type where they can be. Or"""
    of: str = ""
    """the dataset and column that hold it (reference.airports.iata)"""
    of_where: str = ""
    """Condition that rows of that dataset must keep to count"""
    ignore_case: bool = False
    """Take capitals for small letters"""

    @model_validator(mode="after")
    def _one_of_both(self) -> Members:
        if bool(self.values) == bool(self.of):
            raise ValueError("give either values or of.")
        if self.of and "{{" not in self.of and self.of.count(".") != 2:
            raise ValueError(
                f"of must name dataset and column, such as reference.airports.iata, not {self.of}."
            )
        if self.of_where and not self.of:
            raise ValueError("of_where is a condition on the dataset that of names; there is none.")
        return self

    @property
    def reference(self) -> str:
        """The dataset that holds the set, or nothing."""
        return ".".join(self.of.split(".")[:2])

    def datasets(self) -> frozenset[str]:
        return frozenset({self.reference} if self.of else ())

    def in_words(self) -> str:
        """Return the set in words: "the list of 3 values", "reference.airports.iata"."""
        return self.of or f"the list of {counted(len(self.values), 'value')}"


def literals(params: Members, beside: Column) -> list[exp.Expr]:
    """Return the values of the test but NULL, as `looked_at` looks at the column."""
    given = [value for value in params.values if value is not None]
    if params.ignore_case:
        given = [fold(value) if isinstance(value, str) else value for value in given]
    return [literal(value, beside) for value in given]


def looked_at(params: Members, beside: Column, of: str = "") -> exp.Expr:
    """Return the column as it is compared: without capitals where these do not matter."""
    operand: exp.Expr = column(beside.name, of)
    if not params.ignore_case:
        return operand
    if family(beside.type) is not Family.TEXT:
        raise CannotMeasureError(f"ignore_case needs a text column; {beside.name} is {beside.type}.")
    return folded(operand)


def reference_column(subject: Subject) -> Column:
    """Return the column that holds the set; CannotMeasureError where it cannot be compared with that of the test."""
    params: Members = subject.params
    there = find_column(params.of.split(".")[2], subject.columns_of(params.reference), params.reference)
    here = subject.column(params.column)
    if not same_family(here, there):
        raise CannotMeasureError(
            f"{subject.dataset}.{here.name} is {here.type} but {params.of} is {there.type}:"
            " they cannot be compared. Cast one of them in its node."
        )
    return there


def reference_rows(
    subject: Subject, what: list[exp.Expr], alias: str, also: Condition | None = None
) -> exp.Select:
    """Return SELECT what FROM the dataset that holds the set, with its row filter and a further condition."""
    params: Members = subject.params
    conditions = [also] if also is not None else []
    if params.of_where.strip():
        parsed = parse_condition(params.of_where, subject.context.dialect, "of_where")
        bound = bind_columns(parsed, subject.columns_of(params.reference), params.reference)
        conditions.append(exp.paren(bound))
    where = exp.and_(*conditions) if conditions else None
    return select(what, table(params.reference, alias), where)
