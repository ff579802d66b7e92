"""Looking at a request anew: what has moved since, and what that makes void."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kitchens.actions.merges.leftovers import retire_candidate
from kitchens.actions.merges.requests import hold, tell
from kitchens.core.words import listed
from kitchens.models import MergeRequest, Revision
from kitchens.ports import ports
from kitchens.queries.data import newest
from kitchens.queries.merges.facts import candidate_misfit, latest_approvals, moved_datasets
from kitchens.queries.merges.looks import digest_of
from kitchens.queries.merges.moves import moved_sentence


def refresh(request: MergeRequest, *, now: datetime) -> MergeRequest:
    """Look at the newest revisions of both kitchens, write down what moved and what is void by it; return the request.

    Twice in a row changes nothing. A request that is closed stays as it is. About ten queries where nothing moved.
    """
    for kitchen in (request.source, request.target):
        ports.catch_up(kitchen.pk, now=now)
    with transaction.atomic():
        held = hold(request, open_only=False)
        if held.state != "open":
            return held
        source, target = newest(held.source), newest(held.target)
        _tell_moves(held, source, target, now)
        void = _void_candidate(held, source, target, now)
        moved = (held.source_revision_id, held.target_revision_id) != (source.pk, target.pk)
        held.source_revision, held.target_revision = source, target
        if moved or void:
            held.save(
                update_fields=["source_revision", "target_revision", "candidate_state", "candidate_note"]
            )
    if void:
        ports.cancel_candidate(held.pk, now=now)
        retire_candidate(held.candidate, now=now)
    return held


def _tell_moves(request: MergeRequest, source: Revision, target: Revision, now: datetime) -> None:
    before = digest_of(request, request.source_revision, request.target_revision)
    if request.source_revision_id != source.pk:
        tell(
            request, "source.moved", moved_sentence(request.source, request.source_revision, source), now=now
        )
    old = request.target_revision
    if (old.commit, old.overrides) != (target.commit, target.overrides):
        tell(request, "target.moved", moved_sentence(request.target, old, target), now=now)
    if before == digest_of(request, source, target):
        return
    gone = [str(one.person) for one in latest_approvals(request) if one.approved and one.digest == before]
    if gone:
        said = f"The approval of {listed(gone)} counts no longer: it was of an earlier state."
        tell(request, "approvals.void", said, now=now)


def _void_candidate(request: MergeRequest, source: Revision, target: Revision, now: datetime) -> bool:
    misfit = candidate_misfit(request, source, target)
    if misfit in ("", "none"):
        return False
    why = _why(request, misfit, source, target)
    void(request, why, now)
    return True


def _why(request: MergeRequest, misfit: str, source: Revision, target: Revision) -> str:
    """Say what has changed since the candidate was built, and who did it."""
    if misfit == "source" and request.candidate_source:
        return moved_sentence(request.source, request.candidate_source, source)
    if misfit in ("target", "overrides") and request.candidate_target:
        return moved_sentence(request.target, request.candidate_target, target)
    return f"{listed(moved_datasets(request, target))} moved on in {request.target.slug} since."


def void(request: MergeRequest, why: str, now: datetime) -> None:
    """Make the candidate of a held request void; the caller saves it, and retires the candidate afterwards."""
    request.candidate_state = "void"
    request.candidate_note = why
    tell(request, "candidate.void", f"The candidate counts no longer. {why}", now=now)
