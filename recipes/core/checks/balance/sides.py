"""The two sides of a balance: what is aggregated, of which rows, by which groups."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.aggregate import aggregate_of
from recipes.core.checks.balance.parameters import AggregateBalance
from recipes.core.checks.base import CannotMeasureError, Columns, Subject, find_column
from recipes.core.checks.conditions import bind_columns, parse_condition
from recipes.core.checks.families import Family, family, nan_in, numeral, same_family
from recipes.core.checks.tree import Condition, column, count, every, not_null, select, table
from recipes.core.checks.words import number

SIDE, VALUE = "which side", "value of it"  # holding blanks, so no names of columns


@dataclass(frozen=True)
class Side:
    """One of the two datasets, ready to be aggregated."""

    dataset: str
    function: str
    column: Column | None
    by: tuple[Column, ...]
    where: Condition | None
    factor: Decimal = Decimal(1)

    def query(self, number_of_side: int) -> exp.Select:
        """Return SELECT groups, side, value FROM dataset GROUP BY groups; NaN and NULL are left out."""
        value: exp.Expr = count()
        if self.column is not None and self.function != "count":
            operand = column(self.column.name)
            nan = nan_in(operand, self.column)
            usable = every([not_null(operand), exp.not_(nan) if nan is not None else None]) or exp.true()
            value = aggregate_of(self.function, exp.case().when(usable, operand))
            if self.function == "sum":  # NULL is left to mean a group that is not there
                value = exp.Coalesce(this=value, expressions=[exp.Literal.number(0)])
        if self.factor != 1:
            value = exp.Mul(this=value, expression=numeral(self.factor))
        groups = [
            exp.alias_(column(part.name), group_name(place), quoted=True)
            for place, part in enumerate(self.by)
        ]
        side = exp.alias_(exp.Literal.number(number_of_side), SIDE, quoted=True)
        found = select(
            [*groups, side, exp.alias_(value, VALUE, quoted=True)], table(self.dataset), self.where
        )
        return found.group_by(*(column(part.name) for part in self.by), copy=False) if self.by else found

    def what(self) -> str:
        """Return what is taken of it, in words: "the sum of total in sales.orders", "the rows of sales.orders"."""
        times = "" if self.factor == 1 else f"{number(float(self.factor))} times "
        return times + self._what()

    def _what(self) -> str:
        if self.function == "count" or self.column is None:
            return f"the number of rows of {self.dataset}"
        names = {
            "count_distinct": "number of different values",
            "avg": "average",
            "min": "smallest",
            "max": "largest",
        }
        return f"the {names.get(self.function, self.function)} of {self.column.name} in {self.dataset}"


def sides_of(subject: Subject) -> tuple[Side, Side]:
    """Return both sides; CannotMeasureError where a column is missing or the two cannot be compared."""
    params: AggregateBalance = subject.params
    columns = subject.columns_of(params.of)
    own_where = subject.test.where if params.of_where is None else params.of_where
    here = _side(subject.dataset, params.here, params.column, params.by, subject.columns, subject.where)
    other_name = params.of_column or params.column
    where = _filter(own_where, subject, columns)
    there = _side(params.of, params.there, other_name, params.of_by or params.by, columns, where)
    there = replace(there, factor=params.factor)
    for left, right in zip(here.by, there.by, strict=True):
        if not same_family(left, right):
            raise CannotMeasureError(
                f"{subject.dataset}.{left.name} is {left.type} but {params.of}.{right.name} is {right.type}:"
                " groups of them cannot be compared. Cast one of them in its node."
            )
    return here, there


def _side(
    dataset: str, function: str, name: str, by: list[str], columns: Columns, where: Condition | None
) -> Side:
    found = find_column(name, columns, dataset) if name and function != "count" else None
    if found is not None and function != "count_distinct" and family(found.type) is not Family.NUMBER:
        raise CannotMeasureError(
            f"{function} needs a column of numbers; {dataset}.{found.name} is {found.type}."
        )
    return Side(dataset, function, found, tuple(find_column(part, columns, dataset) for part in by), where)


def _filter(text: str, subject: Subject, columns: Columns) -> Condition | None:
    if not text.strip():
        return None
    parsed = parse_condition(text, subject.context.dialect, "of_where")
    return bind_columns(parsed, columns, subject.params.of)


def group_name(place: int) -> str:
    """Return the alias of the group column at a place."""
    return f"group {place + 1}"
