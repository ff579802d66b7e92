"""Node runs with their tests, data and times, as the pages of a run show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from recipes.core.pictures import Attempted, Drawn, badness
from recipes.core.plan import Plan
from recipes.core.spec.model import TestSpec
from recipes.core.status import OPEN, RED, Status
from recipes.models import Attempt, DatasetAccess, NodeRun, OrderRun, TestResult
from recipes.queries.reasons import explain_nodes

NODES_SHOWN = 200  # of a larger run those that are red or at work come first


@dataclass(frozen=True)
class Judged:
    """A test of the plan and what came of it, if anything yet."""

    name: str
    check: str
    severity: str
    result: TestResult | None

    @property
    def verdict(self) -> str:
        return str(self.result.verdict) if self.result else ""


@dataclass(frozen=True)
class NodeRow:
    """One node of a run as the page shows it; its tests worst first."""

    node_run: NodeRun
    judged: tuple[Judged, ...]
    wrote: tuple[DatasetAccess, ...]
    seconds: float | None

    @property
    def name(self) -> str:
        return str(self.node_run.node)

    @property
    def tests(self) -> tuple[tuple[str, str], ...]:
        return tuple((judged.name, judged.verdict) for judged in self.judged)


@dataclass(frozen=True)
class Nodes:
    """The nodes of a run that its page shows, the results of their last attempts, and how many are not shown."""

    rows: tuple[NodeRow, ...]
    drawn: tuple[Drawn, ...]
    hidden: int

    def results(self) -> Iterator[tuple[NodeRow, TestResult]]:
        for row in self.rows:
            yield from ((row, judged.result) for judged in row.judged if judged.result)


def nodes_of(run: OrderRun, plan: Plan, clock: datetime) -> Nodes:
    """Return the nodes of a run as they stand at `clock`, its own.

    Four queries for any number of nodes, and at most four more while any waits for a worker.
    """
    chosen, hidden = _chosen(run)
    needs = {node.name: node.needs for node in plan.nodes}
    explain_nodes(chosen, needs, clock - timedelta(seconds=run.clock_shift))
    results = _latest_results(run, chosen)
    wrote = _writes(run, chosen)
    tried = _attempts(chosen)
    rows = tuple(
        NodeRow(
            node_run=node,
            judged=judged_tests(plan.tests.get(node.node, ()), results.get(node.pk, {})),
            wrote=tuple(wrote[node.pk]),
            seconds=seconds_between(node.started_at, node.ended_at, clock),
        )
        for node in chosen
    )
    return Nodes(rows, tuple(_drawn(row, tried[row.node_run.pk]) for row in rows), hidden)


def seconds_between(start: datetime | None, end: datetime | None, clock: datetime) -> float | None:
    """Return how long something took, or has taken at `clock`; None before it began."""
    return max(0.0, ((end or clock) - start).total_seconds()) if start else None


def _chosen(run: OrderRun) -> tuple[list[NodeRun], int]:
    """Return the node runs in the order of the plan; of a large run red ones and those at work first."""
    nodes = NodeRun.objects.filter(run=run).defer("outcome", "children").order_by("place")
    if run.total <= NODES_SHOWN:
        return list(nodes), 0
    telling = [*RED, *(OPEN - {Status.PENDING})]
    first = list(nodes.filter(status__in=telling)[:NODES_SHOWN])
    first += nodes.exclude(status__in=telling)[: NODES_SHOWN - len(first)]
    return first, run.total - len(first)


def _latest_results(run: OrderRun, nodes: Sequence[NodeRun]) -> dict[int, dict[str, TestResult]]:
    """Return the results of each node's last attempt by test; a node that was taken over shows those it had."""
    shown_as = {node.reused_from_id or node.pk: node.pk for node in nodes}
    rows = TestResult.objects.filter(node_run__in=list(shown_as)).defer("evidence", "sql", "details")
    last: dict[int, int] = defaultdict(int)
    found: dict[int, dict[str, TestResult]] = defaultdict(dict)
    for result in rows.order_by("attempt", "id"):
        node = shown_as[result.node_run_id]
        if result.attempt > last[node]:
            last[node] = result.attempt
            found[node].clear()
        found[node][result.test] = result
    return found


def judged_tests(planned: Sequence[TestSpec], results: Mapping[str, TestResult]) -> tuple[Judged, ...]:
    """Return the tests of a node, worst first: those planned, and those that only have a result."""
    known = {test.name for test in planned}
    judged = [Judged(test.name, test.check, test.severity, results.get(test.name)) for test in planned]
    judged += [Judged(r.test, r.check_name, r.severity, r) for r in results.values() if r.test not in known]
    return tuple(sorted(judged, key=lambda one: badness(one.verdict)))


def _writes(run: OrderRun, nodes: Sequence[NodeRun]) -> dict[int, list[DatasetAccess]]:
    found: dict[int, list[DatasetAccess]] = defaultdict(list)
    writes = DatasetAccess.objects.filter(run=run, writes=True, node_run__in=nodes)
    for access in writes.select_related("dataset", "snapshot").defer("snapshot__parts", "snapshot__columns"):
        found[access.node_run_id].append(access)
    return found


def _attempts(nodes: Sequence[NodeRun]) -> dict[int, list[Attempted]]:
    found: dict[int, list[Attempted]] = defaultdict(list)
    tried = Attempt.objects.filter(node_run__in=nodes).order_by("number")
    for node_run, *rest in tried.values_list("node_run_id", "status", "started_at", "ended_at"):
        found[node_run].append(Attempted(*rest))
    return found


def _drawn(row: NodeRow, attempts: Sequence[Attempted]) -> Drawn:
    node = row.node_run
    kept = "kept from before" if node.reused_from_id else ""
    return Drawn(node.node, node.kind, node.status, row.seconds, row.tests, tuple(attempts), kept)
