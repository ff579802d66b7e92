"""Queries of the pages of one run. Each says what it costs."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Q, Sum

from hub.common.errors import MissingError
from kitchens.queries.seeing import see
from recipes.core.pictures import Gantt, Graph, gantt_of, graph_of
from recipes.core.plan import Plan
from recipes.core.portions import in_words
from recipes.core.sentences import NodeFacts, RunFacts, lowered, run_sentence
from recipes.core.status import SETTLED, Status
from recipes.core.verdict import NOT_GREEN
from recipes.models import OrderRun, TestResult
from recipes.queries.pages_run_rows import NodeRow, Nodes, nodes_of, seconds_between

USUAL_OF = 7  # runs that "usually" is the median of
LEAST_STEP, STEP_SHARE = 10.0, 0.02  # seconds between two pictures of a run in which nothing else happens


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
    def chosen(self) -> str:
        """Which nodes were asked for, "" for all of the variation."""
        return in_words(self.run.order.nodes)

    @property
    def settled(self) -> bool:
        return self.run.status in SETTLED

    @property
    def planned_tests(self) -> int:
        return sum(len(tests) for tests in self.plan.tests.values())

    @property
    def resumable(self) -> bool:
        return self.settled and self.run.status != Status.SUCCEEDED and self.successor is None

    @property
    def standing(self) -> list[tuple[str, int]]:
        """How many of the nodes shown have which status, in the order of the plan."""
        return list(Counter(row.node_run.status for row in self.rows).items())

    @property
    def percent(self) -> int:
        return round(100 * self.run.done / self.run.total) if self.run.total else 0


def get_run(pk: int) -> OrderRun:
    """Return a run with what its head names. One query.

    MissingError where there is none, NotAllowedError where its kitchen is closed to whoever asks.
    """
    related = (
        "order__placed_by",
        "order__schedule",
        "kitchen__parent",
        "kitchen__owner",
        "revision",
        "published",
        "resumes",
    )
    run = OrderRun.objects.select_related(*related).filter(pk=pk).first()
    if run is None:
        raise MissingError(f"There is no run {pk}.", remedy="Look for it in the list of runs.")
    see(run.kitchen)
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
    clock = now + timedelta(seconds=run.clock_shift)
    nodes = nodes_of(run, plan, clock)
    spent = seconds_between(run.started_at, run.ended_at, clock)
    red = [result for _, result in nodes.results() if result.verdict in NOT_GREEN or result.verdict == "warn"]
    needs = {node.name: node.needs for node in plan.nodes}
    return RunPage(
        run=run,
        plan=plan,
        rows=nodes.rows,
        hidden=nodes.hidden,
        sentence=run_sentence(_facts(run, nodes, spent)),
        seconds=spent,
        usual=usual_seconds(run),
        graph=None if nodes.hidden else graph_of(nodes.drawn, needs),
        gantt=gantt_of(nodes.drawn, run.started_at, run.ended_at or clock),
        red_tests=tuple(red),
        successor=run.resumed_by.order_by("-id").values_list("pk", flat=True).first(),
    )


def _facts(run: OrderRun, nodes: Nodes, spent: float | None) -> RunFacts:
    findings: dict[str, str] = {}
    for row, result in nodes.results():
        if result.severity == "stop" and result.verdict in NOT_GREEN:
            findings.setdefault(row.name, f"{result.test}, {lowered(result.sentence)}")
    facts = [
        NodeFacts(row.name, row.node_run.status, row.node_run.reason, findings.get(row.name, ""))
        for row in nodes.rows
    ]
    verdicts = Counter(result.verdict for _, result in nodes.results())  # those taken over from before, too
    warned = run.tests_warned if nodes.hidden else verdicts["warn"]
    red = run.tests_failed if nodes.hidden else sum(verdicts[verdict] for verdict in NOT_GREEN)
    return RunFacts(
        status=run.status,
        reason=run.reason,
        seconds=spent,
        nodes=facts,
        done=run.done,
        total=run.total,
        passed=run.tests_total - red - warned if nodes.hidden else verdicts["pass"],
        warned=warned,
        failed=red,
        published=run.published.number if run.published else None,
        datasets=len(run.writes),
        fixtures=run.fixtures,
    )


def usual_seconds(run: OrderRun) -> float | None:
    """Return how long the last green runs of this variation took, at the median. One query over an index."""
    green: Any = (
        OrderRun.objects.filter(domain=run.domain, recipe=run.recipe, variation=run.variation)
        .filter(
            kitchen=run.kitchen, status=Status.SUCCEEDED, pk__lt=run.pk, resumes=None, fixtures=run.fixtures
        )
        .order_by("-id")
        .values_list("started_at", "ended_at")[:USUAL_OF]
    )
    spans = [(end - start).total_seconds() for start, end in green if start and end]
    return median(spans) if spans else None
