"""The reference that a distribution is held against: another dataset, or other rows of the same one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import model_validator
from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.base import Parameters, Subject
from recipes.core.checks.families import Family
from recipes.core.checks.joins.others import Dataset, other_filter
from recipes.core.checks.operands import of_kind, usable
from recipes.core.checks.rows import FILTER
from recipes.core.checks.tree import Condition, column, count, count_if, select, table
from recipes.core.checks.words import cut

HERE, THERE = "here", "there"


class Against(Parameters):
    """A column, and the reference it is held against."""

    column: str
    """The column"""
    of: Dataset = ""
    """The dataset of reference; without it the same dataset, by `of_where`"""
    of_column: str = ""
    """The column there, if it has another name"""
    of_where: str | None = None
    """Condition on the rows of reference; with `of` alone `where` does not hold there"""

    @model_validator(mode="after")
    def _some(self) -> Against:
        if self.needs_reference and not self.of and not (self.of_where or "").strip():
            raise ValueError("give the reference: of, a dataset, or of_where, other rows of this one.")
        return self

    @property
    def needs_reference(self) -> bool:
        return True

    def datasets(self) -> frozenset[str]:
        return frozenset({self.of} if self.of else ())


@dataclass(frozen=True)
class Side:
    """The rows under test, or those of reference."""

    name: str
    dataset: str
    column: Column
    where: Condition | None
    where_in_words: str

    def rows(self, shown: Mapping[str, exp.Expr]) -> exp.Select:
        return select(shown, table(self.dataset), self.where)

    def counts(self) -> dict[str, exp.Expr]:
        """Return what is asked of every side: its rows, and those that can be judged."""
        return {f"rows {self.name}": count(), f"known {self.name}": count_if(usable(self.column))}

    @property
    def operand(self) -> exp.Expr:
        return column(self.column.name)

    def __str__(self) -> str:
        where = f" where {cut(self.where_in_words, FILTER)}" if self.where_in_words else ""
        return f"{self.dataset}{where}"


def sides_of(subject: Subject, kinds: tuple[Family, ...], check: str) -> tuple[Side, Side]:
    """Return the rows under test and those of reference; CannotMeasureError where a column is of another kind."""
    params: Against = subject.params
    other = params.of or subject.dataset
    own = of_kind(params.column, subject.columns, subject.dataset, kinds, check)
    found = of_kind(params.of_column or params.column, subject.columns_of(other), other, kinds, check)
    words = params.of_where or ""
    here = Side(HERE, subject.dataset, own, subject.where, subject.where_in_words)
    return here, Side(THERE, other, found, other_filter(subject, other, words), words)
