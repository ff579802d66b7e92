"""End a run whose nodes have all settled: publish what it made, or say why not, and let the next one go."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import transaction

from hub.common.queue import ring
from kitchens.core.crash import crash_point
from kitchens.models import Revision
from recipes.actions.runs.advance import Held
from recipes.actions.runs.moved import can_rebase, rebase, supersede
from recipes.actions.runs.publish import publish_run
from recipes.actions.runs.statements import execute, fetch, lock_kitchen
from recipes.core.clock import fact_time
from recipes.core.moves import run_end
from recipes.core.plan import Plan
from recipes.core.status import MAY_FOLLOW, RED, Status
from recipes.models import OrderRun, RunLock
from recipes.signals import order_run_ended


def end_run(run: Held, now: datetime) -> None:
    """Settle a run by what became of its nodes; the caller holds the run and has counted all of them done.

    A green run publishes first. If its datasets moved on meanwhile, it may go on instead of ending.
    """
    rows = fetch("SELECT status, COUNT(*) FROM recipes_noderun WHERE run_id = %s GROUP BY status", run.id)
    status = run_end({Status(name): count for name, count in rows})
    if run.status == Status.CANCELLING:
        status, reason = _cut_short(run, now)
        settle_run(run, status, reason, now)
    elif status is not Status.SUCCEEDED:
        settle_run(run, status, _why(run, status), now)
    elif not run.writes:
        settle_run(run, status, "", now)
    else:
        _publish(run, now)


def _publish(held: Held, now: datetime) -> None:
    """Publish and end the run; put it on newer heads, or let another run take its stead, where others were faster."""
    run = OrderRun.objects.select_related("order", "kitchen__parent", "revision").get(pk=held.id)
    result = publish_run(run, fact_time(now, held.shift))
    if result.moved:
        plan = Plan.model_validate(run.plan)
        if can_rebase(run, plan, result.moved):
            rebase(run, plan, result.moved, now)
            return
        settle_run(held, Status.FAILED, supersede(run, plan, result.moved, now), now)
    elif result.fault:
        settle_run(held, Status.FAILED, f"Nothing was published. {result.fault}", now)
    else:
        crash_point("publishing")
        settle_run(held, Status.SUCCEEDED, "", now, published=result.revision)


def _cut_short(run: Held, now: datetime) -> tuple[Status, str]:
    """Return how a run ends that was told to stop, and why."""
    seen = OrderRun.objects.filter(pk=run.id).values_list("timeout_at", "timeout", "reason").get()
    timeout_at, timeout, reason = seen
    if timeout_at and timeout_at <= now:
        return Status.TIMED_OUT, f"The run took longer than its limit of {timeout:g} seconds."
    return Status.CANCELLED, reason or "Cancelled."


def settle_run(
    run: Held, status: Status, reason: str, now: datetime, published: Revision | None = None
) -> bool:
    """Put a run in its last status and release its tickets; False where someone else has ended it."""
    moved = execute(
        "UPDATE recipes_orderrun SET status = %s, reason = %s, ended_at = %s, timeout_at = NULL, published_id = %s"
        " WHERE id = %s AND status [any]",
        str(status), reason, fact_time(now, run.shift), published.pk if published else None,
        run.id, [str(before) for before in MAY_FOLLOW[status]],
    )  # fmt: skip
    if not moved:
        return False
    if run.writes:
        release_tickets(run.id, run.kitchen_id)
    transaction.on_commit(partial(_tell, run.id, status))
    return True


def _tell(run_id: int, status: Status) -> None:
    order_run_ended.send_robust(sender=OrderRun, run_id=run_id, status=str(status))


def release_tickets(run_id: int, kitchen_id: int) -> None:
    """Give back a run's tickets and wake the runs that are first in those lines now."""
    datasets = [name for (name,) in fetch("SELECT dataset FROM recipes_runlock WHERE run_id = %s", run_id)]
    if not datasets:
        return
    lock_kitchen(kitchen_id)
    execute("DELETE FROM recipes_runlock WHERE run_id = %s", run_id)
    next_in_line = {first_in_line(kitchen_id, dataset) for dataset in datasets} - {None}
    woken = OrderRun.objects.filter(pk__in=next_in_line, status=Status.PENDING).move(
        Status.QUEUED, reason="Waits for a worker."
    )
    if woken:
        ring(woken)


def first_in_line(kitchen_id: int, dataset: str) -> int | None:
    """Return the run whose turn it is to write the dataset, if any waits."""
    line = RunLock.objects.filter(kitchen_id=kitchen_id, dataset=dataset).order_by("turn_at", "run_id")
    return line.values_list("run_id", flat=True).first()


def _why(run: Held, status: Status) -> str:
    """Return the sentence for a run that did not succeed: the first red node, and how many there are."""
    names = [str(red) for red in RED]
    rows = fetch(
        "SELECT node, status, reason FROM recipes_noderun WHERE run_id = %s AND status [any] ORDER BY place",
        run.id,
        names,
    )
    if not rows:
        return "One of its nodes was cancelled."
    node, _, reason = rows[0]
    more = f" {len(rows) - 1} more nodes did not succeed either." if len(rows) > 1 else ""
    return f"{node}: {reason}{more}"
