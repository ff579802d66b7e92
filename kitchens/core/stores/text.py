"""Quoting of names and texts for SQL that the stores write themselves; both engines take the same forms."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kitchens.core.stores.base import Column, StoreError

DATASET = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\Z")
ATTEMPT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")


def quote(name: str) -> str:
    """Return an identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def quote_all(names: Iterable[str], prefix: str = "") -> str:
    """Return identifiers in double quotes with commas between, each behind the prefix ("o.")."""
    return ", ".join(prefix + quote(name) for name in names)


def literal(text: str) -> str:
    """Return a text literal."""
    if "\x00" in text:
        raise StoreError("A text holds the character NUL, which no store can keep. Remove it before writing.")
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """Return text literals with commas between."""
    return ", ".join(literal(text) for text in texts)


def check_attempt(attempt: str) -> str:
    """Return the attempt if it may be part of a file or table name."""
    if not ATTEMPT.match(attempt):
        raise StoreError(f"{attempt!r} cannot name an attempt. Use letters, digits, '-' and '_', at most 80.")
    return attempt


def check_dataset(dataset: str) -> str:
    """Return the name if it is one of a dataset, `<domain>.<table>`."""
    if not DATASET.match(dataset):
        raise StoreError(
            f"{dataset!r} is not a dataset's name. It has the form domain.table in small letters."
        )
    return dataset


SHOWN = 2000  # characters of one value in a sample
LONG = re.compile(r"VARCHAR|JSON|BLOB|STRUCT|MAP|UNION|.*\]\Z")


def cut_short(columns: Iterable[Column]) -> str:
    """Return what to select of the columns for people to look at: a value of a gigabyte stays in the engine."""
    return ", ".join(
        f"left(CAST({quote(c.name)} AS VARCHAR), {SHOWN}) AS {quote(c.name)}"
        if LONG.match(c.type)
        else quote(c.name)
        for c in columns
    )
