"""Connections to other systems: saved with their password sealed, tried in place, removed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from hub.common.errors import InvalidError
from kitchens.actions import audit
from kitchens.actions.secrets import put_value, slug_of
from kitchens.core.connections import check_settings, try_connection
from kitchens.core.names import connection_fault
from kitchens.core.roles import Actor
from kitchens.models import Connection, Kitchen, Secret
from kitchens.queries.connections import password_of
from kitchens.queries.secrets import OF_CONNECTIONS


@transaction.atomic
def save_connection(
    *,
    name: str,
    settings: Mapping[str, Any],
    by: Actor,
    now: datetime,
    password: str | None = None,
    kitchen: Kitchen | None = None,
    kind: str = "postgresql",
    read_only: bool = True,
    max_parallel: int | None = None,
) -> Connection:
    """Make a connection, or change the one of that name in the kitchen (None: for the whole hub).

    Without a password the one kept so far stays, but only while the settings stay: else whoever may change the
    host could have the hub send the password to a server of theirs. InvalidError names the field.
    """
    by.require("connection.change", slug_of(kitchen))
    _check(name, kind, max_parallel)
    checked = check_settings(settings)
    there = Connection.objects.select_for_update().filter(name=name, kitchen=kitchen).first()
    if password is None and there and there.secret_id and there.settings != checked:
        raise InvalidError(
            "The password has to be given again when the settings of a connection change.",
            remedy="Type it again; the hub does not send a kept password to another place.",
            field="password",
        )
    row = there or Connection(name=name, kitchen=kitchen, created_at=now)
    row.kind, row.settings, row.read_only, row.max_parallel = kind, checked, read_only, max_parallel
    row.tested_at, row.test_ok, row.test_message = None, None, ""
    if password is not None:
        row.secret = put_value(f"{OF_CONNECTIONS}{name}", password, kitchen, by, now) if password else None
    row.save()
    audit.record(by, "connection.saved", name, now, kitchen=slug_of(kitchen), **checked, read_only=read_only)
    return row


def probe_connection(connection: Connection, *, by: Actor, now: datetime) -> Connection:
    """Try the connection (five seconds at most, read-only) and keep what came of it. Holds no transaction meanwhile."""
    by.require("connection.change", slug_of(connection.kitchen))
    trial = try_connection(connection.settings, password_of(connection, connection.kitchen))
    connection.tested_at, connection.test_ok, connection.test_message = now, trial.ok, trial.message[:300]
    with transaction.atomic():
        connection.save(update_fields=["tested_at", "test_ok", "test_message"])
        audit.record(by, "connection.tested", connection.name, now, ok=trial.ok)
    return connection


@transaction.atomic
def delete_connection(connection: Connection, *, by: Actor, now: datetime) -> None:
    """Remove a connection and its password; recipes that name it fail from then on, and say so."""
    by.require("connection.change", slug_of(connection.kitchen))
    name, secret_id = connection.name, connection.secret_id
    connection.delete()
    if secret_id:
        Secret.objects.filter(pk=secret_id).delete()
    audit.record(by, "connection.deleted", name, now, kitchen=slug_of(connection.kitchen))


def _check(name: str, kind: str, max_parallel: int | None) -> None:
    if fault := connection_fault(name):
        raise InvalidError(fault, field="name")
    if kind not in dict(Connection.KINDS):
        raise InvalidError(
            f"There is no kind of connection {kind[:40]!r}.", remedy="Use postgresql.", field="kind"
        )
    if max_parallel is not None and not 1 <= max_parallel <= 1000:
        raise InvalidError("The limit of parallel nodes is a number from 1 to 1,000.", field="max_parallel")
