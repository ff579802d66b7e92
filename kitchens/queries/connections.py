"""Reading connections: what pages and the API may show, and what the engine hands to a node process."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from hub.common.errors import MissingError
from kitchens.models import Connection, Kitchen
from kitchens.queries.secrets import open_vault, place


def connections(kitchen: Kitchen | None = None) -> QuerySet[Connection]:
    """Return the connections of a kitchen and of the whole hub (all, where no kitchen is given). One query.

    What their secrets hold is not read.
    """
    seen = (
        Connection.objects.filter(Q(kitchen=None) | Q(kitchen=kitchen))
        if kitchen
        else Connection.objects.all()
    )
    return seen.select_related("kitchen").order_by("name", "kitchen__slug")


def get_connection(name: str, kitchen: Kitchen | None = None) -> Connection:
    """Return what the name means in the kitchen: its own before the hub's. MissingError with the names there are."""
    found = {row.kitchen_id: row for row in connections(kitchen).filter(name=name)}
    row = found.get(kitchen.pk if kitchen else None) or found.get(None)
    if row is None:
        raise MissingError(
            f"There is no connection {name[:60]!r} in {kitchen.slug if kitchen else 'the hub'}.",
            remedy="Settings, Connections lists them and makes new ones.",
        )
    return row


def for_kitchen(kitchen: Kitchen, names: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    """Return name -> settings with the password, as a node in this kitchen may use them. One query.

    For the pipe to the node process only: never log it, never store it, never put it on a page. A kitchen's own
    connection comes before the hub's of that name; the hub's are read-only below production.
    """
    rows = Connection.objects.filter(Q(kitchen=None) | Q(kitchen=kitchen)).select_related("secret")
    if names is not None:
        rows = rows.filter(name__in=list(names))
    own_last = sorted(rows, key=lambda row: row.kitchen_id is not None)
    return {row.name: _opened(row, kitchen) for row in own_last}


def _opened(row: Connection, kitchen: Kitchen) -> dict[str, Any]:
    inherited = row.kitchen_id is None and not kitchen.is_production
    return {
        "kind": row.kind,
        **row.settings,
        "password": password_of(row, kitchen),
        "read_only": row.read_only or inherited,
        "max_parallel": row.max_parallel,
    }


def password_of(row: Connection, kitchen: Kitchen | None) -> str:
    """Return the password, "" where the connection has none."""
    if row.secret is None:
        return ""
    return open_vault().open(row.secret.ciphertext, place(row.secret, kitchen))
