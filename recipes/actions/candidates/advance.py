"""Move a candidate on: one step after the other, each once the one before is green; the first red one ends it.

The state stands in the request's plan. It moves in a transaction that holds the request, so two who try at once (the end
of a run, and the upkeep that minds lost signals) do no harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from hub.common.errors import HubError
from kitchens.models import MergeRequest
from recipes.actions.candidates.place import Placed, place, prepare
from recipes.core.candidates import CandidatePlan
from recipes.core.clock import fact_time
from recipes.core.status import RED, Status
from recipes.models import OrderRun, TestResult

PATIENCE = timedelta(seconds=60)  # after which a plan that was never stored is made once more


def advance(request_id: int, *, now: datetime) -> None:
    """Do all that can be done now: settle steps whose runs have ended, place the next, tell the merge of the end."""
    while _move(request_id, now):
        continue


def go_on_with_all(now: datetime) -> None:
    """Move every candidate on whose signal may have been lost. One query where none is being built."""
    from recipes.actions.candidates.build import build

    building = MergeRequest.objects.filter(state="open", candidate_state="building")
    late = Q(candidate_started_at=None) | Q(candidate_started_at__lt=now - PATIENCE)
    rows = building.filter(Q(candidate_plan__has_key="steps") | late)
    for pk, plan in rows.values_list("pk", "candidate_plan"):
        build(pk, now=fact_time(now, clock_shift_of(plan)))


def clock_shift_of(plan: Mapping[str, Any]) -> float:
    """Return by how many seconds the clock of a candidate differs from the real one, as its plan has it. No query."""
    return float(plan.get("clock_shift", 0.0))


def kept_of(request: MergeRequest) -> dict[str, Any]:
    """Return what the plan of a candidate holds beside its steps: what it was asked for with. No query."""
    return {key: value for key, value in request.candidate_plan.items() if key in ("rebuild", "clock_shift")}


def _move(request_id: int, now: datetime) -> bool:
    """Do one thing; say whether there may be more to do."""
    request = MergeRequest.objects.select_related("source", "target", "candidate__parent").get(pk=request_id)
    if request.candidate_state != "building" or "steps" not in request.candidate_plan:
        return False
    plan = CandidatePlan.from_dict(request.candidate_plan)
    number = plan.next_step()
    if number is None:
        return _settle(request, True, _green(plan), now)
    step = plan.steps[number]
    if step.state == "red":
        return _settle(request, False, step.note, now)
    if step.state == "running":
        return _look(request, plan, number, now)
    try:
        placed = prepare(request, step, now)
    except HubError as fault:
        note = f"{step.recipe} {step.variation} could not be run. {fault}"
        return _store(request, plan.with_step(number, state="red", note=note))
    return _place(request, plan, number, placed, now)


def _place(request: MergeRequest, plan: CandidatePlan, number: int, placed: Placed, now: datetime) -> bool:
    """Store the run of a step together with the plan that names it; False where others were faster."""
    with transaction.atomic():
        if not _hold(request, plan):
            return True
        run = place(request, placed, now, clock_shift_of(request.candidate_plan))
        facts = {"nodes": placed.nodes, "run": run.pk if run else None, "note": placed.note}
        moved = plan.with_step(number, state="running" if run else "green", **facts)
        _write(request, moved)
    return run is None


def _look(request: MergeRequest, plan: CandidatePlan, number: int, now: datetime) -> bool:
    step = plan.steps[number]
    run = OrderRun.objects.filter(pk=step.run).defer("plan").first()
    if run is None:
        return _store(request, plan.with_step(number, state="waiting", run=None))
    if run.status == Status.SUCCEEDED:
        return _store(request, plan.with_step(number, state="green"))
    if run.status in RED or run.status == Status.CANCELLED:
        return _store(request, plan.with_step(number, state="red", note=_why(run)))
    return False


def _store(request: MergeRequest, moved: CandidatePlan) -> bool:
    with transaction.atomic():
        if _hold(request, CandidatePlan.from_dict(request.candidate_plan)):
            _write(request, moved)
    return True


def _hold(request: MergeRequest, seen: CandidatePlan) -> bool:
    """Hold the request; say whether its candidate is still the one, in the state, that was looked at."""
    rows = MergeRequest.objects.select_for_update().filter(pk=request.pk, candidate_state="building")
    held = rows.values_list("candidate_id", "candidate_plan").first()
    if held is None or held[0] != request.candidate_id:
        return False
    return CandidatePlan.from_dict(held[1]) == seen


def _write(request: MergeRequest, moved: CandidatePlan) -> None:
    MergeRequest.objects.filter(pk=request.pk).update(candidate_plan=moved.as_dict() | kept_of(request))


def _settle(request: MergeRequest, green: bool, note: str, now: datetime) -> bool:
    """Tell the merge actions how it ended; they write it down, once."""
    from kitchens.actions import merges

    merges.candidate_settled(request.pk, green=green, note=note, now=now, candidate_id=request.candidate_id)
    return False


def _green(plan: CandidatePlan) -> str:
    counts = plan.counts()
    ways = (
        ("runs", "ran"),
        ("from_source", "came from the kitchen"),
        ("reused", "did not have to run"),
        ("kept", "kept old rows"),
        ("left_out", "never runs here" if counts["left_out"] == 1 else "never run here"),
    )
    said = [f"{counts[does]} {words}" for does, words in ways if counts[does]]
    return (
        f"Of its nodes {', '.join(said)}; all tests are green."
        if said
        else "No recipe is changed: nothing had to run."
    )


def _why(run: OrderRun) -> str:
    """Return the sentence of a red step: recipe, domain, run, and the test that failed or the reason."""
    red = TestResult.objects.filter(
        run=run, severity="stop", verdict__in=["fail", "error", "not_evaluated"]
    ).first()
    what = f"the test {red.test!r}: {red.sentence}" if red else run.reason
    return f"{run.domain}/{run.recipe} of the domain {run.domain} is red in run {run.pk}: {what.rstrip('.')}."
