"""The dialects a recipe may be written in, and the way from one to another."""

from __future__ import annotations

import logging

import sqlglot
from sqlglot.errors import ErrorLevel, SqlglotError

from recipes.core.sql.faults import SqlError, SqlFault

DIALECTS = ("duckdb", "postgres")
STORES = {"embedded": "duckdb", "postgresql": "postgres"}

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it cannot carry over is raised, not logged


def dialect_of(name: str) -> str:
    """Return sqlglot's name for a dialect or a kind of store; ValueError where there is none."""
    found = STORES.get(name, name)
    if found not in DIALECTS:
        raise ValueError(f"{name!r} is not a dialect of the hub; there are {', '.join(DIALECTS)}.")
    return found


def transpile(sql: str, source: str, target: str) -> str:
    """Return the SELECT in another dialect; SqlError where it has no equal there."""
    try:
        tree = sqlglot.parse_one(sql, dialect=dialect_of(source))
        return tree.sql(dialect=dialect_of(target), unsupported_level=ErrorLevel.RAISE, comments=False)
    except (SqlglotError, RecursionError) as error:
        reason = " ".join(str(error).split())[:300]
        raise SqlError(
            [
                SqlFault(
                    "untranslatable",
                    f"This SQL cannot be carried from {source} to {target}: {reason}.",
                    "Use functions that both know, or set the recipe's dialect.",
                )
            ]
        ) from error
