"""Outcomes on their way out of a node process, and for processes that ended without one."""

from __future__ import annotations

import signal
from typing import Any

from pydantic import ValidationError

from recipes.core.nodes.base import Job, Outcome
from recipes.core.nodes.log import clean
from recipes.core.nodes.masking import Masker

LARGEST = 16 * 1024 * 1024
LONGEST_TEXT = 20_000
TOLD_BY_NAME = "The node named a column, a partition or a file by a secret. Nothing it wrote is kept."
MASKED = ("reason", "detail", "measures", "sql", "tests")


def packed(outcome: Outcome, mask: Masker) -> bytes:
    """Return the outcome as JSON, masked and bounded."""
    raw = outcome.model_dump(mode="json")
    if any(mask.deep(raw[key]) != raw[key] for key in ("staged", "reads")):
        raw |= {"ok": False, "staged": [], "reads": [], "retryable": False, "reason": TOLD_BY_NAME}
    for key in MASKED:
        raw[key] = mask.deep(raw[key])
    raw["reason"] = clean(raw["reason"])  # a script's last words may hold terminal codes
    raw["detail"] = clean(raw["detail"][:LONGEST_TEXT])
    raw["sql"] = [text[:LONGEST_TEXT] for text in raw["sql"]]
    data = Outcome.model_validate(raw).model_dump_json().encode()
    if len(data) <= LARGEST:
        return data
    return _smaller(raw)


def _smaller(raw: dict[str, Any]) -> bytes:
    """Return an outcome without what may be left out: the statements and the sample rows of tests."""
    tests = [test | {"evidence": [], "sql": ""} for test in raw["tests"]]
    data = Outcome.model_validate(raw | {"sql": [], "tests": tests, "kept": {}}).model_dump_json().encode()
    if len(data) <= LARGEST:
        return data
    reason = f"What the node handed back is larger than {LARGEST // 1024**2} MB."
    return Outcome(ok=False, reason=reason, retryable=False).model_dump_json().encode()


def read(data: bytes) -> Outcome:
    """Return the outcome a node process sent."""
    try:
        return Outcome.model_validate_json(data)
    except ValidationError:
        return Outcome(ok=False, reason="What the node's process handed back is no outcome of a node.")


def of_the_dead(job: Job, status: int, cpu_seconds: float, peak_memory: int) -> Outcome:
    """Return what came of a process that ended without an outcome; `status` as `os.waitstatus_to_exitcode` has it."""
    reason, retryable = _how_it_died(job, status)
    return Outcome(
        ok=False,
        reason=reason,
        retryable=retryable,
        exit_code=status,
        cpu_seconds=cpu_seconds,
        peak_memory=peak_memory,
    )


def _how_it_died(job: Job, status: int) -> tuple[str, bool]:
    if status >= 0:
        return f"The node's process ended itself with exit code {status} before its work was finished.", True
    match -status:
        case signal.SIGXCPU:
            return (
                f"The node used more than its limit of {job.limits.cpu_seconds} seconds of processor time.",
                False,
            )
        case signal.SIGXFSZ:
            return f"The node wrote a file larger than its limit of {job.limits.disk_mb:,} MB.", False
        case signal.SIGKILL:
            return "The node's process was killed; most often the machine ran out of memory.", True
        case signal.SIGSEGV | signal.SIGBUS | signal.SIGABRT | signal.SIGILL | signal.SIGFPE as number:
            name = signal.Signals(number).name
            return (
                f"The node's process crashed ({name}): a fault in a library it uses. Its log may say more.",
                True,
            )
        case number:
            return f"The node's process was ended by {signal.Signals(number).name}.", True
