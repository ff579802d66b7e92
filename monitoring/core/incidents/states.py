"""The states of an incident and the moves between them, why one is over, and how urgent one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

OPEN, ACKNOWLEDGED, SNOOZED, MONITORING, RESOLVED = (
    "open",
    "acknowledged",
    "snoozed",
    "monitoring",
    "resolved",
)
STATES = (OPEN, ACKNOWLEDGED, SNOOZED, MONITORING, RESOLVED)
UNRESOLVED = frozenset(STATES) - {RESOLVED}

# Move -> (from which states, to which). Whoever is in the target state already has it: that is said, not refused.
MOVES: Mapping[str, tuple[frozenset[str], str]] = {
    "acknowledge": (frozenset({OPEN, SNOOZED, MONITORING}), ACKNOWLEDGED),
    "snooze": (UNRESOLVED, SNOOZED),  # also one that is snoozed: until another time
    "watch": (frozenset({OPEN, ACKNOWLEDGED, SNOOZED}), MONITORING),
    "resolve": (UNRESOLVED, RESOLVED),
    "reopen": (frozenset({RESOLVED}), OPEN),
    "wake": (frozenset({SNOOZED}), OPEN),
}
DONE = {
    "acknowledge": "acknowledged",
    "snooze": "snoozed",
    "watch": "watched until it is green",
    "resolve": "resolved",
    "reopen": "opened again",
    "wake": "woken",
}

REASONS: Mapping[str, str] = {
    "data_fixed": "data fixed",
    "code_fixed": "code fixed",
    "expected": "expected change",
    "false_alarm": "false alarm",
    "test_wrong": "test wrong",
    "duplicate": "duplicate of another",
    "wont_fix": "won’t be fixed for now",
    "green": "green again by itself",
    "ended": "what was red is gone",
}
BY_PEOPLE = tuple(REASONS)[:7]  # the last two are given by the hub
SAYS_FIXED = frozenset(
    {"data_fixed", "code_fixed", "green", "ended"}
)  # another red run says that it was not so

SEVERITIES = ("warn", "stop")  # the later one is worse
REOPEN_WITHIN = timedelta(hours=24)  # red again so soon after its end is the same incident: a flap
MORE_FAILING = 1.2  # times as many failing rows as when it was snoozed: that is worse


def refusal(move: str, state: str) -> str:
    """Return why a move is not allowed from a state, as a sentence; "" where it is."""
    sources, _ = MOVES[move]
    if state in sources:
        return ""
    return f"An incident that is {state} cannot be {DONE[move]}."


def worse_severity(one: str, other: str) -> str:
    """Return the worse of two severities; one that is not known counts least."""
    return max(one, other, key=lambda s: SEVERITIES.index(s) if s in SEVERITIES else -1)


def urgency(state: str, severity: str) -> int:
    """Return how soon somebody should look, from 4 (nobody has seen that something is stopped) to 0 (snoozed, over)."""
    if state in (SNOOZED, RESOLVED):
        return 0
    return 2 * (state == OPEN) + (2 if severity == "stop" else 1)


@dataclass(frozen=True)
class Level:
    """How bad an incident is: red tests and nodes, the worst severity, failing rows in all."""

    episodes: int
    severity: str = "stop"
    failing: int = 0


def is_worse(now: Level, then: Level) -> bool:
    """Say whether an incident got worse than it was: more is red, or stops, or clearly more rows fail."""
    if now.episodes > then.episodes or (
        worse_severity(now.severity, then.severity) == now.severity != then.severity
    ):
        return True
    return now.failing > then.failing * MORE_FAILING and now.failing > then.failing
