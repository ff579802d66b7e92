"""Merging: every gate is asked again while the target is held; then files and data change in one revision, or not at all.

The ledger decides. The branches follow after the transaction; what a crash leaves between is put right by `heal_branch`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from hub.common.errors import ConflictError
from kitchens.actions import audit, changes, revisions
from kitchens.actions.branches import heal_branch
from kitchens.actions.merges.down import bring_down
from kitchens.actions.merges.holding import hold_back
from kitchens.actions.merges.leftovers import retire_candidate
from kitchens.actions.merges.looking import refresh
from kitchens.actions.merges.requests import hold, tell
from kitchens.core.crash import crash_point
from kitchens.core.gates import Gate, gates
from kitchens.core.git import MeshRepository
from kitchens.core.impact import Impact
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import Dataset, MergeRequest, Revision
from kitchens.ports import ports
from kitchens.queries.data import newest, own_ids
from kitchens.queries.merges.facts import facts_of, latest_approvals
from kitchens.queries.merges.looks import Look, commits_brought, digest_of, domains_of, is_down, look
from kitchens.queries.merges.moves import moved_sentence


class GatesClosedError(ConflictError):
    """Something that has to hold before this merge does not; `gates` are those that are not open."""

    title = "The gates are closed"

    def __init__(self, found: Sequence[Gate]) -> None:
        super().__init__(
            " ".join(gate.sentence for gate in found),
            remedy=" ".join(gate.remedy for gate in found if gate.remedy),
        )
        self.gates = tuple(found)


@dataclass(frozen=True)
class Prepared:
    """What was worked out before the target is held, bound to the commits it is about."""

    seen: Look
    impact: Impact


def merge(request: MergeRequest, *, by: Actor, now: datetime) -> Revision:
    """Publish the request as one revision of its target, and return that revision.

    GatesClosedError names every gate that is not open; ConflictError where the target moved on meanwhile, and says
    who moved it. Somebody else's merge of the same request is returned as it is.
    """
    by.require("merge.publish", request.target.slug)
    request = refresh(request, now=now)
    if request.state == "merged" and request.merged_revision:
        return request.merged_revision
    prepared = Prepared(look(request), ports.impact(request.pk))
    if is_down(request):
        return _merge_down(request, prepared, by, now)
    crash_point("merge.before")
    with transaction.atomic():
        # Taking the number holds the target: nobody else merges, publishes or commits there until this has ended.
        number = revisions.next_number(request.target)
        held = hold(request)
        seen = _seen_again(held, prepared)
        _ask(held, seen, prepared.impact)
        revision = _publish(held, seen, number, by, now)
        crash_point("merge.written")
    crash_point("merge.ledger")
    _settle(held, now)
    return revision


def _seen_again(request: MergeRequest, prepared: Prepared) -> Look:
    """Return the request as it is while the target is held; ConflictError where it is not what was prepared."""
    source, target = newest(request.source), newest(request.target)
    seen, before = prepared.seen, prepared.seen.target
    if (target.commit, target.overrides) != (before.commit, before.overrides):
        raise ConflictError(
            moved_sentence(request.target, before, target),
            remedy="Build the candidate once more, on top of that.",
        )
    if source.pk != seen.source.pk:
        raise ConflictError(
            moved_sentence(request.source, seen.source, source), remedy="Look at what changed, and try again."
        )
    tip = MeshRepository(settings.MESH_REPOSITORY).head(request.target.branch)
    if tip is not None and not _behind(tip, target.commit):
        raise ConflictError(
            f"Somebody has just committed to {request.target.slug}.", remedy="Look at it, and try again."
        )
    return Look(source, target, seen.preview, digest_of(request, source, target))


def _behind(tip: str, commit: str) -> bool:
    return MeshRepository(settings.MESH_REPOSITORY).contains(commit, tip)


def _ask(request: MergeRequest, seen: Look, impact: Impact) -> None:
    asked = gates(facts_of(request, seen, impact))
    if closed := [gate for gate in asked if not gate.passes]:
        raise GatesClosedError(closed)


def _publish(request: MergeRequest, seen: Look, number: int, by: Actor, now: datetime) -> Revision:
    """Write the revision of the target, that of the source, and every fact; in the caller's transaction."""
    target, source = request.target, request.source
    assert request.candidate is not None  # noqa: S101 - the gate of the candidate is open
    brought = own_ids(newest(request.candidate))
    revision = revisions.append(
        target,
        cause="merge",
        by=_for(by),
        at=now,
        commit=request.candidate_commit,
        pointers=brought,
        number=number,
        note=f"{request.title} (request {request.pk})",
    )
    ports.follow(target.pk, now=now)
    _mirror(request, seen, revision, set(brought), by, now)
    commits = commits_brought(seen.source.commit, seen.target.commit)
    _note(request, domains_of(seen.preview), sum(len(c.parents) < 2 for c in commits), now)
    request.state, request.merged_revision, request.closed_at = "merged", revision, now
    request.merged_by_id, request.merge_when_green = by.person_id, False
    request.save(update_fields=["state", "merged_revision", "closed_at", "merged_by", "merge_when_green"])
    said = f"{by.name} merged it: revision {revision.number} of {target.slug}."
    tell(request, "merged", said, now=now, by=by)
    facts = {"request": request.pk, "revision": revision.number, "source": source.slug}
    audit.record(by, "merge.published", target.slug, now, **facts, datasets=len(brought))
    return revision


def _mirror(
    request: MergeRequest, seen: Look, revision: Revision, brought: set[int], by: Actor, now: datetime
) -> None:
    """Let the source mirror its parent again: the parent's new revision, but for data the merge did not bring.

    Its own versions of what the candidate built are dropped: the parent's are the same code on the parent's data.
    """
    hold_back(request.source, seen.source.parent_revision, revision)
    held = Dataset.objects.filter(name__in=request.source.data_choices).values_list("pk", flat=True)
    dropped = brought.difference(held)  # copies stay: masked columns do not become clear by a merge
    kept = {dataset: snapshot for dataset, snapshot in own_ids(seen.source).items() if dataset not in dropped}
    revisions.append(
        request.source,
        cause="merge",
        by=_for(by),
        at=now,
        commit=revision.commit,
        parent_revision=revision,
        pointers=kept,
        mirror=True,
        expected_head=seen.source.number,
        note=f"Merged into {request.target.slug} as revision {revision.number}",
    )
    ports.follow(request.source_id, now=now)


def _for(by: Actor) -> Actor:
    """Return the hub in the person's name: whoever may merge into the target needs no right in the source."""
    return replace(THE_HUB, person_id=by.person_id, name=by.name, via=by.via)


def _note(request: MergeRequest, domains: list[str], commits: int, now: datetime) -> None:
    counted = [one.at for one in latest_approvals(request) if one.approved]
    changes.merged(request, domains, commits, now, approved_at=max(counted, default=None))


def _settle(request: MergeRequest, now: datetime) -> None:
    """Let the branches follow, and close the candidate; done once more by `recover` after a crash."""
    heal_branch(request.target)
    heal_branch(request.source)
    crash_point("merge.ref")
    ports.cancel_candidate(request.pk, now=now)
    retire_candidate(request.candidate, now=now)
    crash_point("merge.after")


def _merge_down(request: MergeRequest, prepared: Prepared, by: Actor, now: datetime) -> Revision:
    """Bring the parent's changes into the child, as the request has resolved them."""
    asked = gates(facts_of(request, prepared.seen, prepared.impact))
    if closed := [gate for gate in asked if not gate.passes]:
        raise GatesClosedError(closed)
    return bring_down(request.target, prepared.seen, by=by, now=now, request=request)
