"""People: who one is, and who there is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from kitchens.api.access import actor, may
from kitchens.api.paging import AfterName, Limit, Page, page
from kitchens.core.roles import MAY
from kitchens.models import Person
from kitchens.queries import people as queries

router = Router(tags=["People"])


class PersonOut(Schema):
    username: str = Field(examples=["ada"])
    full_name: str = Field(examples=["Ada Lovelace"])
    role: str = Field(examples=["developer"])
    active: bool = Field(alias="is_active")

    @staticmethod
    def resolve_full_name(person: Person) -> str:
        return person.get_full_name()


class MeOut(Schema):
    """Who asks, and everything they may do with what they asked with."""

    name: str = Field(examples=["Ada Lovelace (token ci)"])
    role: str = Field(examples=["developer"])
    scopes: list[str] | None = Field(description="Of the token; null for a session, which nothing narrows")
    may: list[str] = Field(examples=[["mesh.see", "order.place"]])


@router.get("/people/me", response=MeOut, summary="Who am I?", **may("settings.see"))
def me(request: HttpRequest) -> dict[str, Any]:
    """Who the token or session acts for, and what it may do."""
    who = actor(request)
    scopes = None if who.scopes is None else sorted(who.scopes)
    return {
        "name": who.name,
        "role": who.role,
        "scopes": scopes,
        "may": [what for what in MAY if who.may(what)],
    }


@router.get("/people", response=Page[PersonOut], summary="List the people", **may("settings.see"))
def list_people(
    request: HttpRequest, response: HttpResponse, limit: Limit = 50, after: AfterName = None
) -> dict[str, Any]:
    """Everybody who can or could sign in, by name."""
    rows = queries.people().filter(username__gt=after) if after else queries.people()
    return page(request, response, rows, limit, key=lambda person: person.username)
