"""Take one ready node for a worker: pick, compare and swap, under the limits of kitchens and connections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from hub.common.queue import ring
from recipes.actions.runs.statements import execute, fetch
from recipes.core.clock import fact_time

_LIMITS_LOCK = 7_301_151_206  # any fixed number: the name of the advisory lock on PostgreSQL


@dataclass(frozen=True)
class Claim:
    """A node that this worker, and no other, is executing: every write about it names attempt and owner."""

    node_run: int
    run: int
    node: str
    attempt: int
    owner: str
    shift: float
    rebase: bool = False  # only put what is staged on the newest head, and judge it
    face: tuple[str, ...] = ()  # of its run as it is now; see run_context

    @property
    def name(self) -> str:
        """Return the attempt's name, part of the name of everything it stages."""
        return f"{self.run}-{self.node_run}-{self.attempt}"


@dataclass(frozen=True)
class Full:
    """The kitchens and connections that run as many nodes as they may."""

    kitchens: list[int]
    connections: list[str]


def claim_node(owner: str, now: datetime, last_run: int = 0) -> Claim | None:
    """Claim the best ready node: highest priority, then the run this worker was at, then the longest ready.

    The caller holds the transaction. Costs four statements, and three more where limits are set.
    """
    full = full_limits()
    row = _pick_same_run(last_run, full) if last_run else None
    row = row or _pick_any(full)
    if row is None:
        return None
    claim = Claim(row[0], row[1], row[2], row[3] + 1, owner, row[4], bool(row[5]), tuple(map(str, row[6:])))
    at = fact_time(now, claim.shift)
    execute(
        "UPDATE recipes_noderun SET status = 'running', reason = '', attempt = %s, owner = %s, lease_until = %s,"
        " started_at = %s, ended_at = NULL WHERE id = %s AND status = 'queued'",
        claim.attempt, owner, lease_end(now), at, claim.node_run,
    )  # fmt: skip
    execute(
        "INSERT INTO recipes_attempt (node_run_id, number, owner, status, reason, started_at, log)"
        " VALUES (%s, %s, %s, 'running', '', %s, %s)",
        claim.node_run, claim.attempt, owner, at, log_path(claim),
    )  # fmt: skip
    return claim


def hand_back(claim: Claim, now: datetime) -> bool:
    """Give a claimed node back, because its worker stops: it is queued again, and the try does not count."""
    with transaction.atomic():
        mine = execute(
            "UPDATE recipes_noderun SET status = 'queued', reason = 'Given back by a worker that stopped.',"
            " owner = '', lease_until = NULL, ready_at = %s, started_at = NULL"
            " WHERE id = %s AND attempt = %s AND owner = %s AND status = 'running'",
            now, claim.node_run, claim.attempt, claim.owner,
        )  # fmt: skip
        if not mine:
            return False
        execute(
            "UPDATE recipes_attempt SET status = 'cancelled', reason = 'Given back by a worker that stopped.',"
            " ended_at = %s WHERE node_run_id = %s AND number = %s",
            fact_time(now, claim.shift), claim.node_run, claim.attempt,
        )  # fmt: skip
        ring()
    return True


def lease_end(now: datetime) -> datetime:
    """Return until when a claim or a renewal made now is good."""
    return now + timedelta(seconds=settings.LEASE_SECONDS)


def log_path(claim: Claim) -> str:
    """Return the path of an attempt's log below LOG_ROOT."""
    return f"{claim.run // 1000}/{claim.run}/{claim.node_run}-{claim.attempt}.log"


def full_limits() -> Full:
    """Return what may take no further node now. Where limits are set, claims go one at a time from here on."""
    kitchens = dict(
        fetch("SELECT id, max_parallel_nodes FROM kitchens_kitchen WHERE max_parallel_nodes IS NOT NULL")
    )
    connections = {
        str(key): most
        for key, most in fetch(
            "SELECT id, max_parallel FROM kitchens_connection WHERE max_parallel IS NOT NULL"
        )
    }
    if not kitchens and not connections:
        return Full([], [])
    if connection.vendor == "postgresql":
        fetch("SELECT pg_advisory_xact_lock(%s)", _LIMITS_LOCK)
    busy = fetch(
        "SELECT kitchen_id, limit_key, COUNT(*) FROM recipes_noderun"
        " WHERE status IN ('running', 'cancelling') GROUP BY kitchen_id, limit_key"
    )
    return Full(
        [key for key, most in kitchens.items() if sum(n for k, _, n in busy if k == key) >= most],
        [key for key, most in connections.items() if sum(n for _, k, n in busy if k == key) >= most],
    )


_COLUMNS = (
    "SELECT n.id, n.run_id, n.node, n.attempt, r.clock_shift, n.rebase, r.rebases, r.tree, r.started_at"
    " FROM recipes_noderun n"
)
_Row = tuple[Any, ...]
_OPEN = (
    " JOIN recipes_orderrun r ON r.id = n.run_id WHERE n.status = 'queued' AND NOT n.in_hub"
    " AND NOT n.kitchen_id [any] AND NOT n.limit_key [any]"
)
_PICK_ANY = _COLUMNS + _OPEN + " ORDER BY n.priority DESC, n.ready_at, n.id LIMIT 1 [skip locked]"
_PICK_SAME_RUN = (
    _COLUMNS + _OPEN + " AND n.run_id = %s AND n.priority >= %s ORDER BY n.place LIMIT 1 [skip locked]"
)


def _pick_any(full: Full) -> _Row | None:
    rows = fetch(_PICK_ANY, full.kitchens, full.connections)
    return rows[0] if rows else None


def _pick_same_run(run: int, full: Full) -> _Row | None:
    best = fetch(
        "SELECT priority FROM recipes_noderun WHERE status = 'queued' AND NOT in_hub"
        " AND NOT kitchen_id [any] AND NOT limit_key [any] ORDER BY priority DESC LIMIT 1",
        full.kitchens,
        full.connections,
    )
    if not best:
        return None
    rows = fetch(_PICK_SAME_RUN, full.kitchens, full.connections, run, best[0][0])
    return rows[0] if rows else None
