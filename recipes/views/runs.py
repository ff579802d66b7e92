"""Pages of one run: overview, its live fragment, tests, values, data and log."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from hub.common.html import etag_of, polled
from recipes.models import OrderRun
from recipes.queries import pages_runs as queries

PARTS = ("overview", "tests", "values", "data", "log")


def run_context(run: OrderRun, part: str) -> dict[str, Any]:
    """Return the context of every page of a run: its head, and which part is shown."""
    now = timezone.now()
    return {
        "page": queries.run_page(run, now),
        "run": run,
        "kitchen": run.kitchen,
        "part": part,
        "etag": etag_of(part, *queries.run_facts(run.pk, now)),
        "switch_to": reverse("run-list"),
    }


@require_GET
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "recipes/run_detail.html", run_context(queries.get_run(pk), "overview"))


@require_GET
def run_live(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """The part of a run's page that changes; it asks for itself again until the run has settled."""
    etag = etag_of(part, *queries.run_facts(pk, timezone.now()))
    return polled(
        request,
        etag,
        lambda: render(request, "recipes/_run_live.html", run_context(queries.get_run(pk), part)),
    )
