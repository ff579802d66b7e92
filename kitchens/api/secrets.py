"""Secrets: names come out, values go in and never out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Router, Schema
from pydantic import ConfigDict, Field

from kitchens.actions import secrets as actions
from kitchens.api.access import actor, may
from kitchens.api.kitchens import Slug
from kitchens.core.secrets import LONGEST_VALUE
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.secrets_page import SecretRow, secrets_page

router = Router(tags=["Secrets"])
Name = Annotated[str, Path(max_length=80, description="Name of the secret", examples=["API_KEY"])]


class SecretOut(Schema):
    name: str = Field(examples=["API_KEY"])
    origin: str = Field(
        description="kitchen: its own; hub: the whole hub's; missing: asked for, and not there"
    )
    changed_at: datetime | None
    changed_by: str | None
    asked_by: list[str] = Field(description="Recipes whose files ask for it", examples=[["sales/daily"]])

    @staticmethod
    def resolve_origin(row: SecretRow) -> str:
        return "kitchen" if row.own else "hub" if row.hub_wide else "missing"

    @staticmethod
    def resolve_changed_at(row: SecretRow) -> datetime | None:
        return row.counts.changed_at if row.counts else None

    @staticmethod
    def resolve_changed_by(row: SecretRow) -> str | None:
        return row.counts.changed_by.username if row.counts and row.counts.changed_by else None

    @staticmethod
    def resolve_asked_by(row: SecretRow) -> list[str]:
        return sorted({one.recipe for one in row.asked})


class SecretsOut(Schema):
    items: list[SecretOut]


class ValueIn(Schema):
    model_config = ConfigDict(extra="forbid")
    value: str = Field(min_length=1, max_length=LONGEST_VALUE, description="Kept encrypted, never told again")


@router.get("/secrets", response=SecretsOut, summary="List the secrets", **may("settings.see"))
def list_secrets(request: HttpRequest) -> dict[str, Any]:
    """Names of the secrets of the whole hub, and who asks for them in production. What they hold is never told."""
    return {"items": secrets_page(None, get_kitchen("production")).secrets}


@router.get(
    "/kitchens/{slug}/secrets", response=SecretsOut, summary="List a kitchen's secrets", **may("settings.see")
)
def list_kitchen_secrets(request: HttpRequest, slug: Slug) -> dict[str, Any]:
    """Names of the secrets that nodes in the kitchen can have: its own, the hub's, and those that are missing."""
    kitchen = get_kitchen(slug)
    return {"items": secrets_page(kitchen, kitchen).secrets}


@router.put(
    "/kitchens/{slug}/secrets/{name}", response=SecretsOut, summary="Set a secret", **may("secret.change")
)
def put_kitchen_secret(request: HttpRequest, slug: Slug, name: Name, given: ValueIn) -> dict[str, Any]:
    """Keep a secret for the kitchen, before one of the same name of the whole hub; one that is there is replaced."""
    kitchen = get_kitchen(slug)
    actions.set_secret(name=name, value=given.value, kitchen=kitchen, by=actor(request), now=timezone.now())
    return {"items": secrets_page(kitchen, kitchen).secrets}


@router.delete(
    "/kitchens/{slug}/secrets/{name}", response=SecretsOut, summary="Remove a secret", **may("secret.change")
)
def delete_kitchen_secret(request: HttpRequest, slug: Slug, name: Name) -> dict[str, Any]:
    """Remove the kitchen's own secret; nodes get the hub's of that name from then on, or none."""
    kitchen = get_kitchen(slug)
    actions.delete_secret(name=name, kitchen=kitchen, by=actor(request), now=timezone.now())
    return {"items": secrets_page(kitchen, kitchen).secrets}
