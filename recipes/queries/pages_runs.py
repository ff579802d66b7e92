"""Queries of the pages of one run. Each says what it costs."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Q, Sum

from hub.common.errors import MissingError
from recipes.core.pictures import Attempted, Drawn, Gantt, Graph, badness, gantt_of, graph_of
from recipes.core.plan import Plan
from recipes.core.sentences import NodeFacts, RunFacts, run_sentence
from recipes.core.spec.model import TestSpec
from recipes.core.status import OPEN, RED, SETTLED, Status
from recipes.core.verdict import NOT_GREEN
from recipes.models import Attempt, DatasetAccess, NodeRun, OrderRun, TestResult

NODES_SHOWN = 400  # of a larger run those that are red or at work come first
USUAL_OF = 7  # runs that "usually" is the median of
LEAST_STEP, STEP_SHARE = 10.0, 0.02  # seconds between two pictures of a run in which nothing else happens


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
class RunPage:
    """Everything the head and the overview of a run show."""

    run: OrderRun
    plan: Plan
    rows: tuple[NodeRow, ...]
    hidden: int  # nodes not shown
    sentence: str
    seconds: float | None
    usual: float | None
    graph: Graph | None
    gantt: Gantt | None
    red_tests: tuple[TestResult, ...]
    successor: int | None  # the run that resumed it

    @property
    def named(self) -> str:
        return f"run {self.run.pk}"

    @property
    def settled(self) -> bool:
        return self.run.status in SETTLED

    @property
    def standing(self) -> list[tuple[str, int]]:
        """How many of the nodes shown have which status, in the order of the plan."""
        return list(Counter(row.node_run.status for row in self.rows).items())

    @property
    def percent(self) -> int:
        return round(100 * self.run.done / self.run.total) if self.run.total else 0


def get_run(pk: int) -> OrderRun:
    """Return a run with what its head names. One query; MissingError where there is none."""
    related = ("order__placed_by", "order__schedule", "kitchen__parent", "revision", "published", "resumes")
    run = OrderRun.objects.select_related(*related).filter(pk=pk).first()
    if run is None:
        raise MissingError(f"There is no run {pk}.", remedy="Look for it in the list of runs.")
    return run


def run_facts(pk: int, now: datetime) -> tuple[object, ...]:
    """Return what a change of the live page shows in: one query, whatever the size of the run.

    While nodes are at work their bars grow, so time itself counts as a fact in steps of 2 % of the run.
    """
    open_ones = Q(node_runs__status__in=[Status.RUNNING, Status.CANCELLING])
    queued = Q(node_runs__status__in=[Status.QUEUED, Status.WAITING])
    facts = (
        OrderRun.objects.filter(pk=pk)
        .annotate(active=Count("node_runs", filter=open_ones), ready=Count("node_runs", filter=queued))
        .annotate(attempts=Sum("node_runs__attempt"))
        .values_list(
            "status",
            "reason",
            "done",
            "tests_failed",
            "tests_warned",
            "published_id",
            "revision_id",
            "active",
            "ready",
            "attempts",
            "started_at",
            "clock_shift",
        )
        .first()
    )
    if facts is None:
        raise MissingError(f"There is no run {pk}.", remedy="Look for it in the list of runs.")
    started, shift = facts[-2:]
    if facts[0] in SETTLED or started is None:
        return facts
    elapsed = (now + timedelta(seconds=shift) - started).total_seconds()
    return (*facts, time_step(elapsed))


def time_step(elapsed: float) -> int:
    """Return a number that grows every 10 s at first, later whenever 2 % of the time so far has gone by again."""
    turn = LEAST_STEP / STEP_SHARE
    if elapsed < turn:
        return int(elapsed / LEAST_STEP)
    return int(1 / STEP_SHARE + math.log(elapsed / turn) / math.log(1 + STEP_SHARE))


def run_page(run: OrderRun, now: datetime) -> RunPage:
    """Return the overview of a run: six queries for any number of nodes."""
    plan = Plan.model_validate(run.plan)
    node_runs, hidden = _node_runs(run)
    results = latest_results(run, node_runs)
    clock = now + timedelta(seconds=run.clock_shift)
    rows = _rows(run, plan, node_runs, results, clock)
    attempts = _attempts(node_runs)
    drawn = [_drawn(row, attempts[row.node_run.pk]) for row in rows]
    seconds = _seconds(run.started_at, run.ended_at, clock)
    red = tuple(
        r for found in results.values() for r in found if r.verdict in NOT_GREEN or r.verdict == "warn"
    )
    return RunPage(
        run=run,
        plan=plan,
        rows=tuple(rows),
        hidden=hidden,
        sentence=run_sentence(_facts(run, rows, results, seconds)),
        seconds=seconds,
        usual=usual_seconds(run),
        graph=None if hidden else graph_of(drawn, {node.name: node.needs for node in plan.nodes}),
        gantt=gantt_of(drawn, run.started_at, run.ended_at or clock),
        red_tests=red,
        successor=run.resumed_by.order_by("-id").values_list("pk", flat=True).first(),
    )


def _node_runs(run: OrderRun) -> tuple[list[NodeRun], int]:
    """Return the node runs in the order of the plan; of a large run red ones and those at work first."""
    chosen = NodeRun.objects.filter(run=run).defer("outcome", "children")
    if run.total <= NODES_SHOWN:
        return list(chosen.order_by("place")), 0
    first = list(chosen.filter(status__in=[*RED, *(OPEN - {Status.PENDING})]).order_by("place")[:NODES_SHOWN])
    return first, run.total - len(first)


def latest_results(run: OrderRun, node_runs: Sequence[NodeRun]) -> dict[int, list[TestResult]]:
    """Return the test results of each node run, of its last attempt only; a reused node shows those it had. One query."""
    attempt_of = {node.pk: node.attempt for node in node_runs}
    shown_as = {node.reused_from_id: node.pk for node in node_runs if node.reused_from_id}
    found: dict[int, dict[str, TestResult]] = defaultdict(dict)
    rows = TestResult.objects.filter(Q(run=run) | Q(node_run__in=list(shown_as))).defer(
        "evidence", "sql", "details"
    )
    for result in rows.order_by("attempt", "id"):
        node = shown_as.get(result.node_run_id, result.node_run_id)
        if node in attempt_of:
            kept = found[node]
            if kept and next(iter(kept.values())).attempt != result.attempt:
                kept.clear()
            kept[result.test] = result
    return {node: list(results.values()) for node, results in found.items()}


def _rows(
    run: OrderRun,
    plan: Plan,
    node_runs: Sequence[NodeRun],
    results: Mapping[int, Sequence[TestResult]],
    clock: datetime,
) -> list[NodeRow]:
    wrote: dict[int, list[DatasetAccess]] = defaultdict(list)
    writes = DatasetAccess.objects.filter(run=run, writes=True).select_related("dataset", "snapshot")
    for access in writes.defer("snapshot__parts", "snapshot__columns"):
        wrote[access.node_run_id].append(access)
    rows = []
    for node in node_runs:
        judged = _judged(plan.tests.get(node.node, ()), results.get(node.pk, ()))
        spent = _seconds(node.started_at, node.ended_at, clock)
        rows.append(NodeRow(node, judged, tuple(wrote[node.pk]), spent))
    return rows


def _judged(planned: Sequence[TestSpec], results: Sequence[TestResult]) -> tuple[Judged, ...]:
    told = {result.test: result for result in results}
    judged = [Judged(test.name, test.check, test.severity, told.pop(test.name, None)) for test in planned]
    judged += [Judged(r.test, r.check_name, r.severity, r) for r in told.values()]
    return tuple(sorted(judged, key=lambda one: badness(one.verdict)))


def _attempts(node_runs: Sequence[NodeRun]) -> dict[int, list[Attempted]]:
    found: dict[int, list[Attempted]] = defaultdict(list)
    columns = ("node_run_id", "status", "started_at", "ended_at")
    for node_run, *rest in (
        Attempt.objects.filter(node_run__in=node_runs).order_by("number").values_list(*columns)
    ):
        found[node_run].append(Attempted(*rest))
    return found


def _drawn(row: NodeRow, attempts: Sequence[Attempted]) -> Drawn:
    node = row.node_run
    reused = "kept from before" if node.reused_from_id else ""
    return Drawn(node.node, node.kind, node.status, row.seconds, row.tests, tuple(attempts), reused)


def _seconds(start: datetime | None, end: datetime | None, clock: datetime) -> float | None:
    return max(0.0, ((end or clock) - start).total_seconds()) if start else None


def _facts(
    run: OrderRun, rows: Sequence[NodeRow], results: Mapping[int, Sequence[TestResult]], seconds: float | None
) -> RunFacts:
    def finding(node: NodeRun) -> str:
        bad = [r for r in results.get(node.pk, ()) if r.severity == "stop" and r.verdict in NOT_GREEN]
        return f"{bad[0].test}, {bad[0].sentence}" if bad else ""

    nodes = [NodeFacts(r.name, r.node_run.status, r.node_run.reason, finding(r.node_run)) for r in rows]
    datasets = {access.dataset_id for row in rows for access in row.wrote}
    number = run.published.number if run.published else None
    return RunFacts(
        run.status,
        run.reason,
        seconds,
        nodes,
        run.done,
        run.total,
        run.tests_total,
        run.tests_warned,
        number,
        len(datasets),
    )


def usual_seconds(run: OrderRun) -> float | None:
    """Return how long the last green runs of this variation took, at the median. One query over an index."""
    green: Any = (
        OrderRun.objects.filter(domain=run.domain, recipe=run.recipe, variation=run.variation)
        .filter(kitchen=run.kitchen, status=Status.SUCCEEDED, pk__lt=run.pk, resumes=None)
        .order_by("-id")
        .values_list("started_at", "ended_at")[:USUAL_OF]
    )
    spans = [(end - start).total_seconds() for start, end in green if start and end]
    return median(spans) if spans else None
