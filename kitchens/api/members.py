"""The people of a kitchen: who has a role of their own there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Router, Schema
from pydantic import ConfigDict, Field

from kitchens.actions import members as actions
from kitchens.api.access import actor, may
from kitchens.api.kitchens import Slug
from kitchens.queries import members as queries
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.members import Member
from kitchens.queries.people import get_person

router = Router(tags=["Kitchens"])
Username = Annotated[str, Path(max_length=80, description="Sign-in name", examples=["ada"])]


class MemberOut(Schema):
    username: str = Field(examples=["ada"])
    role: str = Field(description="In this kitchen", examples=["developer"])
    owner: bool
    active: bool = Field(description="False: was let go, and may do nothing")
    since: datetime | None

    @staticmethod
    def resolve_username(member: Member) -> str:
        return member.person.username

    @staticmethod
    def resolve_active(member: Member) -> bool:
        return member.person.is_active

    @staticmethod
    def resolve_since(member: Member) -> datetime | None:
        return member.membership.since if member.membership else None


class MembersOut(Schema):
    closed: bool = Field(description="Only these people, and admins of the hub, see into it")
    items: list[MemberOut]


class RoleIn(Schema):
    model_config = ConfigDict(extra="forbid")
    role: Literal["viewer", "developer", "operator"]


class ClosedIn(Schema):
    model_config = ConfigDict(extra="forbid")
    closed: bool


@router.get("/kitchens/{slug}/members", response=MembersOut, summary="List its people", **may("mesh.see"))
def list_members(request: HttpRequest, slug: Slug) -> dict[str, Any]:
    """The owner, who is an operator there, and everybody with a role of their own in the kitchen."""
    kitchen = get_kitchen(slug)
    return {"closed": kitchen.closed, "items": queries.members(kitchen)}


@router.put(
    "/kitchens/{slug}/members/{username}",
    response=MemberOut,
    summary="Give a role in a kitchen",
    **may("member.change"),
)
def put_member(request: HttpRequest, slug: Slug, username: Username, given: RoleIn) -> Member:
    """Add somebody, or give another role: never one above your own there. Twice is as good as once."""
    kitchen, person = get_kitchen(slug), get_person(username)
    row = actions.set_member(kitchen, person, given.role, by=actor(request), now=timezone.now())
    return Member(person, row.role, membership=row)


@router.delete(
    "/kitchens/{slug}/members/{username}",
    response=MembersOut,
    summary="Take a role in a kitchen away",
    **may("member.change"),
)
def delete_member(request: HttpRequest, slug: Slug, username: Username) -> dict[str, Any]:
    """Take somebody's role in the kitchen away: what they may there is what their role in the hub says."""
    kitchen = get_kitchen(slug)
    actions.remove_member(kitchen, get_person(username), by=actor(request), now=timezone.now())
    return {"closed": kitchen.closed, "items": queries.members(kitchen)}


@router.put(
    "/kitchens/{slug}/closed", response=MembersOut, summary="Close or open a kitchen", **may("member.change")
)
def put_closed(request: HttpRequest, slug: Slug, given: ClosedIn) -> dict[str, Any]:
    """Close the kitchen to all but its people, or open it to everybody of the hub."""
    kitchen = actions.set_closed(get_kitchen(slug), given.closed, by=actor(request), now=timezone.now())
    return {"closed": kitchen.closed, "items": queries.members(kitchen)}
