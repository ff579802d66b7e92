"""Put right what a crash, a lost message or a silent worker has left behind. Idempotent: two sweepers are harmless."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from recipes.actions import workers
from recipes.actions.runs.advance import Held, count_done, hold, skip_after
from recipes.actions.runs.end import end_run, release_tickets
from recipes.actions.runs.statements import execute, fetch
from recipes.actions.runs.stop import cut_short
from recipes.core.clock import fact_time
from recipes.core.moves import losses_allowed
from recipes.core.status import OPEN, SETTLED, Status
from recipes.models import Attempt, NodeRun, OrderRun, RunLock

UNHEARD = timedelta(seconds=2)  # what has been ready for longer has missed its doorbell
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Swept:
    """How much of each kind was put right."""

    leases: int = 0
    timeouts: int = 0
    stuck: int = 0
    retries: int = 0
    bells: int = 0
    workers: int = 0


def sweep(now: datetime) -> Swept:
    """Do all that is due now, and return what was done. About ten queries where nothing is."""
    return Swept(
        leases=_expired_leases(now),
        timeouts=_timeouts(now),
        stuck=_stuck_runs(now) + _stuck_lines(),
        retries=_due_retries(now),
        bells=_missing_bells(now),
        workers=workers.forget_silent(now),
    )


def _expired_leases(now: datetime) -> int:
    """Take back the nodes whose worker has gone silent."""
    rows = fetch(
        "SELECT id, run_id, attempt FROM recipes_noderun WHERE status IN ('running', 'cancelling')"
        " AND lease_until < %s ORDER BY lease_until LIMIT %s",
        now,
        MOST_AT_ONCE,
    )
    return sum(_take_back(*row, now) for row in rows)


@transaction.atomic
def _take_back(node_run: int, run_id: int, attempt: int, now: datetime) -> int:
    """Queue one lost node again, or settle it where too many workers were lost over it; 0 where others were faster."""
    run = hold(run_id)
    mine = NodeRun.objects.filter(pk=node_run, attempt=attempt, lease_until__lt=now)
    row = mine.filter(status__in=[Status.RUNNING, Status.CANCELLING]).defer("outcome").first()
    if run is None or row is None:
        return 0
    at = fact_time(now, run.shift)
    Attempt.objects.filter(node_run=node_run, number=attempt, ended_at=None).update(
        status=Status.LOST, reason=f"Its worker {row.owner} went silent.", ended_at=at
    )
    if row.status == Status.CANCELLING:
        _settle(run, row, Status.CANCELLED, "Cancelled; its worker was gone.", now)
    elif row.losses >= _losses_allowed(row):
        reason = f"Its worker went silent {row.losses + 1} times. The node may be what kills them."
        _settle(run, row, Status.LOST, reason, now)
    else:
        mine.move(
            Status.QUEUED,
            reason="Its worker went silent; it waits for another one.",
            losses=row.losses + 1,
            ready_at=now,
            lease_until=None,
        )
        workers.ring_idle(1, now)
    return 1


def _losses_allowed(row: NodeRun) -> int:
    plan = OrderRun.objects.values_list("plan", flat=True).get(pk=row.run_id)
    retries = next((node.get("retries", 0) for node in plan["nodes"] if node["name"] == row.node), 0)
    return losses_allowed(int(retries))


def _settle(run: Held, row: NodeRun, status: Status, reason: str, now: datetime) -> None:
    NodeRun.objects.filter(pk=row.pk).move(
        status, reason=reason, losses=F("losses") + 1, ended_at=fact_time(now, run.shift), lease_until=None
    )
    skipped = skip_after(run, row.node, status, row.children, now)
    if count_done(run, 1 + skipped):
        end_run(run, now)


def _timeouts(now: datetime) -> int:
    late = OrderRun.objects.filter(status=Status.RUNNING, timeout_at__lte=now)
    return sum(_time_out(pk, now) for pk in late.values_list("pk", flat=True)[:MOST_AT_ONCE])


@transaction.atomic
def _time_out(run_id: int, now: datetime) -> int:
    run = hold(run_id)
    if run is None or run.status != Status.RUNNING:
        return 0
    timeout = OrderRun.objects.values_list("timeout", flat=True).get(pk=run_id)
    cut_short(run, f"The run took longer than its limit of {timeout:g} seconds.", now, by_timeout=True)
    return 1


def _stuck_runs(now: datetime) -> int:
    """End runs all of whose nodes have settled without anyone noticing. None should ever be found."""
    rows = fetch(
        "SELECT r.id FROM recipes_orderrun r WHERE r.status IN ('running', 'cancelling') AND NOT EXISTS ("
        "SELECT 1 FROM recipes_noderun n WHERE n.run_id = r.id AND n.status [any]) LIMIT %s",
        [str(status) for status in OPEN],
        MOST_AT_ONCE,
    )
    return sum(_end_stuck(run_id, now) for (run_id,) in rows)


@transaction.atomic
def _end_stuck(run_id: int, now: datetime) -> int:
    run = hold(run_id)
    nodes = NodeRun.objects.filter(run_id=run_id)
    if run is None or run.status in SETTLED or nodes.filter(status__in=OPEN).exists():
        return 0
    OrderRun.objects.filter(pk=run_id).update(done=nodes.count())
    end_run(run, now)
    return 1


def _stuck_lines() -> int:
    """Give back tickets of runs that have ended, and wake runs that wait for nobody."""
    ended = RunLock.objects.filter(run__status__in=SETTLED).values_list("run_id", "kitchen_id").distinct()
    for run_id, kitchen_id in ended[:MOST_AT_ONCE]:
        with transaction.atomic():
            release_tickets(run_id, kitchen_id)
    return execute(
        "UPDATE recipes_orderrun SET status = 'queued', reason = 'Waits for a worker.' WHERE status = 'pending'"
        " AND NOT EXISTS (SELECT 1 FROM recipes_runlock mine JOIN recipes_runlock other"
        " ON other.kitchen_id = mine.kitchen_id AND other.dataset = mine.dataset AND other.run_id <> mine.run_id"
        " WHERE mine.run_id = recipes_orderrun.id AND (other.held OR other.turn_at < mine.turn_at"
        " OR (other.turn_at = mine.turn_at AND other.run_id < mine.run_id)))"
    )


def _due_retries(now: datetime) -> int:
    """Queue the nodes whose time to be tried again has come."""
    due = NodeRun.objects.filter(status=Status.WAITING, next_poll_at=None, ready_at__lte=now)
    count = due.move(Status.QUEUED, reason="")
    if count:
        workers.ring_idle(count, now)
    return count


def _missing_bells(now: datetime) -> int:
    """Ring where something has been ready for a while and idle workers have not taken it."""
    nodes = NodeRun.objects.filter(status=Status.QUEUED, ready_at__lt=now - UNHEARD)[:MOST_AT_ONCE].count()
    runs = OrderRun.objects.filter(status=Status.QUEUED, placed_at__lt=now - UNHEARD)[:MOST_AT_ONCE].count()
    if nodes + runs:
        workers.ring_idle(nodes + runs, now)
    return nodes + runs
