"""Known categories in SQL: each value of a column gets the place of its category in a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from kitchens.core.stores.base import Column
from recipes.core.checks.families import literal
from recipes.core.checks.tree import column, null

MOST = 500  # categories that a test may name


def place_of(found: Column, known: Sequence[Any], of: str = "") -> exp.Expr:
    """Return the place of a value among the known ones (None is NULL), and NULL where it is none of them."""
    operand = column(found.name, of)
    places = exp.case()
    for place, value in enumerate(known):
        same = (
            null(operand) if value is None else exp.EQ(this=operand.copy(), expression=literal(value, found))
        )
        places = places.when(same, exp.Literal.number(place), copy=False)
    return places


def shown(value: Any) -> str:
    return "NULL" if value is None else str(value)
