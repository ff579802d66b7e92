"""Values of personal columns are hidden before they leave the node: they are never stored as evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any

from kitchens.core.datadiff import HIDDEN
from kitchens.core.stores.base import Session, StoreError

Personal = Mapping[str, Mapping[str, str]]  # dataset -> its personal columns
Names = Callable[[str], set[str]]  # the columns of a dataset in small letters, none where it is not there


class Hiding:
    """Says which columns of failing rows to hide: personal ones, and names that the datasets do not have.

    A test written in SQL may give a personal column another name; so where a dataset it may read has personal columns,
    only names that are known, and not personal, are shown. Without personal columns it costs nothing.
    """

    def __init__(self, personal: Personal, names: Names) -> None:
        self._secret = {name.lower() for columns in personal.values() for name in columns}
        self._known: set[str] = set()
        for dataset in personal:
            self._known |= names(dataset)

    def hides(self, name: str, known: Iterable[str] = ()) -> bool:
        """Say whether values of a column are hidden; `known` are columns of the dataset under test."""
        if not self._secret:
            return False
        lower = name.lower()
        return lower in self._secret or lower not in self._known.union(one.lower() for one in known)

    def row(self, row: Mapping[str, Any], known: Iterable[str] = ()) -> dict[str, Any]:
        """Return a row with hidden values; an empty value stays what it is."""
        return {
            name: HIDDEN if value is not None and self.hides(name, known) else value
            for name, value in row.items()
        }


def names_of(session: Session) -> Names:
    """Return a function that says the columns of a dataset; it asks the session once for each."""
    return cache(partial(_columns_of, session))


def _columns_of(session: Session, dataset: str) -> set[str]:
    try:
        return {column.name.lower() for column in session.columns(dataset)}
    except StoreError:
        return set()
