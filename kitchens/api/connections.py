"""Connections: which there are, and whether they answer. Passwords neither come in nor go out here."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router, Schema
from pydantic import Field

from kitchens.actions import connections as actions
from kitchens.api.access import actor, may
from kitchens.models import Connection
from kitchens.queries import connections as queries
from kitchens.queries.kitchens import get_kitchen

router = Router(tags=["Connections"])
Name = Annotated[str, Path(max_length=60, description="Name of the connection", examples=["warehouse"])]
KitchenName = Annotated[str, Query(max_length=60, description="As seen from this kitchen; empty: hub-wide")]


class ConnectionOut(Schema):
    name: str = Field(examples=["warehouse"])
    kitchen: str | None = Field(description="The kitchen it belongs to; null: the whole hub")
    kind: str = Field(examples=["postgresql"])
    settings: dict[str, Any] = Field(examples=[{"host": "db.example.org", "port": 5432, "database": "dwh"}])
    has_password: bool
    read_only: bool
    max_parallel: int | None
    tested_at: datetime | None
    test_ok: bool | None
    test_message: str

    @staticmethod
    def resolve_kitchen(connection: Connection) -> str | None:
        return connection.kitchen.slug if connection.kitchen else None

    @staticmethod
    def resolve_has_password(connection: Connection) -> bool:
        return connection.secret_id is not None


class ConnectionsOut(Schema):
    items: list[ConnectionOut]


@router.get("/connections", response=ConnectionsOut, summary="List the connections", **may("settings.see"))
def list_connections(request: HttpRequest, kitchen: KitchenName = "") -> dict[str, Any]:
    """The connections of a kitchen and of the whole hub; all of them where no kitchen is named."""
    there = get_kitchen(kitchen) if kitchen else None
    return {"items": list(queries.connections(there))}


@router.post(
    "/connections/{name}/test", response=ConnectionOut, summary="Try a connection", **may("connection.change")
)
def try_connection(request: HttpRequest, name: Name, kitchen: KitchenName = "") -> Connection:
    """Connect read-only, for five seconds at most, and say what answered."""
    connection = queries.get_connection(name, get_kitchen(kitchen) if kitchen else None)
    return actions.probe_connection(connection, by=actor(request), now=timezone.now())
