"""Decide what comes next for a node and for a run. Plain Python: no database, no clock, no dice of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recipes.core.nodes.base import Measured, Outcome
from recipes.core.spec.model import NodeSpec
from recipes.core.status import RED, Status
from recipes.core.verdict import Severity, Verdict, blocks

MOST_LOSSES = 3  # a node may lose this many workers or fork servers before it counts as lost itself
LONGEST_BACKOFF = 3600.0
# Seconds until a node whose fork server died is tried again. Where the whole supervisor was killed, the fork server may go
# a moment before the worker: without the pause that worker would take the node again, die too, and one kill count twice.
LOSS_PAUSE = 1.0


@dataclass(frozen=True)
class Move:
    """Where a node goes after a try; with `retry_in` (seconds) it is tried again then."""

    status: Status
    reason: str = ""
    retry_in: float | None = None
    attempt: Status | None = None  # how the attempt ended, where that is not how the node did


def after_try(outcome: Outcome, node: NodeSpec, failures: int, dice: float, losses: int = 0) -> Move:
    """Return where a node goes when its try has ended; `failures` and `losses` count the tries before this one."""
    if outcome.cancelled:
        return Move(Status.CANCELLED, outcome.reason or "Cancelled.")
    if outcome.ok:
        red = blocking(outcome.tests)
        return Move(Status.FAILED, _tests_failed(red)) if red else Move(Status.SUCCEEDED)
    if outcome.lost:
        return after_loss(outcome.reason, node.retries, losses)
    status = Status.TIMED_OUT if outcome.timed_out else Status.FAILED
    reason = outcome.reason or "The node ended without saying why."
    if outcome.retryable and failures < node.retries:
        wait = backoff_seconds(node.backoff, failures, dice)
        reason = f"Tried again after try {failures + 1} failed: {reason}"
        return Move(Status.WAITING, reason, wait, attempt=Status.FAILED)
    return Move(status, reason)


def after_loss(reason: str, retries: int, losses: int) -> Move:
    """Return where a node goes whose process was lost; `losses` counts those before. It costs none of its retries."""
    if losses < losses_allowed(retries):
        return Move(Status.WAITING, f"{reason} It is tried again.", LOSS_PAUSE, attempt=Status.LOST)
    return Move(Status.LOST, f"{reason} That happened {losses + 1} times: the node may be what stops it.")


def losses_allowed(retries: int) -> int:
    """Return how many losses a node with so many retries is tried again after."""
    return retries + MOST_LOSSES - 1


def backoff_seconds(base: float, failures: int, dice: float) -> float:
    """Return how long to wait: doubled with every failure, give or take a quarter by `dice` (0 to 1)."""
    exact = min(base * 2.0 ** min(failures, 20), LONGEST_BACKOFF)
    return exact * (0.75 + dice / 2)


def blocking(tests: Iterable[Measured]) -> list[Measured]:
    """Return the results that fail their node."""
    return [test for test in tests if blocks(Severity(test.severity), Verdict(test.verdict))]


def _tests_failed(red: list[Measured]) -> str:
    first = f"The test “{red[0].test}” stops here: {red[0].sentence}"
    if len(red) == 1:
        return first
    return f"{first} {len(red) - 1} more stopped too: {', '.join(test.test for test in red[1:])}."


def may_run(parents: Iterable[Status]) -> bool:
    """Say whether a node whose parents have all settled runs: no parent is red, and not all were left out."""
    seen = set(parents)
    return not seen or (Status.SUCCEEDED in seen and not seen & (RED | {Status.CANCELLED}))


def run_end(nodes: Mapping[Status, int]) -> Status:
    """Return how a run ends whose nodes have all settled, given how many ended in which status."""
    for status in (Status.CANCELLED, Status.UNKNOWN):
        if nodes.get(status):
            return status
    if any(nodes.get(status) for status in RED):
        return Status.FAILED
    return Status.SUCCEEDED
