"""Whose numbers about parts may be kept: later tests, also in production, will believe them without counting again."""

from __future__ import annotations

from collections.abc import Iterable

from recipes.core.checks.catalogue import CHECKS
from recipes.core.nodes.base import Job
from recipes.core.nodes.kinds import runs_own_code
from recipes.core.spec.model import TestSpec

MOST_KEPT = 4 * 1024 * 1024  # characters of all that one node hands over


def may_keep(job: Job) -> bool:
    """Say whether only the hub's own code runs in this node's process.

    Code of an author, in the node or in one of its tests, could say anything about parts that other kitchens and
    production share. What it counts is believed for its own run, as before, and never kept.
    """
    return is_our_code(job.node.kind, job.tests)


def is_our_code(kind: str, tests: Iterable[TestSpec]) -> bool:
    """Say whether neither a node of this kind nor one of its tests runs code of an author."""
    return not runs_own_code(kind) and not any(_runs_code(test) for test in tests)


def _runs_code(test: TestSpec) -> bool:
    check = CHECKS.get(test.check)
    return check is None or check.runs_code or str(test.params.get("file", "")).endswith(".py")
