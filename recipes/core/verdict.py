"""The verdicts of tests and what each means for the run."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """What a failing verdict does: stop the node, warn, or only be written down."""

    STOP = "stop"
    WARN = "warn"
    LOG = "log"


class Verdict(StrEnum):
    """What came of one test in one node run; never a pass on input that was not there."""

    PASS = "pass"  # noqa: S105
    WARN = "warn"
    FAIL = "fail"
    ERROR = "error"  # could not be measured: query failed, column gone
    NOT_EVALUATED = "not_evaluated"  # nothing to judge, and the test says to skip then
    LEARNING = "learning"  # not enough history yet
    SKIPPED = "skipped"  # not run, because something before it was red


NOT_GREEN = frozenset({Verdict.FAIL, Verdict.ERROR, Verdict.NOT_EVALUATED})
GREEN = frozenset({Verdict.PASS, Verdict.WARN})  # learning and skipped are neither


def blocks(severity: Severity, verdict: Verdict) -> bool:
    """Say whether this result fails its node: a stop test that is failed, in error or not evaluated."""
    return severity is Severity.STOP and verdict in NOT_GREEN
