"""Runs as the pages of kitchens sum them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Count, DurationField, ExpressionWrapper, F, OuterRef, Subquery, Sum

from kitchens.core.next_step import LastRun
from kitchens.models import Kitchen
from recipes.models import OrderRun


def last_runs(kitchen_ids: Sequence[int]) -> dict[int, LastRun]:
    """Return the newest run of each kitchen that has any. One query: a look-up in an index for each kitchen.

    A range of one kitchen, in the order of the index: by equality PostgreSQL goes backwards through all runs instead.
    """
    mine = OrderRun.objects.filter(kitchen__gte=OuterRef("pk"), kitchen__lte=OuterRef("pk"), fixtures="")
    newest = mine.order_by("kitchen_id", "-id").values("pk")[:1]
    kitchens = Kitchen.objects.filter(pk__in=list(kitchen_ids)).order_by()
    runs = OrderRun.objects.filter(pk__in=kitchens.annotate(last=Subquery(newest)).values("last")).order_by()
    rows = runs.values_list("kitchen_id", "pk", "status", "commit", "planned_at")
    return {kitchen: LastRun(pk, status, commit, planned) for kitchen, pk, status, commit, planned in rows}


def run_cost(kitchen_id: int) -> tuple[int, float]:
    """Return how many runs a kitchen has had and the seconds they took together. One query over its runs."""
    took = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
    runs = OrderRun.objects.filter(kitchen=kitchen_id).aggregate(count=Count("pk"), took=Sum(took))
    return runs["count"], (runs["took"] or timedelta()).total_seconds()
