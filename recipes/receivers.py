"""What follows from the end of a run: a candidate or a canary goes on, and the facts of changes are noted.

Ordinary runs cost one query by keys; the rest is asked only where something waits for this very run.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kitchens.actions import changes
from kitchens.models import MergeRequest
from recipes.actions import canaries, candidates
from recipes.actions.runs.moved import SUPERSEDED
from recipes.actions.runs.statements import fetch
from recipes.core.status import RED, Status
from recipes.models import OrderRun

# A change that has begun and was not green yet; and changes merged into this kitchen that wait for a word of it.
_SEEN = (
    "SELECT r.kitchen_id, k.tier, EXISTS (SELECT 1 FROM kitchens_change c WHERE c.kitchen_id = r.kitchen_id"
    " AND c.state = 'open' AND c.first_commit_at IS NOT NULL AND c.first_green_run_at IS NULL),"
    " EXISTS (SELECT 1 FROM kitchens_change c WHERE c.target_id = r.kitchen_id AND c.state = 'merged'"
    " AND CAST(c.domains AS text) LIKE '%%\"' || r.domain || '\"%%'"
    " AND (c.first_green_target_run_at IS NULL OR (c.failed_at IS NOT NULL AND c.recovered_at IS NULL)))"
    " FROM recipes_orderrun r JOIN kitchens_kitchen k ON k.id = r.kitchen_id WHERE r.id = %s"
)


def run_ended(run_id: int, status: str) -> None:
    """Let whoever waits for this run go on. One query where nobody does."""
    rows = fetch(_SEEN, run_id)
    if not rows:
        return
    kitchen_id, tier, coding, merged = rows[0]
    if tier == "candidate":
        _candidate(kitchen_id, run_id)
    elif tier == "canary":
        canaries.run_ended(kitchen_id, run_id)
    if tier != "candidate" and (coding or merged):
        _facts(run_id, status)


def _candidate(kitchen_id: int, run_id: int) -> None:
    for pk in MergeRequest.objects.filter(candidate=kitchen_id).values_list("pk", flat=True):
        candidates.advance(pk, now=_moment(run_id))


def _facts(run_id: int, status: str) -> None:
    """Tell the facts of a whole run: one of a few nodes, a cancelled or a superseded one says nothing of a change."""
    if status != Status.SUCCEEDED and Status(status) not in RED:
        return
    run = OrderRun.objects.select_related("order").defer("plan").get(pk=run_id)
    if not run.order.nodes and run.ended_at is not None and not run.reason.startswith(SUPERSEDED):
        green = status == Status.SUCCEEDED
        changes.run_ended(run.kitchen_id, run.domain, green=green, at=run.ended_at, recipe=run.recipe)


def _moment(run_id: int) -> datetime:
    """Return when the run ended by its own clock: what follows from it is of the same time."""
    ended: Any = OrderRun.objects.filter(pk=run_id).values_list("ended_at", flat=True).first()
    return ended or datetime.now(UTC)
