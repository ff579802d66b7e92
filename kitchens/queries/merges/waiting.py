"""Merge requests that wait for somebody: to be looked at, answered, built or merged."""

from __future__ import annotations

from dataclasses import dataclass

from kitchens.core.asking import asker
from kitchens.core.roles import Actor
from kitchens.models import Approval, MergeRequest
from kitchens.queries.merges.facts import may_approve_as, policy
from kitchens.queries.merges.lists import requests
from kitchens.queries.merges.looks import digest_of, is_down

LOOKED_AT = 50  # newest open requests


@dataclass(frozen=True)
class Waiting:
    """A request that waits for the person who asks, and what for."""

    request: MergeRequest
    sentence: str
    what: str  # what the person may do

    @property
    def verdict(self) -> str:
        return "fail" if self.request.candidate_state == "red" else "warn"


def waiting_for(who: Actor | None = None) -> list[Waiting]:
    """Return the open requests that wait for `who` (without it: whoever asks), newest first.

    One query where none is open, else two, and one for a person's roles in single kitchens.
    """
    who = who or asker()
    if who is None or who.person_id is None:
        return []
    found = requests("open").prefetch_related("approvals__person")[:LOOKED_AT]
    return [one for request in found if (one := _waits(request, who))]


def _waits(request: MergeRequest, who: Actor) -> Waiting | None:
    newest = {word.person_id: word for word in sorted(request.approvals.all(), key=lambda word: word.pk)}
    if is_down(request):
        return None
    if who.person_id in (request.opened_by_id, request.source.owner_id):
        return _mine(request, newest)
    missing = policy(request.target).approvals - _agreed(request, newest)
    if missing <= 0 or request.candidate_state == "red" or not may_approve_as(who, request.target):
        return None
    mine = newest.get(who.person_id or 0)
    if mine is not None and mine.digest == _bound(request):
        return None
    by = f"{request.opened_by} asks" if request.opened_by else "It is asked"
    return Waiting(
        request, f"{by} for a word on “{request.title}”.", "look at it, then approve or ask for changes"
    )


def _mine(request: MergeRequest, newest: dict[int, Approval]) -> Waiting | None:
    """Return what the author has to do next; None while it is the turn of others or of the hub."""
    title, bound = f"“{request.title}”", _bound(request)
    against = next((word for word in newest.values() if not word.approved and word.digest == bound), None)
    if against is not None:
        return Waiting(request, f"{against.person} asks for changes to {title}.", "answer, or change it")
    if request.candidate_state == "red":
        return Waiting(request, f"The candidate of {title} is red.", "see what it breaks")
    if request.candidate_state in ("", "void"):
        return Waiting(request, f"{title} has no candidate.", "resolve what is in conflict, then build it")
    if request.candidate_state != "green" or _agreed(request, newest) < policy(request.target).approvals:
        return None
    if request.merge_when_green or request.canary_seen < request.canary_wanted:
        return None
    return Waiting(request, f"{title} is green and agreed to.", "merge it")


def _agreed(request: MergeRequest, newest: dict[int, Approval]) -> int:
    return sum(word.approved and word.digest == _bound(request) for word in newest.values())


def _bound(request: MergeRequest) -> str:
    return digest_of(request, request.source_revision, request.target_revision)
