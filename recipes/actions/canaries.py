"""Canaries: the merged state runs on live inputs, slot by slot beside its target, before the promotion goes on.

A canary is a kitchen of tier canary below the target: it reads what the target has newest, writes for itself, and acts on
nothing outside. Each slot of the target that fires is ordered there too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from hub.common.errors import HubError
from kitchens.actions import revisions
from kitchens.actions.kitchens import create_kitchen
from kitchens.actions.merges.requests import tell
from kitchens.actions.retire import retire_kitchen
from kitchens.core.branches import put_branch
from kitchens.core.git.rough import tree_of
from kitchens.core.roles import THE_HUB
from kitchens.core.words import count
from kitchens.models import Kitchen, MergeRequest
from kitchens.queries.data import newest
from recipes.actions.runs.moved import SUPERSEDED
from recipes.actions.runs.ordering import place_order
from recipes.core.candidates import CandidatePlan
from recipes.core.status import RED, Status
from recipes.models import OrderRun, Schedule
from recipes.queries.folders import folder_of

Name = tuple[str, str]  # recipe, variation


def start(request_id: int, *, now: datetime) -> None:
    """Have the merged state of a green candidate run beside its target; one that did so already goes on counting.

    Green at once where nothing of it is scheduled in the target. Does nothing for a request that is not so far.
    """
    request = _request(request_id)
    if request is None or request.candidate_state != "green" or not request.canary_wanted:
        return
    if not _wanted(request):
        said = f"Nothing of it is scheduled in {request.target.slug}: the canary has nothing to run."
        _settle(request, "green", request.canary_wanted, said, now)
        return
    kept = request.canary is not None and request.canary.state == "ready" and _is_of(request.canary, request)
    if not kept:
        if request.canary is not None and request.canary.state == "ready":
            retire_kitchen(request.canary, by=THE_HUB, now=now)
        request.canary = _make(request, now)
    MergeRequest.objects.filter(pk=request.pk, state="open").update(
        canary=request.canary, canary_state="running"
    )
    request.canary_state = "running"
    if not kept:
        runs = count(request.canary_wanted, "green run")
        tell(request, "canary.started", f"The canary waits for {runs} on live inputs.", now=now)
    look(request, now)


def stop(request: MergeRequest, *, now: datetime) -> None:
    """Close the canary of a request that is closed, or whose files or values are no longer those it runs."""
    canary = request.canary
    if canary is None or canary.state != "ready":
        return
    if request.state != "open" or not _still(request):
        retire_kitchen(canary, by=THE_HUB, now=now)


def fire(schedule: Schedule, slot: datetime, now: datetime) -> int:
    """Order a slot of a target also in the canaries beside it, and return in how many. One query where there is none."""
    waiting = _running().filter(target=schedule.kitchen)
    name = (f"{schedule.domain}/{schedule.recipe}", schedule.variation)
    return sum(_fire(request, name, slot, now) for request in waiting if name in _scheduled(request))


def run_ended(kitchen_id: int, run_id: int) -> None:
    """Count a run of a canary. One query for a canary that belongs to no request."""
    for request in _running().filter(canary=kitchen_id):
        at = OrderRun.objects.filter(pk=run_id).values_list("ended_at", flat=True).first()
        look(request, at or request.opened_at)


def look_at_all(now: datetime) -> None:
    """Count what was not told. One query where no canary runs."""
    for request in _running():
        look(request, now)


def look(request: MergeRequest, now: datetime) -> None:
    """Count the runs of a canary: green where each wanted variation was green often enough, red with the first red run."""
    runs = list(
        OrderRun.objects.filter(kitchen=request.canary, slot__isnull=False).defer("plan").order_by("id")
    )
    red = next((run for run in runs if run.status in RED and not run.reason.startswith(SUPERSEDED)), None)
    if red is not None:
        said = f"{red.domain}/{red.recipe} {red.variation} is red in run {red.pk}: {red.reason}"
        _settle(request, "red", request.canary_seen, said, now)
        return
    green = Counter(_name(run) for run in runs if run.status == Status.SUCCEEDED)
    seen = min(green[name] for name in _wanted(request))
    if seen >= request.canary_wanted:
        runs_said = count(request.canary_wanted, "run")
        _settle(request, "green", seen, f"{runs_said} on live inputs were green.", now)
    elif seen != request.canary_seen:
        MergeRequest.objects.filter(pk=request.pk, canary_state="running").update(canary_seen=seen)


def _settle(request: MergeRequest, state: str, seen: int, said: str, now: datetime) -> None:
    with transaction.atomic():
        rows = MergeRequest.objects.filter(pk=request.pk, state="open").exclude(canary_state=state)
        if rows.update(canary_state=state, canary_seen=min(seen, 32_000)):
            tell(request, f"canary.{state}", f"The canary is {state}. {said}", now=now)


def _running():  # noqa: ANN202 - a queryset with all that is looked at
    rows = MergeRequest.objects.filter(state="open", canary_state="running")
    return rows.select_related("source", "target", "canary", "candidate")


def _request(request_id: int) -> MergeRequest | None:
    rows = MergeRequest.objects.filter(pk=request_id, state="open")
    return rows.select_related("source", "target", "canary", "candidate", "candidate_target").first()


def _name(run: OrderRun) -> Name:
    return f"{run.domain}/{run.recipe}", run.variation


def _steps(request: MergeRequest) -> list[tuple[Name, bool]]:
    plan = CandidatePlan.from_dict(request.candidate_plan)
    return [((step.recipe, step.variation), step.changed) for step in plan.steps]


def _scheduled(request: MergeRequest) -> set[Name]:
    """Return the variations of the plan that the target runs by a schedule."""
    rows = Schedule.objects.filter(kitchen=request.target, paused=False)
    there = {
        (f"{domain}/{recipe}", name)
        for domain, recipe, name in rows.values_list("domain", "recipe", "variation")
    }
    return {name for name, _ in _steps(request)} & there


def _wanted(request: MergeRequest) -> set[Name]:
    """Return the variations that have to be green often enough: those of changed recipes, else all that are reached."""
    scheduled = _scheduled(request)
    changed = {name for name, changed in _steps(request) if changed} & scheduled
    return changed or scheduled


def _make(request: MergeRequest, now: datetime) -> Kitchen:
    start_of_name = f"canary-{request.pk}-"
    taken = set(Kitchen.objects.filter(slug__startswith=start_of_name).values_list("slug", flat=True))
    name = next(found for n in range(1, len(taken) + 2) if (found := f"{start_of_name}{n}") not in taken)
    kitchen = create_kitchen(
        name=name,
        parent=request.target,
        ends_on=None,
        by=THE_HUB,
        now=now,
        tier="canary",
        title=f"Canary of {request.title}",
        description="Runs the merged state beside its target, on live inputs.",
    )
    with transaction.atomic():
        revisions.append(
            kitchen,
            cause="commit",
            by=THE_HUB,
            at=now,
            commit=request.candidate_commit,
            overrides=newest(request.candidate).overrides,
            note=f"Canary of request {request.pk}",
        )
        put_branch(settings.MESH_REPOSITORY, kitchen.branch, request.candidate_commit)
        if request.source.closed and not kitchen.closed:  # it runs what only the people of the source may see
            kitchen.closed = True
            kitchen.save(update_fields=["closed"])
    return kitchen


def _is_of(canary: Kitchen, request: MergeRequest) -> bool:
    """Say whether a canary runs the files and values of the request's candidate."""
    now, root = newest(canary), settings.MESH_REPOSITORY
    same_files = tree_of(root, now.commit) == tree_of(root, request.candidate_commit)
    return (
        same_files and request.candidate is not None and now.overrides == newest(request.candidate).overrides
    )


