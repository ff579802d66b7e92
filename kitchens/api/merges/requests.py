"""Merge requests: listed, read, opened, withdrawn, talked about."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from kitchens.actions import merges as actions
from kitchens.api.access import actor, may
from kitchens.api.merges.schemas import (
    CommentIn,
    CommentOut,
    MergeIn,
    MergeOut,
    MergePageOut,
    RequestId,
    whole,
)
from kitchens.api.paging import AfterId, Limit, Page, page
from kitchens.models import Comment, MergeRequest
from kitchens.queries import kitchens
from kitchens.queries import merges as queries

router = Router()
State = Annotated[
    Literal["open", "merged", "withdrawn"] | None, Query(description="Only those in this state")
]
Kitchen = Annotated[str, Query(max_length=60, description="Only those into or out of this kitchen")]


@router.get("/merges", response=Page[MergeOut], summary="List the merge requests", **may("mesh.see"))
def list_merges(
    request: HttpRequest,
    response: HttpResponse,
    state: State = None,
    kitchen: Kitchen = "",
    limit: Limit = 50,
    after: AfterId = None,
) -> dict[str, Any]:
    """Merge requests, newest first. `after` is the number in the `next` link."""
    rows = queries.requests(state or "", kitchen).select_related("candidate")
    return page(request, response, rows.filter(pk__lt=after) if after else rows, limit, key=lambda r: r.pk)


@router.get("/merges/{request_id}", response=MergePageOut, summary="Get a merge request", **may("mesh.see"))
def get_merge(request: HttpRequest, request_id: RequestId) -> dict[str, Any]:
    """One merge request with its gates, files, conflicts, data, and what was said, as things stand now."""
    found = queries.get_request(request_id)
    files = [vars(file) for file in queries.changes_page(found).files]
    return whole(queries.request_page(found, actor(request)), files)


@router.post("/merges", response={201: MergeOut}, summary="Open a merge request", **may("merge.open"))
def open_merge(request: HttpRequest, given: MergeIn) -> Status:
    """Ask for a kitchen to be merged into its parent, or for a parent to be merged down into its child."""
    made = actions.open_request(
        kitchens.get_kitchen(given.source),
        kitchens.get_kitchen(given.target),
        title=given.title,
        intent=given.intent,
        unplanned=given.unplanned,
        mends=queries.get_request(given.mends) if given.mends else None,
        by=actor(request),
        now=timezone.now(),
    )
    return Status(201, made)


@router.post(
    "/merges/{request_id}/withdraw", response=MergeOut, summary="Withdraw a request", **may("merge.open")
)
def withdraw_merge(request: HttpRequest, request_id: RequestId) -> MergeRequest:
    """Close it unmerged. Twice is as good as once."""
    found = queries.get_request(request_id)
    return actions.withdraw(found, by=actor(request), now=timezone.now())


@router.post(
    "/merges/{request_id}/comments",
    response={201: CommentOut},
    summary="Comment on a request",
    **may("merge.comment"),
)
def comment_merge(request: HttpRequest, request_id: RequestId, given: CommentIn) -> Status:
    """Say something about the whole request, or about a line of a file."""
    found = queries.get_request(request_id)
    made: Comment = actions.comment(found, **given.dict(), by=actor(request), now=timezone.now())
    return Status(201, made)
