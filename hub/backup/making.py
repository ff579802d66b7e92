"""Make a backup of a running hub: the database as of one moment, then everything that moment names.

What it names never changes, and nothing of it is removed while the lease is held: so all of it is of one moment.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from hub import keeping
from hub.backup import data, database, git
from hub.backup.manifest import Alive, Manifest, link_or_copy
from hub.common.errors import ConflictError, InvalidError

LOGS = "logs"
WAITS = 600.0  # seconds for whoever is removing data


def make(
    target: Path, *, now: datetime, logs: bool = False, copy: bool = False, key: Path | None = None
) -> Manifest:
    """Write a backup into an empty folder and return what it holds. InvalidError for a folder that is not empty.

    Runs go on and publish meanwhile. With `copy` no hard links are made; `key` is where the key of the secrets goes.
    """
    if target.exists() and any(target.iterdir()):
        raise InvalidError(f"{target} is not empty.", remedy="Name a folder that is empty or not there yet.")
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with keeping.alone("backup", wait_seconds=WAITS) as alive:
        manifest = _made(target, now, logs, copy, alive)
    if key:
        _put_key(key)
    return manifest


def _made(target: Path, now: datetime, logs: bool, copy: bool, alive: Alive) -> Manifest:
    manifest = Manifest(now.isoformat(), connection.vendor, [])
    with database.dumped(target) as ask:
        rows = ask("SELECT app, name FROM django_migrations ORDER BY id")
        manifest.migrations = [list(row) for row in rows]
        parts = data.named(ask)
        commits = _commits(ask)
        written = [log for (log,) in ask("SELECT log FROM recipes_attempt WHERE log <> ''")] if logs else []
    for path in sorted(target.rglob("*")):
        if path.is_file():
            manifest.note(target, path)
    manifest.refs = git.copy(settings.MESH_REPOSITORY, target / git.FOLDER, alive)
    git.put_refs(target / git.FOLDER, manifest.refs)
    if lost := git.broken(target / git.FOLDER, [*commits, *manifest.refs.values()], alive):
        raise ConflictError(f"The mesh repository is not whole. {lost[0]}", remedy="git fsck tells more.")
    for path in sorted((target / git.FOLDER).rglob("*")):
        if path.is_file():
            manifest.note(target, path)
    data.copy_files(parts["embedded"], target, manifest, copy=copy, alive=alive)
    data.copy_tables(parts["postgresql"], target, manifest, alive)
    _copy_logs(written, target, manifest, alive)
    alive()
    manifest.counts = {
        "parts": sum(map(len, parts.values())),
        "commits": len(commits),
        "files": len(manifest.files),
        "bytes": sum(size for size, _ in manifest.files.values()),
    }
    manifest.write(target)
    return manifest


def _commits(ask: database.Ask) -> set[str]:
    """Return the commits that the ledgers of kitchens name which are not gone: those must be there."""
    rows = ask(
        'SELECT DISTINCT r."commit" FROM kitchens_revision r JOIN kitchens_kitchen k ON k.id = r.kitchen_id'
        " WHERE k.state <> 'gone'"
    )
    return {commit for (commit,) in rows}


def _copy_logs(names: list[str], target: Path, manifest: Manifest, alive: Alive) -> None:
    """Copy logs as they are now: those of running nodes grow, so they are never linked."""
    root = Path(settings.LOG_ROOT).resolve()
    for name in names:
        source = (root / name).resolve()
        if source.is_relative_to(root) and source.is_file():
            there = target / LOGS / name
            link_or_copy(source, there, copy=True)
            manifest.note(target, there)
        alive()


def _put_key(key: Path) -> None:
    """Copy the key of secrets at rest, readable by its owner only."""
    source = Path(settings.SECRETS_KEY_FILE)
    if not source.is_file():
        raise InvalidError(
            "There is no file with the key: it is given by HUB_SECRETS_KEY, or there are no secrets."
        )
    if key.exists():
        raise InvalidError(f"{key} is there already.")
    key.touch(mode=0o600)
    key.write_bytes(source.read_bytes())