def _still(request: MergeRequest) -> bool:
    """Say whether a void candidate would be built of the same files and values again: only data has moved."""
    of, on = request.candidate_source, request.candidate_target
    if of is None or on is None:
        return False
    source, target = newest(request.source), newest(request.target)
    return (of.commit, on.commit, on.overrides) == (source.commit, target.commit, target.overrides)


def _fire(request: MergeRequest, name: Name, slot: datetime, now: datetime) -> int:
    recipe, variation = name
    domain, _, short = recipe.partition("/")
    try:
        nodes = _nodes(request, recipe, variation)
        if nodes is None:
            return 0
        place_order(
            kitchen=request.canary,
            domain=domain,
            recipe=short,
            variation=variation,
            by=THE_HUB,
            now=now,
            slot=slot,
            nodes=nodes,
            idempotency_key=f"canary-{request.pk}-{recipe}-{variation}-{slot.isoformat()}",
        )
    except HubError as fault:
        _settle(
            request, "red", request.canary_seen, f"{recipe} {variation} could not be ordered. {fault}", now
        )
        return 0
    return 1


def _nodes(request: MergeRequest, recipe: str, variation: str) -> Iterable[str] | None:
    """Return the nodes that act on nothing outside, () for all; None where none is left."""
    spec = folder_of(newest(request.canary).commit, recipe).spec
    if spec is None or variation not in spec.variations:
        return None
    names = spec.variations[variation].nodes or tuple(spec.nodes)
    inside = tuple(name for name in names if spec.nodes[name].effects != "external")
    return (inside if len(inside) < len(names) else ()) if inside else None
