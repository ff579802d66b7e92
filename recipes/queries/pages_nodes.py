"""Queries of the side panel of one node run and one test result, and of logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from hub.common.errors import MissingError
from hub.common.html import etag_of
from recipes.core.nodes.log import tail
from recipes.core.plan import Plan
from recipes.core.spec.model import NodeSpec
from recipes.core.status import RED, Status
from recipes.models import Attempt, DatasetAccess, NodeRun, OrderRun, TestResult
from recipes.queries.pages_run_rows import Judged, judged_tests

LOG_BYTES = 48 * 1024


@dataclass(frozen=True)
class Log:
    """The end of a log: lines, whether there is more above, and how long the file was (what the page polls by)."""

    lines: tuple[LogLine, ...]
    cut: bool
    size: int
    open: bool

    @property
    def etag(self) -> str:
        return etag_of(self.size, self.open)


@dataclass(frozen=True)
class LogLine:
    """One line: `time` as HH:MM:SS of the run's machine in UTC; `mark` says where it came from."""

    time: str
    mark: str
    text: str


@dataclass(frozen=True)
class NodePanel:
    """Everything the side panel of a node shows."""

    node_run: NodeRun
    spec: NodeSpec | None
    attempts: Sequence[Attempt]
    reads: Sequence[DatasetAccess]
    writes: Sequence[DatasetAccess]
    tests: Sequence[Judged]
    statements: Sequence[str]
    measures: dict[str, Any]
    detail: str
    plan: str  # how its tests were answered

    @property
    def retryable(self) -> bool:
        return self.node_run.status in RED


def get_node_run(run: OrderRun, node: str) -> NodeRun:
    """Return one node run of a run. One query."""
    found = NodeRun.objects.filter(run=run, node=node).select_related("reused_from").first()
    if found is None:
        raise MissingError(
            f"Run {run.pk} has no node {node}.", remedy="Its nodes are on the page of the run."
        )
    return found


def node_panel(run: OrderRun, node: str) -> NodePanel:
    """Return the panel of a node: four queries."""
    node_run = get_node_run(run, node)
    plan = Plan.model_validate(run.plan)
    source = node_run.reused_from or node_run
    accesses = DatasetAccess.objects.filter(node_run=source).select_related("dataset", "snapshot")
    moved = list(accesses.defer("snapshot__parts", "snapshot__columns").order_by("dataset__name"))
    results = TestResult.objects.filter(node_run=source, attempt=source.attempt)
    told = {result.test: result for result in results}
    outcome = source.outcome or {}
    return NodePanel(
        node_run=node_run,
        spec=next((spec for spec in plan.nodes if spec.name == node), None),
        attempts=list(Attempt.objects.filter(node_run=source).order_by("-number")),
        reads=[access for access in moved if not access.writes],
        writes=[access for access in moved if access.writes],
        tests=judged_tests(plan.tests.get(node, ()), told),
        statements=list(outcome.get("sql", ())),
        measures=dict(outcome.get("measures", {})),
        detail=str(outcome.get("detail", "")),
        plan=str(outcome.get("plan", "")),
    )


def get_result(run: OrderRun, pk: int) -> TestResult:
    """Return one test result of a run with its node run. One query."""
    found = TestResult.objects.filter(run=run, pk=pk).select_related("node_run").first()
    if found is None:
        raise MissingError(f"Run {run.pk} has no test result {pk}.", remedy="See the tests of the run.")
    found.run = run
    return found


def learnt_from(result: TestResult) -> bool:
    """Say whether later runs learn from a result: one of production, of a test against its past. The run comes along."""
    from recipes.core.checks import CHECKS  # heavy: loaded where a result is looked at

    check = CHECKS.get(result.check_name)
    return bool(check and check.history and result.run.kitchen.is_production)


def attempt_log(attempt: Attempt | None) -> Log:
    """Return the end of an attempt's log; nothing written is an empty log. No query."""
    if attempt is None or not attempt.log:
        return Log((), False, 0, attempt is not None and attempt.ended_at is None)
    path = (Path(settings.LOG_ROOT) / attempt.log).resolve()
    if not path.is_relative_to(Path(settings.LOG_ROOT).resolve()):
        return Log((), False, 0, False)
    text, end = tail(path, -LOG_BYTES, LOG_BYTES)
    lines = tuple(_line(line) for line in text.splitlines())
    return Log(lines, end > LOG_BYTES, end, attempt.ended_at is None)


def log_of(node_run: NodeRun) -> dict[str, Any]:
    """Return what the template of a node's log needs: the log of its last attempt. One query."""
    log = attempt_log(node_run.attempts.order_by("-number").first())
    return {"node_name": node_run.node, "log": log}


def telling_node(nodes: Sequence[NodeRun]) -> str:
    """Return the node whose log one most likely wants: the first red one, else at work, else the last to end."""
    begun = [node for node in nodes if node.started_at and not node.reused_from_id]
    for wanted in (RED, {Status.RUNNING, Status.CANCELLING}):
        if chosen := next((node.node for node in begun if node.status in wanted), ""):
            return str(chosen)
    return str(max(begun, key=lambda node: node.started_at).node) if begun else ""


def _line(line: str) -> LogLine:
    stamp, _, rest = line.partition(" ")
    mark, _, text = rest.partition(" ")
    if len(stamp) < 20 or mark not in {"|", "!", ">"}:
        return LogLine("", "|", line)
    return LogLine(stamp[11:19], mark, text)
