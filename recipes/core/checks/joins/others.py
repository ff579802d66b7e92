"""What checks about two datasets share: the name of the other one, its row filter, its columns, tolerances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator

from kitchens.core.stores.base import Column
from recipes.core.checks.base import CannotMeasureError, Columns, Subject
from recipes.core.checks.conditions import bind_columns, parse_condition
from recipes.core.checks.families import same_family
from recipes.core.checks.tolerances import share_of
from recipes.core.checks.tree import Condition


def _dataset(text: str) -> str:
    if text and "{{" not in text and text.count(".") != 1:
        raise ValueError(f"“{text}” is no dataset. Write domain and table, such as flights.clean.")
    return text


Dataset = Annotated[str, AfterValidator(_dataset)]


def allowed(tolerance: float | str, of: float) -> float:
    """Return how far a number may lie from `of`: a number, or a share of it."""
    share = share_of(tolerance)
    return float(tolerance) if share is None else abs(of) * float(share)


def other_filter(subject: Subject, dataset: str, own: str | None) -> Condition | None:
    """Return the row filter of another dataset: its own, else `where`, which then holds there too."""
    text = subject.test.where if own is None else own
    if not text.strip():
        return None
    parsed = parse_condition(text, subject.context.dialect, "where" if own is None else "of_where")
    return bind_columns(parsed, subject.columns_of(dataset), dataset)


def demand_comparable(pairs: Sequence[tuple[Column, Column]], here: str, there: str) -> None:
    """CannotMeasureError where two columns cannot be compared in every store."""
    for left, right in pairs:
        if not same_family(left, right):
            raise CannotMeasureError(
                f"{here}.{left.name} is {left.type} but {there}.{right.name} is {right.type}:"
                " they cannot be compared. Cast one of them in its node."
            )


def shared_columns(here: Columns, there: Columns) -> list[str]:
    """Return the names both have, in the order of the first."""
    known = {name.lower() for name in there}
    return [name for name in here if name.lower() in known]
