"""Admit the next run: pin the newest revision, take its turn to write, make its first nodes ready."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from recipes.actions import workers
from recipes.actions.runs.advance import Held
from recipes.actions.runs.end import settle_run
from recipes.actions.runs.statements import execute, fetch, lock_kitchen
from recipes.core.clock import fact_time
from recipes.core.crash import crash_point
from recipes.core.status import Status


class PlanOutdatedError(Exception):
    """The kitchen has moved on since the run was planned, in a way that changes its plan; it is planned anew first."""

    def __init__(self, run_id: int) -> None:
        super().__init__(run_id)
        self.run_id = run_id


@dataclass(frozen=True)
class _Candidate:
    id: int
    kitchen_id: int
    shift: float
    pinned: int | None
    timeout: float
    kitchen_state: str
    newest: int
    writes: str  # as JSON text
    changed: bool  # commit or overrides are no longer those it was planned with


def admit_next(now: datetime) -> Held | None:
    """Admit the first run in the line; None where none waits or the first one has to wait longer.

    The caller holds the transaction. A run that has to wait for another to write first is put aside (pending)
    and comes back when it is first in line.
    """
    while candidate := _candidate():
        if candidate.kitchen_state != "ready":
            _refuse(candidate, "The kitchen has been retired.", now)
        elif blocker := _blocker(candidate):
            _put_aside(candidate, *blocker)
        elif candidate.changed and candidate.pinned is None:
            raise PlanOutdatedError(candidate.id)
        elif held := _admit(candidate, now):
            return held
    return None


def _candidate() -> _Candidate | None:
    """Return the first queued run, held together with its kitchen until the end of the transaction."""
    first = fetch(
        "SELECT id, kitchen_id, writes FROM recipes_orderrun WHERE status = 'queued'"
        " ORDER BY priority DESC, turn_at, id LIMIT 1"
    )
    if not first:
        return None
    run_id, kitchen_id, writes = first[0]
    if writes != "[]":
        lock_kitchen(kitchen_id)
    rows = fetch(
        "SELECT n.id, n.kitchen_id, n.clock_shift, n.revision_id, n.timeout, k.state, newest.id, n.writes,"
        ' newest."commit" <> n."commit" OR newest.overrides <> planned.overrides'
        " FROM recipes_orderrun n JOIN kitchens_kitchen k ON k.id = n.kitchen_id"
        " JOIN kitchens_revision newest ON newest.kitchen_id = k.id AND newest.number = k.head"
        " JOIN kitchens_revision planned ON planned.kitchen_id = k.id AND planned.number = n.planned_at"
        " WHERE n.id = %s AND n.status = 'queued' [lock n]",
        run_id,
    )
    return _Candidate(*rows[0]) if rows else _candidate()


def _blocker(run: _Candidate) -> tuple[int, str] | None:
    """Return the run, and the dataset, for which this one has to wait: who holds a line it needs, or stands before it."""
    rows = fetch(
        "SELECT other.run_id, other.dataset FROM recipes_runlock mine JOIN recipes_runlock other"
        " ON other.kitchen_id = mine.kitchen_id AND other.dataset = mine.dataset AND other.run_id <> mine.run_id"
        " WHERE mine.run_id = %s AND (other.held OR other.turn_at < mine.turn_at"
        " OR (other.turn_at = mine.turn_at AND other.run_id < mine.run_id))"
        " ORDER BY other.held, other.turn_at DESC, other.run_id DESC LIMIT 1",
        run.id,
    )
    return rows[0] if rows else None


def _put_aside(run: _Candidate, blocker: int, dataset: str) -> None:
    execute(
        "UPDATE recipes_orderrun SET status = 'pending', reason = %s WHERE id = %s AND status = 'queued'",
        f"Waits for run {blocker}, which writes {dataset} too.",
        run.id,
    )


def _admit(run: _Candidate, now: datetime) -> Held | None:
    """Move the run to running; None where someone else was faster."""
    try:
        with transaction.atomic():
            execute("UPDATE recipes_runlock SET held = %s WHERE run_id = %s", True, run.id)
    except IntegrityError:  # on PostgreSQL: another run took the same line in this moment
        return None
    moved = execute(
        "UPDATE recipes_orderrun SET status = 'running', reason = '', revision_id = %s, started_at = %s,"
        " timeout_at = %s WHERE id = %s AND status = 'queued'",
        run.pinned or run.newest,
        fact_time(now, run.shift),
        now + timedelta(seconds=run.timeout) if run.timeout else None,
        run.id,
    )
    if not moved:
        return None
    ready = execute(
        "UPDATE recipes_noderun SET status = 'queued', reason = '', ready_at = %s"
        " WHERE run_id = %s AND status = 'pending' AND unmet = 0",
        now,
        run.id,
    )
    if ready > 1:
        workers.ring_idle(ready - 1, now)
    crash_point("admitted")
    return Held(run.id, run.kitchen_id, Status.RUNNING, run.shift, run.writes != "[]")


def _refuse(run: _Candidate, reason: str, now: datetime) -> None:
    held = Held(run.id, run.kitchen_id, Status.QUEUED, run.shift, run.writes != "[]")
    execute(
        "UPDATE recipes_noderun SET status = 'skipped', reason = %s WHERE run_id = %s AND status = 'pending'",
        reason,
        run.id,
    )
    settle_run(held, Status.FAILED, reason, now)
