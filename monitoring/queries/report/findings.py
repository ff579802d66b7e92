"""What an episode began with: what changed, the likely causes, what was red upstream, and the end of the log."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from monitoring.core.causes import Case, rank
from monitoring.models import Episode
from monitoring.queries.report.case import case_of
from recipes.models import Attempt, NodeRun
from recipes.queries.pages_nodes import attempt_log

LOG_LINES, LOG_CHARACTERS = 40, 400


def findings_of(episode: Episode) -> dict[str, Any]:
    """Return the findings as they are kept: plain values. Some twenty-five queries, and differences read from git."""
    findings: dict[str, Any] = {"run": episode.first_run_id}
    case = case_of(episode)
    if case is None:
        return findings
    return findings | _told(case) | {"log": _log(episode, case.node)}


def _told(case: Case) -> dict[str, Any]:
    return {
        "changes": asdict(case.changes),
        "causes": [asdict(cause) | {"sure": cause.sure} for cause in rank(case)],
        "upstream": [asdict(one) for one in case.upstream],
        "node": case.node,
        "columns": list(case.columns),
    }


def _log(episode: Episode, node: str) -> list[list[str]]:
    """Return the last lines of the node's log of then; logs are forgotten sooner than reports."""
    row = NodeRun.objects.filter(run=episode.first_run_id, node=node).values_list("pk", flat=True).first()
    if row is None:
        return []
    attempt = Attempt.objects.filter(node_run=row).order_by("-number").first()
    lines = attempt_log(attempt).lines[-LOG_LINES:]
    return [[line.time, line.mark, line.text[:LOG_CHARACTERS]] for line in lines]
