"""Begin a candidate, and stop one."""

from __future__ import annotations

from datetime import datetime

from kitchens.core.roles import THE_HUB
from kitchens.models import MergeRequest
from recipes.actions import canaries
from recipes.actions.candidates.advance import advance, kept_of
from recipes.actions.candidates.planning import plan_candidate
from recipes.actions.retired import stop_runs


def build(request_id: int, *, now: datetime) -> None:
    """Plan the candidate of a request, whose hidden kitchen is there, and place what comes first.

    Where nothing has to run it is green at once. Called twice, or again after a crash, it plans once more only if no
    plan was stored. Does nothing for a request whose candidate is not being built.
    """
    request = MergeRequest.objects.select_related("source", "target", "candidate__parent").get(pk=request_id)
    if request.candidate_state != "building" or request.candidate is None:
        return
    if "steps" not in request.candidate_plan:
        plan = plan_candidate(request, now).as_dict()
        same = MergeRequest.objects.filter(
            pk=request_id, candidate_id=request.candidate_id, candidate_state="building"
        )
        # Somebody else may have planned it meanwhile, and have placed runs: that plan stays.
        same.exclude(candidate_plan__has_key="steps").update(candidate_plan=plan | kept_of(request))
    advance(request_id, now=now)


def cancel(request_id: int, *, now: datetime) -> None:
    """Stop all that runs in the candidate of a request, and its canary where that runs something else than would be merged.

    Nothing to do where nothing runs.
    """
    rows = MergeRequest.objects.select_related(
        "source", "target", "canary", "candidate_source", "candidate_target"
    )
    request = rows.filter(pk=request_id).first()
    if request is None:
        return
    if request.candidate_id is not None:
        stop_runs(request.candidate_id, by=THE_HUB, now=now)
    canaries.stop(request, now=now)
