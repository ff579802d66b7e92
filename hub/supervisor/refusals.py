"""Reasons not to start: each is one sentence that says what to do about it."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path
from typing import IO

from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader

from hub.supervisor.options import Options

OUR_APPS = ("kitchens", "recipes", "monitoring")


class RefusalError(Exception):
    """The hub cannot run here; the message is a full sentence with the way out."""


def take_home(home: Path) -> IO[str]:
    """Make the hub's folder if need be, and hold it for this hub alone on this machine while the file is open."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        held = (home / f".running-{socket.gethostname()}").open("a+")
    except OSError as error:
        raise RefusalError(
            f"The folder {home} cannot be written ({error.strerror}). Set HUB_HOME to one that can."
        ) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.seek(0)
        other = held.read().strip() or "unknown"
        held.close()
        raise RefusalError(
            f"A hub is running on {home} already (process {other}). Stop it, or set HUB_HOME to another folder."
        ) from error
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held


def check_port(options: Options) -> None:
    """Raise where the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host, options.port))
        except OSError as error:
            raise RefusalError(
                f"The hub cannot listen on {options.host}:{options.port} ({error.strerror}). "
                f"Choose another one with --port."
            ) from error


def check_database() -> bool:
    """Say whether there are migrations to apply; raise where the database does not answer or is of a newer hub."""
    try:
        loader = MigrationLoader(connection)
    except OperationalError as error:
        said = str(error).strip().splitlines()[0]
        raise RefusalError(f"The database does not answer: {said}. Check DATABASE_URL.") from error
    applied = set(loader.applied_migrations)
    unknown = sorted(".".join(name) for name in applied - set(loader.disk_migrations) if name[0] in OUR_APPS)
    if unknown:
        raise RefusalError(
            f"The database was made by a newer hub (it has {unknown[0]}). "
            f"Start that version, or set HUB_HOME or DATABASE_URL to another database."
        )
    return any(name not in applied for name in loader.graph.nodes)
