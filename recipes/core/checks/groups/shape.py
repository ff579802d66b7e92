"""The values of columns with the number of their rows, from which checks of whole columns are counted."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from recipes.core.checks.base import Subject
from recipes.core.checks.tree import Condition, column, count

COPIES = "copies of the key"  # no plain column name, so it cannot be one of the dataset's


def groups_of(subject: Subject, names: Sequence[str], also: Condition | None = None) -> exp.Select:
    """Return SELECT columns, COUNT(*) GROUP BY columns; NULL is a group, and so is NaN."""
    columns = [column(name) for name in names]
    found = subject.rows(*columns, exp.alias_(count(), COPIES, quoted=True), also=also)
    return found.group_by(*(name.copy() for name in columns), copy=False)


def most_frequent(subject: Subject, names: Sequence[str], also: Condition | None = None) -> exp.Select:
    """Return the values with the number of their rows, the most frequent first."""
    most = exp.Ordered(this=column(COPIES), desc=True)
    return groups_of(subject, names, also).order_by(most, *map(column, names), copy=False)
