"""Sources that are a table or query of a PostgreSQL database: streamed out of a read-only transaction as CSV."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg
from psycopg import sql as parts

from kitchens.core.connections import connect_arguments, without
from kitchens.core.stores import guard
from kitchens.core.stores.base import Column, Source, StoreError
from kitchens.core.stores.postgresql.types import ARRAYS, NAMES, columns_of
from kitchens.core.stores.rows import NULL

STATEMENT_SECONDS = 3600
BLOB = 17
# DuckDB writes bytes as \\xDE\\xAD in text, PostgreSQL as \\xdead.
BLOBS: Mapping[str, str] = {
    "duckdb": r"regexp_replace(upper(encode({}, 'hex')), '(..)', '\\x\1', 'g')",
    "postgresql": "{}",
}


@contextlib.contextmanager
def opened(source: Source, settings: Mapping[str, Any]) -> Iterator[psycopg.Connection[Any]]:
    """Connect for reading; what goes wrong is told in a StoreError that never holds the password."""
    password = str(settings.get("password", ""))
    try:
        with psycopg.connect(**connect_arguments(settings, password)) as link:
            link.read_only = True
            link.execute(f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'")
            link.execute("SET LOCAL TIME ZONE 'UTC'")
            link.execute("SET LOCAL DateStyle = 'ISO'")
            yield link
            link.rollback()
    except psycopg.Error as fault:
        said = without(password, (str(fault).strip().splitlines() or ["no reason was given"])[0])
        raise StoreError(
            f"The source {source.name} could not be read over the connection {source.connection}: {said}."
        ) from fault


def describe(link: psycopg.Connection[Any], source: Source) -> tuple[Column, ...]:
    """Return the columns of the source, in the hub's types."""
    return columns_of(_description(link, source))


def stream(
    link: psycopg.Connection[Any], source: Source, engine: str, write: Callable[[bytes], object]
) -> None:
    """Hand the rows on as CSV, as they come; nothing is held. `engine` says how it wants bytes written."""
    listed = parts.SQL(", ").join(_as_csv(one, engine) for one in _description(link, source))
    copy = parts.SQL("COPY (SELECT {} FROM ({}) AS s) TO STDOUT (FORMAT csv, NULL {})").format(
        listed, parts.SQL(_query(source)), parts.Literal(NULL)
    )
    with link.cursor() as cursor, cursor.copy(copy) as rows:
        for chunk in rows:
            write(bytes(chunk))


def _description(link: psycopg.Connection[Any], source: Source) -> list[Any]:
    cursor = link.execute(f"SELECT * FROM ({_query(source)}) AS s LIMIT 0")
    return list(cursor.description or [])


def _query(source: Source) -> str:
    if source.query:
        return guard.check_foreign(source.query)
    names = source.table.split(".")
    if not source.table or len(names) > 2:
        raise StoreError(f"The source {source.name} names neither a query nor a table (schema.table).")
    return f"SELECT * FROM {parts.Identifier(*names).as_string(None)}"


def _as_csv(one: Any, engine: str) -> parts.Composable:
    name = parts.Identifier(one.name)
    if one.type_code == BLOB:
        return parts.SQL(BLOBS[engine]).format(name)
    if one.type_code in ARRAYS:
        return parts.SQL("to_json({})").format(name)
    return name if one.type_code in NAMES else parts.SQL("{}::text").format(name)
