"""Tokens: one's own; the key is in the answer that makes it and nowhere else."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Router, Schema
from ninja.responses import Status
from pydantic import ConfigDict, Field

from kitchens.actions import tokens as actions
from kitchens.api.access import actor, may
from kitchens.api.paging import LARGEST_ID, AfterId, Limit, Page, page
from kitchens.models import ApiToken
from kitchens.queries import people as queries

router = Router(tags=["Tokens"])
Scope = Literal["read", "run", "change", "events", "admin"]
TokenId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class TokenOut(Schema):
    id: int
    name: str = Field(examples=["ci"])
    prefix: str = Field(description="The first characters of the key", examples=["hub_Xb3kQz"])
    scopes: list[str] = Field(examples=[["read", "run"]])
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="To the minute")


class NewTokenOut(TokenOut):
    key: str = Field(description="Keep it: it is not shown again")


class TokenIn(Schema):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=80, examples=["ci"])
    scopes: list[Scope] = Field(min_length=1, max_length=5, examples=[["read", "run"]])
    expires_at: datetime | None = Field(None, description="Within a year; 90 days where it is left out")


@router.get("/tokens", response=Page[TokenOut], summary="List my tokens", **may("settings.see"))
def list_tokens(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, after: AfterId = None
) -> dict[str, Any]:
    """One's own tokens, newest first, also those that have ended."""
    rows = queries.tokens(actor(request).person_id)
    return page(request, response, rows.filter(pk__lt=after) if after else rows, limit, key=lambda t: t.pk)


@router.post("/tokens", response={201: NewTokenOut}, summary="Make a token", **may("token.create"))
def create_token(request: HttpRequest, response: HttpResponse, given: TokenIn) -> Status:
    """Make a token for oneself. The answer holds its key, this once."""
    token, key = actions.create_token(**given.dict(), by=actor(request), now=timezone.now())
    response["Cache-Control"] = "no-store"
    return Status(201, {**{name: getattr(token, name) for name in TokenOut.model_fields}, "key": key})


@router.post("/tokens/{token_id}/revoke", response=TokenOut, summary="Revoke a token", **may("token.create"))
def revoke_token(request: HttpRequest, token_id: TokenId) -> ApiToken:
    """End a token at once; an admin may end anybody's. Twice is as good as once."""
    return actions.revoke_token(token_id, by=actor(request), now=timezone.now())
