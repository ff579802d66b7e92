"""Agreeing to a merge request, or asking for changes: bound to exactly what was looked at."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hub.common.errors import ConflictError, InvalidError, NotAllowedError
from kitchens.actions import audit, changes
from kitchens.actions.merges.looking import refresh
from kitchens.actions.merges.requests import TEXT_LIMIT, hold, person_of, tell
from kitchens.core.roles import Actor
from kitchens.models import Approval, MergeRequest
from kitchens.queries.merges.facts import authors, policy, resolvers
from kitchens.queries.merges.looks import digest_of, is_down
from kitchens.queries.seeing import see


def approve(
    request: MergeRequest,
    *,
    by: Actor,
    now: datetime,
    tests_removed: bool = False,
    note: str = "",
    seen: str = "",
) -> Approval:
    """Agree to the request as it stands now; void as soon as the source, or the target's files or values, move.

    With `tests_removed` it is also agreed that tests are removed or weakened. NotAllowedError for the opener, for
    whoever wrote any of it, and below the role the target asks for. Said twice, the first word stands. `seen` is the
    digest of what was looked at (`Look.digest`): ConflictError where that is no longer what would be merged.
    """
    _check_role(request, by)
    request = refresh(request, now=now)
    if is_down(request):
        raise InvalidError("A merge down needs no approval: it is the business of the kitchen below.")
    _check_other(request, by)
    with transaction.atomic():
        held = hold(request)
        _check_seen(held, seen)
        made, fresh = _say(held, True, tests_removed, note, by, now)
        if fresh:
            tell(held, "approved", _sentence(f"{by.name} approved it.", note), now=now, by=by)
            changes.note(held.source_id, "first_review_at", now)
            changes.note(held.source_id, "approved_at", now)
            facts = {"request": held.pk, "digest": made.digest, "tests_removed": tests_removed}
            audit.record(by, "merge.approved", held.target.slug, now, **facts)
    return made


def ask_for_changes(request: MergeRequest, *, note: str, by: Actor, now: datetime) -> Approval:
    """Say what has to change before the request may be merged; holds until the source moves, or the person approves."""
    _check_role(request, by)
    if not note.strip():
        raise InvalidError("Say what has to change.", field="note")
    request = refresh(request, now=now)
    _check_other(request, by)
    with transaction.atomic():
        held = hold(request)
        made, fresh = _say(held, False, False, note, by, now)
        if fresh:
            tell(held, "changes.wanted", _sentence(f"{by.name} asks for changes.", note), now=now, by=by)
            changes.note(held.source_id, "first_review_at", now)
            audit.record(by, "merge.changes_wanted", held.target.slug, now, request=held.pk)
    return made


def _check_role(request: MergeRequest, by: Actor) -> None:
    by.require("merge.approve", request.target.slug)
    see(request.source, by)
    wanted = policy(request.target).approver_role
    if not by.has_role(wanted, request.target.slug):
        raise NotAllowedError(
            f"{request.target.slug} takes approvals from the role {wanted} and above.",
            remedy="Ask someone who has it.",
        )


def _check_other(request: MergeRequest, by: Actor) -> None:
    """Nobody agrees to what is their own: an approval is the word of a second person."""
    person = person_of(by)
    if person == request.opened_by_id:
        raise NotAllowedError(
            "Whoever opened a request cannot approve it.", remedy="Ask someone else to look at it."
        )
    if person in authors(request.source_revision, request.target_revision) | resolvers(request):
        raise NotAllowedError(
            "You wrote a part of this, so your word does not count.",
            remedy="Ask someone else to look at it.",
        )


def _check_seen(request: MergeRequest, seen: str) -> None:
    if seen and seen != digest_of(request, request.source_revision, request.target_revision):
        raise ConflictError(
            "The request has changed since you looked at it.", remedy="Look at what moved, then approve."
        )


def _say(
    request: MergeRequest, approved: bool, tests_removed: bool, note: str, by: Actor, now: datetime
) -> tuple[Approval, bool]:
    """Write the word down, unless the person's newest one says the same of the same."""
    told = {
        "approved": approved,
        "tests_removed": tests_removed,
        "digest": digest_of(request, request.source_revision, request.target_revision),
        "note": note.strip()[:TEXT_LIMIT],
    }
    last = request.approvals.filter(person=by.person_id).order_by("-id").first()
    if last is not None and all(getattr(last, name) == value for name, value in told.items()):
        return last, False
    return Approval.objects.create(request=request, person_id=by.person_id, at=now, **told), True


def _sentence(said: str, note: str) -> str:
    return f"{said} {note.strip()}".strip()[:TEXT_LIMIT]
