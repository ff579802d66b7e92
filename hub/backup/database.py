"""The hub's own database as of one moment, without stopping anybody; and what that moment names."""

from __future__ import annotations

import contextlib
import gzip
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

Ask = Callable[[str], list[tuple[Any, ...]]]
SQLITE = "database.sqlite3"
TABLES = "database"  # folder of the tables of PostgreSQL, a file each
SESSIONS = "django_session"  # not kept: people sign in again
CHUNK = 1024 * 1024


@contextlib.contextmanager
def dumped(root: Path) -> Iterator[Ask]:
    """Write the database below the root and yield what asks it as of that very moment."""
    if connection.vendor == "sqlite":
        with _sqlite(root / SQLITE) as ask:
            yield ask
    else:
        with _postgresql(root / TABLES) as ask:
            yield ask


@contextlib.contextmanager
def _sqlite(target: Path) -> Iterator[Ask]:
    """SQLite's own online backup: writers go on meanwhile, the copy is as of one commit."""
    with contextlib.closing(sqlite3.connect(target)) as copy:
        with contextlib.closing(sqlite3.connect(str(connection.settings_dict["NAME"]), timeout=60)) as live:
            live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute("DELETE FROM django_session")
        copy.commit()
        yield lambda text: copy.execute(text).fetchall()


@contextlib.contextmanager
def _postgresql(folder: Path) -> Iterator[Ask]:
    """All tables out of one transaction that sees one moment; no program of PostgreSQL is needed."""
    folder.mkdir()
    with connect() as link:
        link.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for table in tables(link):
            if table != SESSIONS:
                dump_table(link, sql.Identifier(table), folder / f"{table}.gz")
        yield lambda text: link.execute(text.encode()).fetchall()
        link.execute("ROLLBACK")


def connect() -> psycopg.Connection[Any]:
    """Return a connection of our own to the hub's PostgreSQL."""
    given = connection.get_connection_params()
    known = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
    return psycopg.connect(**known, autocommit=True, connect_timeout=10)


def tables(link: psycopg.Connection[Any]) -> list[str]:
    """Return the tables of the hub itself, by name."""
    found = link.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    ).fetchall()
    return [name for (name,) in found]


def dump_table(link: psycopg.Connection[Any], table: sql.Composable, path: Path) -> None:
    """Write the rows of a table, led by a line with its columns."""
    with link.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(table))
        names = [column.name for column in cursor.description or ()]
    listed = sql.SQL(", ").join(sql.Identifier(name) for name in names)
    with gzip.open(path, "wb", compresslevel=1) as out, link.cursor() as cursor:
        out.write(json.dumps(names).encode() + b"\n")
        with cursor.copy(sql.SQL("COPY {} ({}) TO STDOUT").format(table, listed)) as rows:
            for chunk in rows:
                out.write(bytes(chunk))


def load_table(link: psycopg.Connection[Any], table: sql.Composable, path: Path) -> None:
    """Put the rows of such a file into a table that is there."""
    with gzip.open(path, "rb") as file, link.cursor() as cursor:
        listed = sql.SQL(", ").join(sql.Identifier(name) for name in json.loads(file.readline()))
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, listed)) as rows:
            while chunk := file.read(CHUNK):
                rows.write(chunk)
