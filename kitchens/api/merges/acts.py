"""What brings a merge request forward: approvals, resolutions, the candidate, the merge itself."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from kitchens.actions import merges as actions
from kitchens.api.access import actor, may
from kitchens.api.kitchens import RevisionOut
from kitchens.api.merges.schemas import (
    ApprovalOut,
    ApproveIn,
    CandidateIn,
    ChangesIn,
    MergeOut,
    RequestId,
    ResolveIn,
    WhenGreenIn,
)
from kitchens.core.merging import Resolution
from kitchens.models import Approval, MergeRequest, Revision
from kitchens.queries import merges as queries

router = Router()


@router.post(
    "/merges/{request_id}/approve", response=ApprovalOut, summary="Approve a request", **may("merge.approve")
)
def approve_merge(request: HttpRequest, request_id: RequestId, given: ApproveIn) -> Approval:
    """Agree to exactly what is there now. Not for who opened it, nor for who wrote any of it."""
    found = queries.get_request(request_id)
    return actions.approve(
        found,
        tests_removed=given.tests_removed,
        note=given.note,
        seen=given.digest,
        by=actor(request),
        now=timezone.now(),
    )


@router.post(
    "/merges/{request_id}/ask-for-changes",
    response=ApprovalOut,
    summary="Ask for changes",
    **may("merge.approve"),
)
def ask_for_changes(request: HttpRequest, request_id: RequestId, given: ChangesIn) -> Approval:
    """Say what has to change first. It holds until the source moves, or you approve."""
    found = queries.get_request(request_id)
    return actions.ask_for_changes(found, note=given.note, by=actor(request), now=timezone.now())


@router.post(
    "/merges/{request_id}/resolve", response=MergeOut, summary="Resolve a conflict", **may("recipe.change")
)
def resolve_conflict(request: HttpRequest, request_id: RequestId, given: ResolveIn) -> MergeRequest:
    """Decide about one file in conflict. 409 where a side has changed since you looked."""
    found = queries.get_request(request_id)
    return actions.resolve(found, given.path, decided(given), by=actor(request), now=timezone.now())


def decided(given: ResolveIn) -> Resolution | None:
    """Return the resolution that was sent, None where the file is to be decided anew."""
    return None if given.take is None else Resolution.from_dict(given.dict(exclude={"path"}))


@router.post(
    "/merges/{request_id}/candidate", response=MergeOut, summary="Build the candidate", **may("merge.open")
)
def start_candidate(request: HttpRequest, request_id: RequestId, given: CandidateIn) -> MergeRequest:
    """Build the merged state with the target's values, and run what it touches; the target stays as it is."""
    found = queries.get_request(request_id)
    return actions.start_candidate(found, rebuild=given.rebuild, by=actor(request), now=timezone.now())


@router.post(
    "/merges/{request_id}/merge", response=RevisionOut, summary="Merge a request", **may("merge.publish")
)
def merge_request(request: HttpRequest, request_id: RequestId) -> Revision:
    """Publish files and data as one revision of the target. 409 names every gate that is not open."""
    return actions.merge(queries.get_request(request_id), by=actor(request), now=timezone.now())


@router.post(
    "/merges/{request_id}/merge-when-green",
    response=MergeOut,
    summary="Merge as soon as nothing blocks it",
    **may("merge.publish"),
)
def merge_when_green(request: HttpRequest, request_id: RequestId, given: WhenGreenIn) -> MergeRequest:
    """Let the hub merge it in your name once every gate is open, or no longer so."""
    found = queries.get_request(request_id)
    return actions.merge_when_green(found, given.wanted, by=actor(request), now=timezone.now())
