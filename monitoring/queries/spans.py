"""Stretches of red, worked out from what is stored: results of a test, runs of a node, runs of a recipe.

Each looks both ways from one red row, so that it matters neither when nor how often it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet

from recipes.actions.runs.moved import SUPERSEDED
from recipes.core.status import RED, Status
from recipes.core.verdict import GREEN, NOT_GREEN, Severity
from recipes.models import NodeRun, OrderRun, TestResult

WATCHED = (Severity.STOP, Severity.WARN)  # severity log is only written down


@dataclass(frozen=True)
class Moment:
    """A red or green row: its id, its run, when it was, and what it said."""

    pk: int
    run: int | None
    at: datetime
    verdict: str = ""
    said: str = ""
    severity: str = "stop"


@dataclass(frozen=True)
class Span:
    """A stretch of red between two green rows, each None where there is none (yet)."""

    green: Moment | None
    first: Moment
    last: Moment
    fixed: Moment | None
    n_red: int
    n_runs: int


def of_results(series: int, red: int) -> Span:
    """Return the stretch of a series that holds a red result. Five queries over the index of the series."""
    rows = TestResult.objects.filter(series=series, counts=True).defer("evidence", "sql", "details")
    return _span(rows, rows.filter(verdict__in=sorted(GREEN)), rows.filter(judged_red()), red, _result, "run")


def of_node(run: OrderRun, node: str, red: int) -> Span:
    """Return the stretch of a node that holds a red node run of it. Five queries over the runs of the recipe."""
    rows = (
        NodeRun.objects.filter(
            run__kitchen=run.kitchen_id,
            run__domain=run.domain,
            run__recipe=run.recipe,
            node=node,
            run__fixtures="",
        )
        .filter(reused_from=None, ended_at__isnull=False)
        .defer("outcome")
    )
    return _span(rows, rows.filter(status=Status.SUCCEEDED), rows.filter(red_by_itself()), red, _node, "run")


def of_run(run: OrderRun) -> Span:
    """Return the stretch of runs of a recipe that failed although no node did. Five queries."""
    rows = OrderRun.objects.filter(kitchen=run.kitchen_id, domain=run.domain, recipe=run.recipe, fixtures="")
    rows = rows.filter(ended_at__isnull=False).defer("plan")
    return _span(rows, rows.filter(status=Status.SUCCEEDED), rows.filter(red_as_a_whole()), run.pk, _run, "")


def red_results(run: int) -> QuerySet[TestResult]:
    """Return the results of a run that make or lengthen a stretch of red."""
    return TestResult.objects.filter(judged_red(), run=run, counts=True)


def judged_red() -> Q:
    """Return the condition of results that are red, and not only written down."""
    return Q(verdict__in=sorted(NOT_GREEN), severity__in=WATCHED)


def red_by_itself() -> Q:
    """Return the condition of node runs that are red without a red stop test."""
    told = TestResult.objects.filter(
        node_run=OuterRef("pk"), counts=True, severity=Severity.STOP, verdict__in=sorted(NOT_GREEN)
    )
    return Q(status__in=sorted(RED)) & ~Exists(told)


def red_as_a_whole() -> Q:
    """Return the condition of runs that are red although none of their nodes is; a superseded one judged nothing."""
    nodes = NodeRun.objects.filter(run=OuterRef("pk"), status__in=sorted(RED))
    return Q(status__in=sorted(RED)) & ~Q(reason__startswith=SUPERSEDED) & ~Exists(nodes)


def _span(rows: Any, green: Any, red: Any, anchor: int, moment: Any, run: str) -> Span:
    before = green.filter(pk__lt=anchor).order_by("-pk").first()
    fixed = green.filter(pk__gt=anchor).order_by("pk").first()
    stretch = red.filter(pk__gt=before.pk if before else 0)
    if fixed:
        stretch = stretch.filter(pk__lt=fixed.pk)
    chain = F(f"{run}__chain") if run else F("chain")
    seen = stretch.order_by().aggregate(
        first=Min("pk"), last=Max("pk"), red=Count("pk"), runs=Count(chain, distinct=True)
    )
    ends = rows.in_bulk({seen["first"], seen["last"]})
    return Span(
        green=moment(before) if before else None,
        first=moment(ends[seen["first"]]),
        last=moment(ends[seen["last"]]),
        fixed=moment(fixed) if fixed else None,
        n_red=seen["red"],
        n_runs=max(seen["runs"], 1),
    )


def _result(row: TestResult) -> Moment:
    return Moment(row.pk, row.run_id, row.at, row.verdict, row.sentence, row.severity)


def _node(row: NodeRun) -> Moment:
    return Moment(row.pk, row.run_id, row.ended_at, row.status, row.reason)


def _run(row: OrderRun) -> Moment:
    return Moment(row.pk, row.pk, row.ended_at or row.placed_at, row.status, row.reason)
