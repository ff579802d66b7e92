"""The statuses of runs and node runs, and which may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """Where an order run, a node run or an attempt stands; `reason` beside it says why, in one sentence."""

    PENDING = "pending"  # waits for other nodes (a run: for its turn)
    WAITING = "waiting"  # waits for something outside: a time, a limit, an external job
    QUEUED = "queued"  # ready; waits for a worker
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown_outcome"
    LOST = "lost"


S = Status
SETTLED = frozenset({S.SUCCEEDED, S.FAILED, S.SKIPPED, S.CANCELLED, S.TIMED_OUT, S.UNKNOWN, S.LOST})
RED = frozenset({S.FAILED, S.TIMED_OUT, S.UNKNOWN, S.LOST})
OPEN = frozenset(S) - SETTLED

# Status -> the statuses it may follow. Everything that changes a status goes through `move()`, which asks this table.
MAY_FOLLOW: Mapping[Status, frozenset[Status]] = {
    S.PENDING: frozenset(
        {S.SUCCEEDED, S.SKIPPED}
    ),  # while the run is open: put on newer data, or tried again
    S.WAITING: frozenset({S.PENDING, S.QUEUED, S.RUNNING}),
    S.QUEUED: frozenset(
        {S.PENDING, S.WAITING, S.RUNNING, S.SUCCEEDED, S.FAILED, S.TIMED_OUT, S.LOST}
    ),  # likewise
    S.RUNNING: frozenset({S.QUEUED, S.WAITING}),
    S.SUCCEEDED: frozenset({S.RUNNING, S.QUEUED, S.PENDING}),  # a join is settled as soon as it is ready
    S.FAILED: frozenset({S.PENDING, S.WAITING, S.QUEUED, S.RUNNING}),
    S.SKIPPED: frozenset({S.PENDING, S.WAITING, S.QUEUED}),
    S.CANCELLING: frozenset({S.RUNNING}),
    S.CANCELLED: frozenset({S.PENDING, S.WAITING, S.QUEUED, S.RUNNING, S.CANCELLING}),
    S.TIMED_OUT: frozenset({S.WAITING, S.RUNNING, S.CANCELLING}),
    S.UNKNOWN: frozenset({S.RUNNING, S.CANCELLING}),
    S.LOST: frozenset({S.RUNNING, S.CANCELLING}),
}

LABELS: Mapping[Status, str] = {status: status.value.replace("_", " ") for status in Status}
CHOICES = [(status.value, label) for status, label in LABELS.items()]
