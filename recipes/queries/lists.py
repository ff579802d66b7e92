"""Lists of runs, node runs and test results for programs: filtered, in the order of their indexes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from kitchens.queries.seeing import seen
from recipes.models import NodeRun, OrderRun, Schedule, TestResult, Worker

FILTERS = ("kitchen__slug", "domain", "recipe", "variation", "status", "chain")


def runs(filters: Mapping[str, Any], since: datetime | None = None) -> QuerySet[OrderRun]:
    """Return runs, newest first, without their plans; `filters` maps names of FILTERS to values. One query."""
    rows = OrderRun.objects.select_related("kitchen", "order__placed_by", "revision", "published")
    rows = rows.defer("plan", "heads").filter(**{name: value for name, value in filters.items() if value})
    rows = seen(rows).order_by("-id")
    return rows.filter(placed_at__gte=since) if since else rows


def nodes_of(run: OrderRun) -> QuerySet[NodeRun]:
    """Return the nodes of a run in the order of its plan, without what they brought about. One query."""
    return NodeRun.objects.filter(run=run).defer("outcome", "children").order_by("place")


def results_of(run: OrderRun) -> QuerySet[TestResult]:
    """Return the test results of all attempts in a run, oldest first. One query."""
    return TestResult.objects.filter(run=run).select_related("node_run").order_by("id")


def schedules(kitchen: str) -> QuerySet[Schedule]:
    """Return the schedules of a kitchen, by age. One query."""
    return seen(Schedule.objects.filter(kitchen__slug=kitchen)).select_related("kitchen").order_by("id")


def workers(alive_since: datetime) -> QuerySet[Worker]:
    """Return the workers that gave a sign of life since then and have not stopped. One query."""
    return Worker.objects.filter(heartbeat_at__gte=alive_since, stopped_at=None).order_by("name")


def queue() -> dict[str, int]:
    """Return how many nodes wait for a worker and how many are at work. Two queries over small indexes."""
    queued = NodeRun.objects.filter(status="queued").count()
    running = NodeRun.objects.filter(status__in=["running", "cancelling"]).count()
    return {"queued": queued, "running": running}
