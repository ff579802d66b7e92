"""Secrets and connections of a kitchen, or of the whole hub, as their pages show them: names, never values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitchens.core.asked import AskedFor, by_name
from kitchens.models import Connection, Kitchen, Secret
from kitchens.ports import ports
from kitchens.queries.connections import connections
from kitchens.queries.data import newest
from kitchens.queries.secrets import secret_names


@dataclass(frozen=True)
class SecretRow:
    """A name, where its value comes from, and who asks for it."""

    name: str
    own: Secret | None
    hub_wide: Secret | None
    asked: Sequence[AskedFor]

    @property
    def counts(self) -> Secret | None:
        """Return the one a node gets: the kitchen's own before the hub's."""
        return self.own or self.hub_wide

    @property
    def missing(self) -> bool:
        return self.counts is None


@dataclass(frozen=True)
class ConnectionRow:
    """A connection as a kitchen sees it; `row` is the one that counts there."""

    name: str
    row: Connection | None
    inherited: bool
    hides: bool  # the kitchen's own, before one of the whole hub
    asked: Sequence[AskedFor]
    read_only: bool


@dataclass(frozen=True)
class SecretsPage:
    """Names of secrets and connections; those that are asked for and missing come first."""

    secrets: Sequence[SecretRow]
    connections: Sequence[ConnectionRow]

    @property
    def missing(self) -> list[str]:
        return [row.name for row in self.secrets if row.missing] + [
            row.name for row in self.connections if row.row is None
        ]


def secrets_page(kitchen: Kitchen | None, of: Kitchen) -> SecretsPage:
    """Return secrets and connections of a kitchen (None: of the whole hub) and who asks for them in `of`. Five queries."""
    asked = ports.asked_names(newest(of).commit)
    return SecretsPage(
        _secrets(kitchen, by_name(asked, "secret")), _connections(kitchen, by_name(asked, "connection"))
    )


def _secrets(kitchen: Kitchen | None, asked: dict[str, list[AskedFor]]) -> list[SecretRow]:
    own: dict[str, Secret] = {}
    hub_wide: dict[str, Secret] = {}
    for secret in secret_names(kitchen):
        if kitchen is None and secret.kitchen_id:
            continue
        (own if secret.kitchen_id else hub_wide)[secret.name] = secret
    shown = {name.upper(): name for name in own.keys() | hub_wide.keys()}
    users: dict[str, list[AskedFor]] = {}
    for name, who in asked.items():  # shell nodes ask in capitals
        known = name if name in own or name in hub_wide else shown.get(name, name)
        users.setdefault(known, []).extend(who)
    names = own.keys() | hub_wide.keys() | users.keys()
    rows = [SecretRow(name, own.get(name), hub_wide.get(name), users.get(name, ())) for name in names]
    return sorted(rows, key=lambda row: (not row.missing, row.name.lower()))


def _connections(kitchen: Kitchen | None, asked: dict[str, list[AskedFor]]) -> list[ConnectionRow]:
    found: dict[str, dict[bool, Connection]] = {}
    for row in connections(kitchen):
        if kitchen is not None or row.kitchen_id is None:
            found.setdefault(row.name, {})[row.kitchen_id is not None] = row
    rows = []
    for name in found.keys() | asked.keys():
        both = found.get(name, {})
        row = both.get(True) or both.get(False)
        inherited = row is not None and row.kitchen_id is None and kitchen is not None
        below = inherited and kitchen is not None and not kitchen.is_production
        read_only = row is not None and (row.read_only or below)
        rows.append(ConnectionRow(name, row, inherited, len(both) == 2, asked.get(name, ()), read_only))
    return sorted(rows, key=lambda one: (one.row is not None, one.name))
