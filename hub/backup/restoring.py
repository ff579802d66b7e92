"""Make a hub of a backup: into an empty home and an empty database, never over anything."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from hub.backup import data, database, git
from hub.backup.checking import check
from hub.backup.making import LOGS
from hub.backup.manifest import Manifest, link_or_copy
from hub.common.errors import ConflictError, InvalidError
from kitchens.core.branches import ARCHIVE
from kitchens.models import Kitchen, Revision

OURS = {"django.key", "secrets.key"}  # made by starting any command


def restore(source: Path, *, key: Path | None = None) -> Manifest:
    """Restore into HUB_HOME and the database of the settings, and return what the backup held.

    InvalidError where the backup is not whole or of another kind of database; ConflictError where home or database is
    not empty. Every file is checked before the first one is written.
    """
    manifest, wrong = check(source)
    if wrong:
        raise InvalidError(f"The backup is not whole: {' '.join(wrong[:3])}", remedy="Use another one.")
    if manifest.vendor != connection.vendor:
        raise InvalidError(f"This backup is of {manifest.vendor}, the database here is {connection.vendor}.")
    _check_empty()
    _put_database(source, manifest)
    for name in manifest.files:
        for folder, home in ((data.FILES, settings.SNAPSHOT_ROOT), (LOGS, settings.LOG_ROOT)):
            if name.startswith(f"{folder}/"):
                link_or_copy(source / name, Path(home) / name.removeprefix(f"{folder}/"), copy=True)
    data.put_tables(source, manifest)
    shutil.copytree(source / git.FOLDER, settings.MESH_REPOSITORY)
    git.put_refs(settings.MESH_REPOSITORY, refs_of_ledger(manifest.refs))
    if key:
        Path(settings.SECRETS_KEY_FILE).touch(mode=0o600)
        Path(settings.SECRETS_KEY_FILE).write_bytes(key.read_bytes())
    return manifest


def _check_empty() -> None:
    home = Path(settings.HUB_HOME)
    there = {path.name for path in home.iterdir()} - OURS if home.is_dir() else set()
    own = Path(str(connection.settings_dict["NAME"])).name if connection.vendor == "sqlite" else ""
    if rest := sorted(there - {own, f"{own}-wal", f"{own}-shm"}):
        raise ConflictError(
            f"{home} is not empty: it holds {rest[0]}.",
            remedy="Set HUB_HOME to an empty folder, or a new one.",
        )
    if tables := connection.introspection.table_names():
        raise ConflictError(
            f"The database is not empty: it has {len(tables)} tables.",
            remedy="Set DATABASE_URL to an empty one.",
        )


def _put_database(source: Path, manifest: Manifest) -> None:
    if connection.vendor == "sqlite":
        target = Path(str(connection.settings_dict["NAME"]))
        connection.close()
        for old in target.parent.glob(f"{target.name}*"):
            old.unlink()  # empty: it was just looked at
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / database.SQLITE, target)
    else:
        _put_tables(source, manifest)
    call_command("migrate", interactive=False, verbosity=0)


def _put_tables(source: Path, manifest: Manifest) -> None:
    """Make the tables as they were when the backup was made, then fill them in one transaction."""
    executor = MigrationExecutor(connection)
    applied = {(app, name) for app, name in manifest.migrations}
    if unknown := sorted(applied - set(executor.loader.disk_migrations)):
        raise InvalidError(
            f"The backup was made by a newer hub: it knows {unknown[0][0]} {unknown[0][1]}.",
            remedy="Update this one.",
        )
    graph = executor.loader.graph
    leaves = [
        node for node in applied if not any(child.key in applied for child in graph.node_map[node].children)
    ]
    executor.migrate(sorted(leaves))
    with database.connect() as link, link.transaction():
        found = [name for name in database.tables(link) if f"{database.TABLES}/{name}.gz" in manifest.files]
        listed = sql.SQL(", ").join(sql.Identifier(name) for name in found)
        link.execute(sql.SQL("TRUNCATE {} CASCADE").format(listed))
        link.execute("SET CONSTRAINTS ALL DEFERRED")
        for name in found:
            database.load_table(link, sql.Identifier(name), source / database.TABLES / f"{name}.gz")
            _go_on_counting(link, name)


def _go_on_counting(link: database.psycopg.Connection, table: str) -> None:
    """Let the numbers of new rows begin behind the largest there is."""
    rows = link.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s"
        " AND (is_identity = 'YES' OR column_default LIKE 'nextval%%')",
        [table],
    ).fetchall()
    for (column,) in rows:
        link.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence({}, {}), coalesce(max({}), 0) + 1, false) FROM {}"
            ).format(
                sql.Literal(f'"{table}"'), sql.Literal(column), sql.Identifier(column), sql.Identifier(table)
            )
        )


def refs_of_ledger(refs: dict[str, str]) -> dict[str, str]:
    """Return the references as the restored ledger has them: it decides where each branch stands. Two queries."""
    kept = {name: at for name, at in refs.items() if not name.startswith(("refs/heads/", ARCHIVE))}
    newest = dict(Revision.objects.order_by("number").values_list("kitchen", "commit"))
    for kitchen in Kitchen.objects.filter(pk__in=newest):
        if kitchen.state == "retired":
            kept[f"{ARCHIVE}{kitchen.slug}"] = newest[kitchen.pk]
        elif kitchen.state in ("ready", "provisioning"):
            kept[f"refs/heads/{kitchen.branch}"] = newest[kitchen.pk]
    return kept
