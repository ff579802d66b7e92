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
        raise SqlError([untranslatable(source, target, error)]) from error


def untranslatable(source: str, target: str, error: Exception) -> SqlFault:
    """Return the fault of SQL that has no equal in the other dialect."""
    reasons = dict.fromkeys(line.strip().rstrip(".") for line in str(error).splitlines())
    reason = "; ".join(reason for reason in reasons if reason)[:300]
    message = f"This SQL cannot be carried from {source} to {target}: {reason}."
    return SqlFault("untranslatable", message, "Use what both know.")
