"""Candidates: the merged state in a hidden kitchen, with the target's values on the target's data, built before it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions import audit, changes, revisions
from kitchens.actions.kitchens import author_of
from kitchens.actions.merges.leftovers import retire_candidate
from kitchens.actions.merges.looking import refresh
from kitchens.actions.merges.requests import hold, tell
from kitchens.core.branches import PREFIX, put_branch
from kitchens.core.crash import crash_point
from kitchens.core.git import MeshRepository
from kitchens.core.git.merging import commit_merge
from kitchens.core.roles import THE_HUB, Actor
from kitchens.core.words import listed
from kitchens.models import Kitchen, Membership, MergeRequest
from kitchens.ports import ports
from kitchens.queries.merges.facts import candidate_fits, frozen, nothing_to_merge, policy
from kitchens.queries.merges.looks import Look, is_down, look


def start_candidate(
    request: MergeRequest,
    *,
    by: Actor,
    now: datetime,
    rebuild: Mapping[str, Mapping[str, Any]] | None = None,
    clock_shift: float = 0.0,
) -> MergeRequest:
    """Build the merged state: a hidden kitchen on the target's newest revision, in which what is touched runs anew.

    No branch of the target moves. ConflictError while conflicts are open, or a candidate of exactly this is being
    built or is green. What an earlier candidate left is closed. With `clock_shift` (seconds) its runs are of another
    time than they run at, as those of an order may be; `now` is of that time as well.
    """
    by.require("merge.open", request.source.slug)
    if is_down(request):
        raise InvalidError("A merge down needs no candidate: run the recipes in the kitchen afterwards.")
    request = refresh(request, now=now)
    seen = look(request)
    _check(request, seen, rebuild)
    commit = _merge_commit(request, seen, by, now)
    ports.index(commit, now=now)
    crash_point("merge.prepared")
    kept = _kept(request, rebuild, clock_shift)
    request, earlier = _make(request, seen, commit, by, now, kept)
    crash_point("merge.candidate")
    retire_candidate(earlier, now=now)
    ports.build_candidate(request.pk, now=now)
    request.refresh_from_db()
    return request


def _check(request: MergeRequest, seen: Look, rebuild: Mapping[str, Mapping[str, Any]] | None) -> None:
    if fault := frozen(request):
        raise ConflictError(fault)
    if nothing_to_merge(request, seen):
        raise ConflictError(f"{request.target.slug} has everything of {request.source.slug} already.")
    if seen.preview.open:
        paths = listed([conflict.path for conflict in seen.preview.open])
        raise ConflictError(f"Both sides changed {paths}.", remedy="Resolve the conflicts first.")
    same = rebuild is None or rebuild == request.candidate_plan.get("rebuild", {})
    fits = same and candidate_fits(request, seen.source, seen.target)
    if request.candidate_state in ("building", "green") and fits:
        what = "is being built" if request.candidate_state == "building" else "is green"
        raise ConflictError(f"A candidate of exactly this {what} already.")


def _kept(
    request: MergeRequest, rebuild: Mapping[str, Mapping[str, Any]] | None, clock_shift: float
) -> dict[str, Any]:
    """Return what the plan of a candidate begins with: ranges, those of the one before unless others are given; its clock."""
    ranges = request.candidate_plan.get("rebuild") if rebuild is None else rebuild
    kept: dict[str, Any] = {"rebuild": dict(ranges)} if ranges else {}
    return kept | {"clock_shift": clock_shift} if clock_shift else kept


def _merge_commit(request: MergeRequest, seen: Look, by: Actor, now: datetime) -> str:
    message = f"{request.title}\n\n{request.intent}\n\nMerges {request.source.slug} (request {request.pk})."
    return commit_merge(
        MeshRepository(settings.MESH_REPOSITORY), seen.preview, author=author_of(by), message=message, at=now
    )


@transaction.atomic
def _make(
    request: MergeRequest,
    seen: Look,
    commit: str,
    by: Actor,
    now: datetime,
    kept: dict[str, Any],
) -> tuple[MergeRequest, Kitchen | None]:
    """Write the hidden kitchen, its revision and branch, and what the request knows of it; all or nothing."""
    held = hold(request)
    if (held.source_revision_id, held.target_revision_id, held.candidate_id, held.resolutions) != (
        seen.source.pk,
        seen.target.pk,
        request.candidate_id,
        request.resolutions,
    ):
        raise ConflictError("Somebody else has just moved this request on.", remedy="Look at it again.")
    earlier = held.candidate
    kitchen = _hidden_kitchen(held, now)
    revisions.append(
        kitchen,
        cause="created",
        by=replace(THE_HUB, person_id=by.person_id, name=by.name, via=by.via),  # nobody else writes in it
        at=now,
        commit=commit,
        parent_revision=seen.target,
        overrides=seen.target.overrides,
        note=f"Candidate of request {held.pk}",
    )
    put_branch(settings.MESH_REPOSITORY, kitchen.branch, commit)
    held.candidate, held.candidate_state, held.candidate_commit = kitchen, "building", commit
    held.candidate_source, held.candidate_target = seen.source, seen.target
    held.candidate_plan, held.candidate_note = kept, ""
    held.candidate_started_at, held.candidate_ended_at = now, None
    held.canary_state, held.canary_seen = "", 0
    held.canary_wanted = policy(held.target).canary_runs
    held.save()
    tell(
        held,
        "candidate.started",
        f"{by.name} had the candidate built, on {held.target.slug} at revision {seen.target.number}.",
        now=now,
        by=by,
    )
    changes.note(held.source_id, "candidate_started_at", now)
    audit.record(by, "merge.candidate", held.target.slug, now, request=held.pk, candidate=kitchen.slug)
    return held, earlier


def _hidden_kitchen(request: MergeRequest, now: datetime) -> Kitchen:
    start = f"candidate-{request.pk}-"
    taken = set(Kitchen.objects.filter(slug__startswith=start).values_list("slug", flat=True))
    slug = next(name for n in range(1, len(taken) + 2) if (name := f"{start}{n}") not in taken)
    target = request.target
    kitchen = Kitchen.objects.create(
        slug=slug,
        title=f"Candidate of {request.title}"[:120],
        parent=target,
        tier="candidate",
        branch=f"{PREFIX}{slug}",
        store=target.store,
        owner_id=request.opened_by_id,
        max_parallel_nodes=target.max_parallel_nodes,
        max_run_seconds=target.max_run_seconds,
        created_at=now,
        ready_at=now,
        closed=request.source.closed or target.closed,
    )
    if request.source.closed:
        _let_in_people_of(request.source, target, kitchen, now)
    return kitchen


def _people(kitchen: Kitchen) -> set[int | None]:
    return set(kitchen.memberships.values_list("person", flat=True)) | {kitchen.owner_id}


def _let_in_people_of(source: Kitchen, target: Kitchen, candidate: Kitchen, now: datetime) -> None:
    """Let those, and only those, who see the closed source see what is made of it. Three queries at most."""
    people = _people(source)
    if target.closed:  # its rows are in the candidate too
        people &= _people(target)
    Membership.objects.bulk_create(
        Membership(kitchen=candidate, person_id=person, role="viewer", since=now)
        for person in sorted(people - {None, candidate.owner_id})
    )


def candidate_settled(
    request_id: int, *, green: bool, note: str, now: datetime, candidate_id: int | None = None
) -> bool:
    """Write down what came of the candidate, and return whether it was still waited for.

    `candidate_id` names the hidden kitchen it is about: one that was replaced meanwhile settles nothing.
    """
    with transaction.atomic():
        held = MergeRequest.objects.select_for_update().select_related("source", "target").get(pk=request_id)
        if held.state != "open" or held.candidate_state != "building":
            return False
        if candidate_id is not None and held.candidate_id != candidate_id:
            return False
        held.candidate_state, held.candidate_note = "green" if green else "red", note
        held.candidate_ended_at = now
        held.save(update_fields=["candidate_state", "candidate_note", "candidate_ended_at"])
        what, said = ("green", "is green") if green else ("red", "is red")
        tell(held, f"candidate.{what}", f"The candidate {said}. {note}".strip(), now=now)
        if green:
            changes.note(held.source_id, "candidate_green_at", now)
    if green and held.canary_wanted:
        ports.start_canary(held.pk, now=now)
    return True
