"""Write down what came of an attempt, all in one transaction, and claim the next node in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from kitchens.core.crash import crash_point
from recipes.actions.runs import facts
from recipes.actions.runs.advance import Held, Wave, advance, hold, skip_after
from recipes.actions.runs.claim import Claim, claim_node
from recipes.actions.runs.jobs import Prepared
from recipes.actions.runs.statements import execute, fetch
from recipes.actions.runs.steps import go_on
from recipes.core.clock import fact_time
from recipes.core.moves import Move, after_try
from recipes.core.nodes.base import Outcome
from recipes.core.status import Status
from recipes.core.stopping import stop_asked


@dataclass(frozen=True)
class Row:
    """What the finisher needs of the node run it still owns."""

    status: str
    failures: int
    losses: int
    children: list[int]


class RefusedError(Exception):
    """The claim is no longer this worker's: its lease ran out and someone else has the node. Nothing is written."""


def finish(prepared: Prepared, outcome: Outcome, now: datetime, dice: float) -> Claim | None:
    """Record an outcome and claim the next node; a late finisher writes nothing and gets None.

    Outcome, attempt, test results, snapshots, accesses, children and the next claim are one transaction: all of
    it happens or nothing.
    """
    claim = prepared.claim
    try:
        with transaction.atomic():
            run = _hold_own(claim)
            row = _own_row(claim)
            move = _move(prepared, outcome, row, dice)
            _write(prepared, outcome, run, row, move, now)
            crash_point("finishing")
            following = _claim_next(claim, now)
    except RefusedError:
        return None
    crash_point("finished")
    return following


def _claim_next(claim: Claim, now: datetime) -> Claim | None:
    """Claim the worker's next node, unless it is to stop or runs wait to be admitted first."""
    if stop_asked() or fetch("SELECT 1 FROM recipes_orderrun WHERE status = 'queued' LIMIT 1"):
        return None
    return claim_node(claim.owner, now, claim.run)


def _hold_own(claim: Claim) -> Held:
    run = hold(claim.run)
    if run is None:
        raise RefusedError
    return run


def _own_row(claim: Claim) -> Row:
    rows = fetch(
        "SELECT n.status, n.failures, n.losses, n.children FROM recipes_noderun n"
        " WHERE n.id = %s AND n.attempt = %s AND n.owner = %s AND n.status IN ('running', 'cancelling') [lock n]",
        claim.node_run,
        claim.attempt,
        claim.owner,
    )
    if not rows:
        raise RefusedError
    status, failures, losses, children = rows[0]
    return Row(status, failures, losses, json.loads(children))


def _move(prepared: Prepared, outcome: Outcome, row: Row, dice: float) -> Move:
    if row.status == Status.CANCELLING:
        done = (
            "It had just finished; its result is not published." if outcome.ok else "Cancelled while it ran."
        )
        return Move(Status.CANCELLED, done)
    return after_try(outcome, prepared.node, row.failures, dice, row.losses)


def _write(prepared: Prepared, outcome: Outcome, run: Held, row: Row, move: Move, now: datetime) -> None:
    """Write the facts, then move the run on."""
    at = fact_time(now, run.shift)
    settled = move.retry_in is None
    kept = facts.keep(prepared, outcome, run, at, counts=settled)
    _write_node(prepared, move, row, kept, now, at)
    _write_attempt(prepared.claim, move, outcome, at)
    if not settled:
        return
    wave, skipped = Wave(), 0
    if move.status is Status.SUCCEEDED:
        wave = advance(run, row.children, prepared.claim.owner, now)
    else:
        skipped = skip_after(run, prepared.node.name, move.status, row.children, now)
    go_on(run, wave, now, others=1 + skipped)


def _write_node(
    prepared: Prepared, move: Move, row: Row, kept: dict[str, Any], now: datetime, at: datetime
) -> None:
    ended = move.attempt or move.status
    lost, failed = ended is Status.LOST, ended in (Status.FAILED, Status.TIMED_OUT)
    execute(
        "UPDATE recipes_noderun SET status = %s, reason = %s, failures = %s, losses = %s, ready_at = %s, lease_until = NULL,"
        " ended_at = %s, rebase = %s, fingerprint = %s, outcome = %s WHERE id = %s AND attempt = %s AND owner = %s",
        str(move.status),
        move.reason,
        row.failures + failed,
        row.losses + lost,
        facts.later(now, move.retry_in),
        at,
        prepared.claim.rebase and move.retry_in is not None,
        prepared.fingerprint,
        json.dumps(kept),
        prepared.claim.node_run,
        prepared.claim.attempt,
        prepared.claim.owner,
    )


def _write_attempt(claim: Claim, move: Move, outcome: Outcome, at: datetime) -> None:
    execute(
        "UPDATE recipes_attempt SET status = %s, reason = %s, ended_at = %s, exit_code = %s, cpu_seconds = %s,"
        " peak_memory = %s WHERE node_run_id = %s AND number = %s",
        str(move.attempt or move.status),
        outcome.reason or move.reason,
        at,
        outcome.exit_code,
        outcome.cpu_seconds,
        outcome.peak_memory,
        claim.node_run,
        claim.attempt,
    )
