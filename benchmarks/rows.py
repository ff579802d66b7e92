"""Rows written straight into tables, as fast as each database allows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

BATCH = 20_000


def plain_row(thing: models.Model) -> dict[str, Any]:
    """Return column -> database value of an object."""
    return {
        field.column: field.get_db_prep_save(field.pre_save(thing, add=False), connection)
        for field in thing._meta.concrete_fields
    }


def insert(model: type[models.Model], rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows of column -> value in batches, as fast as each database allows."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= BATCH:
            _insert(model._meta.db_table, batch)
            batch = []
    if batch:
        _insert(model._meta.db_table, batch)


def _insert(table: str, batch: list[dict[str, Any]]) -> None:
    columns = ", ".join(f'"{name}"' for name in batch[0])
    marks = ", ".join(["%s"] * len(batch[0]))
    values = [tuple(row.values()) for row in batch]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', values)


def stamp(at: datetime) -> Any:
    """Return a moment as the database's driver takes it."""
    return at if connection.vendor == "postgresql" else at.replace(tzinfo=None).isoformat(" ")
