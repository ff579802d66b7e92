"""Stop a run: what has not begun never begins, what is at work is told to stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from hub.common.errors import ConflictError
from kitchens.actions import audit
from kitchens.core.roles import Actor
from recipes.actions.runs.advance import Held, count_done, hold
from recipes.actions.runs.end import end_run, settle_run
from recipes.actions.runs.statements import lock_kitchen
from recipes.core.clock import fact_time
from recipes.core.status import LABELS, SETTLED, Status
from recipes.models import NodeRun, OrderRun

NOT_ADMITTED = frozenset({Status.QUEUED, Status.PENDING})
NOT_BEGUN = (Status.PENDING, Status.WAITING, Status.QUEUED)


def cancel(run: OrderRun, *, by: Actor, now: datetime) -> OrderRun:
    """Cancel a run; its running nodes are told at their next heartbeat (a second at most) and then killed.

    ConflictError where it has ended, or is being cancelled already.
    """
    by.require("run.cancel", run.kitchen.slug)
    while not _try(run, by, now):
        continue
    run.refresh_from_db(fields=["status", "reason", "ended_at", "done"])
    return run


def _try(run: OrderRun, by: Actor, now: datetime) -> bool:
    """Cancel the run in the status it was seen in; False where it moved on in between.

    Locks are taken in the engine's order: a run that is not admitted yet comes after its kitchen.
    """
    seen = OrderRun.objects.values_list("status", flat=True).get(pk=run.pk)
    if seen in SETTLED:
        raise ConflictError(f"Run {run.pk} has already ended: {LABELS[Status(seen)]}.")
    if seen == Status.CANCELLING:
        raise ConflictError(f"Run {run.pk} is being cancelled already.")
    with transaction.atomic():
        if seen in NOT_ADMITTED:
            lock_kitchen(run.kitchen_id)
        held = hold(run.pk)
        if held is None or held.status != seen:
            return False
        audit.record(by, "run.cancelled", f"run {run.pk}", now)
        cut_short(held, f"Cancelled by {by.name}.", now, by_timeout=False)
    return True


def cut_short(run: Held, reason: str, now: datetime, *, by_timeout: bool) -> None:
    """Stop a held run: nodes that have not begun are cancelled, those at work are told, and the run ends with the last."""
    nodes = NodeRun.objects.filter(run_id=run.id)
    never = nodes.filter(status__in=NOT_BEGUN).move(
        Status.CANCELLED, reason=f"Never begun. {reason}", ended_at=fact_time(now, run.shift)
    )
    if run.status in NOT_ADMITTED:
        count_done(run, never)
        settle_run(run, Status.CANCELLED, reason, now)
        return
    nodes.filter(status=Status.RUNNING).move(Status.CANCELLING, reason=f"Is being stopped. {reason}")
    keep = {} if by_timeout else {"timeout_at": None}
    OrderRun.objects.filter(pk=run.id).move(Status.CANCELLING, reason=reason, **keep)
    if count_done(run, never):
        end_run(replace(run, status=Status.CANCELLING), now)
