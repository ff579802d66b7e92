"""Kitchens: read, made, extended, retired; and what they have been."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router, Schema
from ninja.responses import Status
from pydantic import ConfigDict, Field

from kitchens.actions import kitchens as actions
from kitchens.actions import retire
from kitchens.actions.provision import create
from kitchens.api.access import actor, may
from kitchens.api.paging import AfterId, Limit, Page, page
from kitchens.api.provision import ChoicesIn
from kitchens.models import Kitchen, Revision
from kitchens.queries import kitchens as queries
from kitchens.queries.seeing import seen

router = Router(tags=["Kitchens"])
Slug = Annotated[str, Path(max_length=60, description="Name of the kitchen", examples=["late-flights"])]
State = Annotated[
    Literal["provisioning", "failed", "ready", "retired", "gone"] | None,
    Query(description="Only those in this state"),
]


class KitchenOut(Schema):
    slug: str = Field(examples=["late-flights"])
    title: str
    description: str
    parent: str | None = Field(examples=["production"])
    tier: str = Field(examples=["development"])
    state: str = Field(examples=["ready"])
    branch: str = Field(examples=["kitchens/late-flights"])
    store: str = Field(examples=["embedded"])
    revision: int = Field(description="Number of the newest revision", examples=[1])
    owner: str | None = Field(description="Sign-in name", examples=["ada"])
    created_at: datetime
    ends_on: date | None
    retired_at: datetime | None
    gone_at: datetime | None
    state_note: str = Field(description="Why it is in this state, in a sentence")

    @staticmethod
    def resolve_parent(kitchen: Kitchen) -> str | None:
        return kitchen.parent.slug if kitchen.parent else None

    @staticmethod
    def resolve_owner(kitchen: Kitchen) -> str | None:
        return kitchen.owner.username if kitchen.owner else None

    @staticmethod
    def resolve_revision(kitchen: Kitchen) -> int:
        return kitchen.head


class KitchenIn(ChoicesIn):
    """What a kitchen is made of; with the digest of a plan, exactly what that plan said."""

    plan_digest: str = Field("", max_length=120, description="From `POST /kitchens:plan`")


class EndIn(Schema):
    model_config = ConfigDict(extra="forbid")
    ends_on: date = Field(description="Within 90 days", examples=["2026-12-01"])


class RevisionOut(Schema):
    number: int
    commit: str
    cause: str = Field(examples=["publish"])
    note: str
    parent: str | None = Field(description="Pinned revision of the parent, `<kitchen>@<number>`")
    run: int | None = Field(None, alias="made_by_run", description="The run that published it")
    by: str | None
    at: datetime

    @staticmethod
    def resolve_parent(revision: Revision) -> str | None:
        return str(revision.parent_revision) if revision.parent_revision else None

    @staticmethod
    def resolve_by(revision: Revision) -> str | None:
        return revision.by.username if revision.by else None


@router.get("/kitchens", response=Page[KitchenOut], summary="List the kitchens", **may("mesh.see"))
def list_kitchens(
    request: HttpRequest,
    response: HttpResponse,
    state: State = None,
    limit: Limit = 50,
    after: AfterId = None,
) -> dict[str, Any]:
    """All kitchens not closed to you, oldest first; production is the first. `after` is the number in the `next` link."""
    rows = seen(queries.kitchens(state or ""), "pk")
    return page(request, response, rows.filter(pk__gt=after) if after else rows, limit, key=lambda k: k.pk)


@router.get("/kitchens/{slug}", response=KitchenOut, summary="Get a kitchen", **may("mesh.see"))
def get_kitchen(request: HttpRequest, slug: Slug) -> Kitchen:
    """One kitchen, also a retired one."""
    return queries.get_kitchen(slug)


@router.post("/kitchens", response={201: KitchenOut}, summary="Make a kitchen", **may("kitchen.create"))
def create_kitchen(request: HttpRequest, given: KitchenIn) -> Status:
    """Make a kitchen from a parent: ready at once whatever the size of the mesh, unless data is copied first.

    Look at `state`: provisioning until then (`GET /kitchens/{slug}/provision` tells), failed where it was undone.
    """
    made = create(given.choices(), by=actor(request), now=timezone.now(), digest=given.plan_digest)
    return Status(201, made)


@router.post(
    "/kitchens/{slug}/extend", response=KitchenOut, summary="Extend a kitchen", **may("kitchen.change")
)
def extend_kitchen(request: HttpRequest, slug: Slug, given: EndIn) -> Kitchen:
    """Move the end date of a kitchen."""
    kitchen = queries.get_kitchen(slug)
    return actions.extend_kitchen(kitchen, ends_on=given.ends_on, by=actor(request), now=timezone.now())


@router.post(
    "/kitchens/{slug}/retire", response=KitchenOut, summary="Retire a kitchen", **may("kitchen.retire")
)
def retire_kitchen(request: HttpRequest, slug: Slug) -> Kitchen:
    """Close a kitchen: nothing runs or changes there any more. It can be restored for seven days, then it is cleaned."""
    return retire.retire_kitchen(queries.get_kitchen(slug), by=actor(request), now=timezone.now())


@router.post(
    "/kitchens/{slug}/restore", response=KitchenOut, summary="Restore a kitchen", **may("kitchen.retire")
)
def restore_kitchen(request: HttpRequest, slug: Slug) -> Kitchen:
    """Bring a kitchen back within seven days of its retirement, as it was; its schedules stay paused."""
    return retire.restore_kitchen(queries.get_kitchen(slug), by=actor(request), now=timezone.now())


@router.get(
    "/kitchens/{slug}/revisions", response=Page[RevisionOut], summary="List the revisions", **may("mesh.see")
)
def list_revisions(
    request: HttpRequest, response: HttpResponse, slug: Slug, limit: Limit = 50, after: AfterId = None
) -> dict[str, Any]:
    """What the kitchen has been, newest first: commit, data, who and why. `after` is a revision number."""
    rows = queries.revisions(queries.get_kitchen(slug))
    return page(
        request, response, rows.filter(number__lt=after) if after else rows, limit, key=lambda r: r.number
    )
