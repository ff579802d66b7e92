"""Merge requests: opened, commented, withdrawn; and what every action on one begins with."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from hub.common.errors import ConflictError, InvalidError, NotAllowedError
from kitchens.actions import audit, changes
from kitchens.actions.merges.leftovers import retire_candidate
from kitchens.core.roles import Actor
from kitchens.models import Comment, Kitchen, MergeRequest, RequestEvent
from kitchens.ports import ports
from kitchens.queries.data import newest
from kitchens.queries.merges.facts import frozen, nothing_to_merge
from kitchens.queries.merges.looks import is_down, look
from kitchens.queries.seeing import see

TEXT_LIMIT = 10_000


def open_request(
    source: Kitchen,
    target: Kitchen,
    *,
    title: str,
    by: Actor,
    now: datetime,
    intent: str = "",
    unplanned: bool = False,
    mends: MergeRequest | None = None,
) -> MergeRequest:
    """Ask for what a kitchen has changed to be merged into its parent, or a parent's changes into its child.

    InvalidError where the two are not parent and child, ConflictError where there is nothing to merge, one of the two
    is not in use, or a request between them is open already.
    """
    by.require("merge.open", source.slug if source.parent_id == target.pk else target.slug)
    for kitchen in (source, target):  # whoever opens it sees the rows of both in its candidate
        by.require("mesh.see", kitchen.slug)
    _check_pair(source, target)
    title = title.strip()[:120]
    if not title:
        raise InvalidError("A merge request needs a title: what it does, in a few words.", field="title")
    for kitchen in (source, target):
        ports.catch_up(kitchen.pk, now=now)
    request = MergeRequest(
        source=source,
        target=target,
        title=title,
        intent=intent.strip()[:TEXT_LIMIT],
        source_revision=newest(source),
        target_revision=newest(target),
        unplanned=unplanned or mends is not None,
        mends=mends,
        opened_by_id=by.person_id,
        opened_at=now,
    )
    _check_open(request)
    return _write(request, by, now)


def _write(request: MergeRequest, by: Actor, now: datetime) -> MergeRequest:
    source, target = request.source, request.target
    try:
        with transaction.atomic():
            request.save()
            said = f"{by.name} asked to merge {source.slug} into {target.slug}."
            tell(request, "opened", said, now=now, by=by)
            if not is_down(request):
                changes.requested(request, now)
            audit.record(by, "merge.opened", target.slug, now, request=request.pk, source=source.slug)
    except IntegrityError as error:
        raise ConflictError(
            f"A merge of {source.slug} into {target.slug} is open already.",
            remedy="Go on with that one, or withdraw it first.",
        ) from error
    return request


def _check_pair(source: Kitchen, target: Kitchen) -> None:
    if "candidate" in (source.tier, target.tier):
        raise InvalidError("A candidate belongs to a merge request; nothing is merged from or into it.")
    if source.parent_id != target.pk and target.parent_id != source.pk:
        raise InvalidError(
            f"{source.slug} and {target.slug} are not parent and child.",
            remedy="Merge a kitchen into its parent, or a parent down into its child.",
            field="target",
        )


def _check_open(request: MergeRequest) -> None:
    if fault := frozen(request):
        raise ConflictError(fault, remedy="Choose kitchens that are in use.")
    if nothing_to_merge(request, look(request)):
        raise ConflictError(
            f"There is nothing to merge: {request.target.slug} has everything of {request.source.slug}.",
            remedy="Change something first.",
        )


def hold(request: MergeRequest, *, open_only: bool = True) -> MergeRequest:
    """Return the request as it is now, held until the transaction ends; ConflictError where it is no longer open."""
    held = MergeRequest.objects.select_for_update().get(pk=request.pk)
    if open_only and held.state != "open":
        raise ConflictError(f"This merge request is {held.state} already.", remedy="Open a new one.")
    return held


def tell(
    request: MergeRequest, what: str, sentence: str, *, now: datetime, by: Actor | None = None
) -> RequestEvent:
    """Append a line to the timeline of the request, in the caller's transaction."""
    person = by.person_id if by else None
    return RequestEvent.objects.create(
        request=request, what=what, sentence=sentence, person_id=person, at=now
    )


def comment(
    request: MergeRequest, text: str, *, by: Actor, now: datetime, path: str = "", line: int | None = None
) -> Comment:
    """Say something about the whole request, or about a line of a file; also after it was merged."""
    by.require("merge.comment", request.target.slug)
    see(request.source, by)
    text = text.strip()
    if not text or len(text) > TEXT_LIMIT:
        raise InvalidError(f"A comment has 1 to {TEXT_LIMIT:,} characters.", field="text")
    if line is not None and not path:
        raise InvalidError("A comment on a line names the file.", field="path")
    person = person_of(by)
    with transaction.atomic():
        made = Comment.objects.create(
            request=request, person_id=person, text=text, path=path[:300], line=line, at=now
        )
        if person != request.opened_by_id and not is_down(request):
            changes.note(request.source_id, "first_review_at", now)
        audit.record(by, "merge.commented", request.target.slug, now, request=request.pk)
    return made


def person_of(by: Actor) -> int:
    """Return who acts; NotAllowedError for the hub itself, which has no opinion."""
    if by.person_id is None:
        raise NotAllowedError("Only a person may say this.", remedy="Sign in.")
    return by.person_id


def withdraw(request: MergeRequest, *, by: Actor, now: datetime) -> MergeRequest:
    """Close the request unmerged; its candidate goes, its discussion stays. Withdrawn twice is as good as once."""
    by.require("merge.open", request.source.slug)
    with transaction.atomic():
        held = hold(request, open_only=False)
        if held.state == "withdrawn":
            return held
        if held.state == "merged":
            raise ConflictError(
                "It is merged already.", remedy="Roll the target back to the revision before it."
            )
        held.state, held.closed_at, held.merge_when_green = "withdrawn", now, False
        held.save(update_fields=["state", "closed_at", "merge_when_green"])
        tell(held, "withdrawn", f"{by.name} withdrew it.", now=now, by=by)
        audit.record(by, "merge.withdrawn", held.target.slug, now, request=held.pk)
    ports.cancel_candidate(held.pk, now=now)
    retire_candidate(held.candidate, now=now)
    return held
