"""Admit the next run: pin the newest revision, take its turn to write, make its first nodes ready."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from kitchens.actions.revisions import pin
from kitchens.core.crash import crash_point
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from recipes.actions import workers
from recipes.actions.runs.advance import Held
from recipes.actions.runs.end import settle_run
from recipes.actions.runs.statements import execute, fetch, lock_kitchen
from recipes.core.clock import fact_time
from recipes.core.status import Status


@dataclass(frozen=True)
class Admission:
    """What became of the first run in the line: it was admitted, or (`run` is None) it no longer stands there.

    `outdated` is its id where the kitchen has moved on in a way that may change its plan: it is planned anew first.
    """

    run: Held | None = None
    outdated: int = 0


@dataclass(frozen=True)
class _Candidate:
    id: int
    kitchen_id: int
    shift: float
    pinned: int | None
    timeout: float
    kitchen_state: str
    kitchen_tier: str
    newest: int
    writes: str  # as JSON text
    came_by: str
    longest: int  # seconds that any run of the kitchen may take; 0: no limit
    changed: bool  # commit, overrides or pin are no longer those it was planned with


_CANDIDATE = (
    "SELECT n.id, n.kitchen_id, n.clock_shift, n.revision_id, n.timeout, k.state, k.tier, newest.id, n.writes, n.came_by,"
    " COALESCE(k.max_run_seconds, 0),"
    ' newest."commit" <> n."commit" OR newest.overrides <> planned.overrides'
    " OR COALESCE(newest.parent_revision_id, 0) <> COALESCE(planned.parent_revision_id, 0)"
    " FROM recipes_orderrun n JOIN kitchens_kitchen k ON k.id = n.kitchen_id"
    " JOIN kitchens_revision newest ON newest.kitchen_id = k.id AND newest.number = k.head"
    " JOIN kitchens_revision planned ON planned.kitchen_id = k.id AND planned.number = n.planned_at"
    " WHERE n.status = 'queued'"
)


def admit_next(now: datetime) -> Admission | None:
    """Admit the first run in the line; None where the line is empty.

    The caller holds the transaction, and ends it after a run that writes: locks of several kitchens are never held
    together. A run that has to wait for another to write first is put aside (pending) and comes back when it is first.
    """
    rows = fetch(f"{_CANDIDATE} ORDER BY n.priority DESC, n.turn_at, n.id LIMIT 1")
    if not rows:
        return None
    candidate = _held(_Candidate(*rows[0]))
    if candidate is None:
        return Admission()
    if candidate.kitchen_state != "ready" and candidate.came_by != "provision":
        _refuse(candidate, "The kitchen has been retired.", now)
    elif candidate.writes != "[]" and (blocker := _blocker(candidate)):
        _put_aside(candidate, *blocker)
    elif candidate.changed and candidate.pinned is None:
        return Admission(outdated=candidate.id)
    else:
        return Admission(_admit(candidate, now))
    return Admission()


def _held(run: _Candidate) -> _Candidate | None:
    """Return a run that writes as it is once its kitchen is held; None where others were faster.

    A run that writes nothing needs no hold: the statement that admits it decides.
    """
    if run.writes == "[]" or connection.vendor == "sqlite":
        return run
    lock_kitchen(run.kitchen_id)
    rows = fetch(f"{_CANDIDATE} AND n.id = %s [lock n]", run.id)
    return _Candidate(*rows[0]) if rows else None


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
    writes = run.writes != "[]"
    limit = min(filter(None, (run.timeout, run.longest)), default=0)  # its own, or the kitchen's
    if writes and not _take_lines(run.id):
        return None
    moved = execute(
        "UPDATE recipes_orderrun SET status = 'running', reason = '', revision_id = %s, started_at = %s,"
        " timeout = %s, timeout_at = %s, chain = COALESCE(chain, id) WHERE id = %s AND status = 'queued'",
        run.pinned or _pinned(run, now),
        fact_time(now, run.shift),
        limit,
        now + timedelta(seconds=limit) if limit else None,
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
    return Held(run.id, run.kitchen_id, Status.RUNNING, run.shift, writes)


def _take_lines(run_id: int) -> bool:
    """Hold every line the run stands in; False where, on PostgreSQL, another took one in this moment."""
    try:
        with transaction.atomic():
            execute("UPDATE recipes_runlock SET held = %s WHERE run_id = %s", True, run_id)
    except IntegrityError:
        return False
    return True


def _pinned(run: _Candidate, now: datetime) -> int:
    """Return the revision the run pins; a kitchen that follows its parent may get a new one for it."""
    if run.kitchen_tier != "canary":
        return run.newest
    kitchen = Kitchen.objects.select_related("parent").get(pk=run.kitchen_id)
    return int(pin(kitchen, by=THE_HUB, at=fact_time(now, run.shift)).pk)


def _refuse(run: _Candidate, reason: str, now: datetime) -> None:
    held = Held(run.id, run.kitchen_id, Status.QUEUED, run.shift, run.writes != "[]")
    execute(
        "UPDATE recipes_noderun SET status = 'skipped', reason = %s WHERE run_id = %s AND status = 'pending'",
        reason,
        run.id,
    )
    settle_run(held, Status.FAILED, reason, now)
