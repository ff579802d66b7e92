"""The snapshots that the database names: files by hard link or copy, tables of a PostgreSQL store row by row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from hub.backup.database import Ask, dump_table, load_table
from hub.backup.manifest import Alive, Manifest, link_or_copy
from hub.common.errors import InvalidError
from kitchens.core.stores.embedded.files import part_path
from kitchens.core.stores.postgresql import setup

FILES, TABLES = "snapshots", "store"
TYPE = re.compile(r"[A-Za-z_][A-Za-z0-9_ ]*(\([0-9, ]+\))?[A-Za-z ]*(\[\])*\Z")


def named(ask: Ask) -> dict[str, set[str]]:
    """Return store -> names of the parts of all snapshots that are kept."""
    found: dict[str, set[str]] = {"embedded": set(), "postgresql": set()}
    for store, parts in ask("SELECT store, parts FROM kitchens_snapshot WHERE collected_at IS NULL"):
        listed = json.loads(parts) if isinstance(parts, str) else parts
        found.setdefault(store, set()).update(part["name"] for part in listed)
    return found


def copy_files(names: Iterable[str], root: Path, manifest: Manifest, *, copy: bool, alive: Alive) -> None:
    """Copy the parts of the embedded store; InvalidError names one that is not there."""
    for name in sorted(names):
        source = part_path(Path(settings.SNAPSHOT_ROOT), name)
        if not source.is_file():
            raise InvalidError(
                f"The part {name} is named by a snapshot and is not there.", remedy="Restore it first."
            )
        target = root / FILES / name
        link_or_copy(source, target, copy=copy)
        manifest.note(root, target)
        alive()


def copy_tables(names: Iterable[str], root: Path, manifest: Manifest, alive: Alive) -> None:
    """Copy the parts of the PostgreSQL store; they never change, so that no transaction over all is needed."""
    wanted = sorted(names)
    if not wanted:
        return
    (root / TABLES).mkdir()
    with psycopg.connect(settings.STORE_URL, autocommit=True, connect_timeout=10) as link:
        for number, name in enumerate(wanted):
            path = root / TABLES / f"{number}.gz"
            manifest.tables.append({"file": path.relative_to(root).as_posix(), **_described(link, name)})
            dump_table(link, sql.Identifier(setup.DATA, name), path)
            manifest.note(root, path)
            alive()


def _described(link: psycopg.Connection[Any], name: str) -> dict[str, Any]:
    part = link.execute("SELECT dataset, attempt FROM hub_data.hub_parts WHERE name = %s", [name]).fetchone()
    columns = link.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
        " JOIN pg_namespace s ON s.oid = relnamespace"
        " WHERE nspname = %s AND relname = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [setup.DATA, name],
    ).fetchall()
    if part is None or not columns:
        raise InvalidError(f"The part {name} is named by a snapshot and is not in the store.")
    return {"name": name, "dataset": part[0], "attempt": part[1], "columns": [list(one) for one in columns]}


def put_tables(root: Path, manifest: Manifest) -> None:
    """Make the tables of the PostgreSQL store again; those that are there already, of the same name, are left alone."""
    if not manifest.tables:
        return
    if not settings.STORE_URL:
        raise InvalidError(
            "This backup holds data of a PostgreSQL store, but HUB_STORE_URL is not set.",
            remedy="Set it to an empty database.",
        )
    with psycopg.connect(settings.STORE_URL, autocommit=True, connect_timeout=10) as link:
        setup.ensure(link)
        there = {name for (name,) in link.execute("SELECT name FROM hub_data.hub_parts").fetchall()}
        for table in manifest.tables:
            if table["name"] not in there:
                _put_table(link, root, table)


def _put_table(link: psycopg.Connection[Any], root: Path, table: dict[str, Any]) -> None:
    place = sql.Identifier(setup.DATA, table["name"])
    if not all(TYPE.match(kind) for _, kind in table["columns"]):
        raise InvalidError(f"The part {table['name']} has a column of a type that PostgreSQL does not know.")
    columns = sql.SQL(", ").join(
        sql.SQL("{} " + kind).format(sql.Identifier(name)) for name, kind in table["columns"]
    )
    with link.transaction():
        link.execute(sql.SQL("CREATE TABLE {} ({})").format(place, columns))
        load_table(link, place, root / table["file"])
        link.execute(
            "INSERT INTO hub_data.hub_parts (name, dataset, attempt) VALUES (%s, %s, %s)",
            [table["name"], table["dataset"], table["attempt"]],
        )
    link.execute(sql.SQL("ANALYZE {}").format(place))
