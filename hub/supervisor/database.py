"""Bring the database up to date, one process at a time over all machines."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from hub.common.tables import bring_tables_up_to_date
from hub.supervisor.refusals import check_database

LOCK_NUMBER = 7_206_102  # of PostgreSQL's advisory locks: any number, the same on every machine


def bring_up_to_date(home: Path) -> None:
    """Apply what is missing. Costs one query where nothing is."""
    if not check_database():
        return
    with _alone(home):
        if check_database():  # nobody else was faster
            bring_tables_up_to_date()


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    with (home / ".migrating").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_NUMBER])
