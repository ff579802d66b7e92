"""Pages of one run: overview, tests, values, data, log, and the live fragment they share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from hub.common.errors import MissingError
from hub.common.html import etag_of, polled
from recipes.models import OrderRun
from recipes.queries import pages_data, pages_nodes
from recipes.queries import pages_runs as queries

PARTS = ("overview", "tests", "data", "values", "log")


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
        "written": pages_data.written(run) if part == "data" else (),
    }


def seen_closely(request: HttpRequest, pk: int) -> OrderRun:
    """Return a run for pages that show rows of its data or its logs, where they may hold some."""
    run = queries.get_run(pk)
    request.user.actor().require("data.sample", run.kitchen.slug)
    return run


@require_GET
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "recipes/run_detail.html", run_context(queries.get_run(pk), "overview"))


@require_GET
def run_tests(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "recipes/run_detail.html", run_context(queries.get_run(pk), "tests"))


@require_GET
def run_values(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "recipes/run_detail.html", run_context(queries.get_run(pk), "values"))


@require_GET
def run_data(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "recipes/run_detail.html", run_context(queries.get_run(pk), "data"))


@require_GET
def run_log(request: HttpRequest, pk: int) -> HttpResponse:
    """The log of one node of the run, `?node=`; without it of the node one most likely wants to read."""
    run = seen_closely(request, pk)
    context = run_context(run, "log")
    chosen = request.GET.get("node") or pages_nodes.telling_node(
        [row.node_run for row in context["page"].rows]
    )
    if chosen:
        context |= pages_nodes.log_of(pages_nodes.get_node_run(run, chosen))
    return render(request, "recipes/run_detail.html", context)


@require_GET
def run_sample(request: HttpRequest, pk: int, dataset: str) -> HttpResponse:
    """The first rows of what a run wrote, as a fragment that loads when it is looked at."""
    run = seen_closely(request, pk)
    return render(request, "recipes/_run_sample.html", {"sample": pages_data.sample(run, dataset)})


@require_GET
def run_live(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """The part of a run's page that changes; it asks for itself again until the run has settled."""
    if part not in PARTS:
        raise MissingError(f"A run has no part {part[:40]}.")
    etag = etag_of(part, *queries.run_facts(pk, timezone.now()))
    return polled(
        request,
        etag,
        lambda: render(request, "recipes/_run_live.html", run_context(queries.get_run(pk), part)),
    )
