"""Raw statements of the engine's hot paths, written once for both databases."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateField, JSONField, Model

# Marker in a statement -> what SQLite and PostgreSQL read there. SQLite needs no row locks: a transaction that
# writes is the only one (IMMEDIATE).
_MARKERS = {
    "[any]": ("IN (SELECT value FROM json_each(%s))", "= ANY(%s)"),
    "[lock]": ("", "FOR NO KEY UPDATE"),
    "[lock n]": ("", "FOR NO KEY UPDATE OF n"),
    "[of]": ("json_extract(t.details, '$.of')", "t.details ->> 'of'"),
    "[fingerprint]": ("json_extract(t.details, '$.fingerprint')", "t.details ->> 'fingerprint'"),
    "[profile]": ("json_extract(t.details, '$.profile')", "t.details ->> 'profile'"),
    "[skip locked]": ("", "FOR NO KEY UPDATE OF n SKIP LOCKED"),
}


PLAIN = frozenset({str, int, float, bool, type(None)})


def execute(statement: str, *parameters: Any) -> int:
    """Run a statement and return how many rows it changed."""
    link = connections[DEFAULT_DB_ALIAS]
    with link.cursor() as cursor:
        cursor.execute(_dialect(link.vendor, statement), _adapt(link, parameters))
        return int(cursor.rowcount)


def fetch(statement: str, *parameters: Any) -> list[Any]:
    """Run a statement and return its rows."""
    link = connections[DEFAULT_DB_ALIAS]
    with link.cursor() as cursor:
        cursor.execute(_dialect(link.vendor, statement), _adapt(link, parameters))
        return list(cursor.fetchall())


def insert_row(row: Model) -> None:
    """Insert a model's row and give it its id: `save()` without what it costs to work out the statement each time."""
    link = connections[DEFAULT_DB_ALIAS]
    statement, fields = _insert(type(row))
    kept = row.__dict__
    values = [
        value if plain and type(value) in PLAIN else field.get_db_prep_save(value, link)
        for field, plain in fields
        for value in (kept[field.attname],)
    ]
    with link.cursor() as cursor:
        cursor.execute(statement, values)
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, link.alias


@cache
def _insert(model: type[Model]) -> tuple[str, list[Any]]:
    fields = [
        (field, not isinstance(field, JSONField | DateField))  # what needs no preparing by its field
        for field in model._meta.concrete_fields
        if not field.primary_key
    ]
    names = ", ".join(connection.ops.quote_name(field.column) for field, _ in fields)
    values = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({values}) RETURNING id", fields  # noqa: S608 - names of ours


def insert_many(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, their values in the order of the columns, at a few microseconds a row; JSON comes as text."""
    names = ", ".join(columns)
    values = ", ".join(["%s"] * len(columns))
    link = connections[DEFAULT_DB_ALIAS]
    with link.cursor() as cursor:
        statement = f"INSERT INTO {table} ({names}) VALUES ({values})"  # noqa: S608 - names of ours
        cursor.executemany(statement, [_adapt(link, row) for row in rows])


def lock_kitchen(kitchen_id: int) -> None:
    """Until the end of this transaction, no other admits or ends a run of this kitchen.

    Order of locks: a running run, then its kitchen, then runs that are not running yet.
    """
    if connection.vendor == "postgresql":
        fetch("SELECT 1 FROM kitchens_kitchen WHERE id = %s [lock]", kitchen_id)


@cache
def _dialect(vendor: str, statement: str) -> str:
    place = 0 if vendor == "sqlite" else 1
    for marker, texts in _MARKERS.items():
        statement = statement.replace(marker, texts[place])
    return statement


def _adapt(link: BaseDatabaseWrapper, parameters: Sequence[Any]) -> Sequence[Any]:
    """Return the parameters as the database takes them; `link` is looked up once, each look at the proxy costs."""
    if link.vendor != "sqlite":
        return parameters
    adapted = []
    for value in parameters:
        kind = type(value)
        if kind is datetime:
            value = _moment(value)
        elif kind is list:
            value = json.dumps(value)
        adapted.append(value)
    return adapted


@lru_cache(maxsize=64)
def _moment(value: datetime) -> str | None:
    """Return a time as SQLite keeps it; the same few are written again and again."""
    return connection.ops.adapt_datetimefield_value(value)
