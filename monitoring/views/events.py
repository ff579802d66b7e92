"""Events of other tools: what came in, and whose it is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kitchens.queries.kitchens import domains
from monitoring.actions.events import components, sources
from monitoring.queries import components as queries_of_components
from monitoring.queries import events as queries
from recipes.views.run_lists import whole


@require_GET
def event_list(request: HttpRequest) -> HttpResponse:
    """Sources, their components and newest refusals; `source` and `claim` narrow it."""
    asked = queries.event_filter(request.GET.dict())
    context = {
        "page": queries.event_page(asked, whole(request.GET.get("before", ""))),
        "claims": queries.CLAIMS,
        "domains": list(domains()),
        "may_change": request.user.actor().may("source.change"),
        "at": timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "address": request.build_absolute_uri("/api/v1/events"),
    }
    return render(request, "monitoring/event_list.html", context)


@require_GET
def component_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Runs, tests, metrics and messages of a component; `before` goes on to older runs."""
    context = {
        "page": queries_of_components.component_page(pk, whole(request.GET.get("before", ""))),
        "domains": list(domains()),
        "may_change": request.user.actor().may("source.change"),
    }
    return render(request, "monitoring/component_detail.html", context)


@require_POST
def component_claim(request: HttpRequest, pk: int) -> HttpResponse:
    row = components.claim(pk, request.POST.get("domain", ""), by=request.user.actor(), now=timezone.now())
    said = (
        f"belongs to {row.domain} now, with the history of its tests" if row.domain else "is unclaimed again"
    )
    messages.success(request, f"{row} {said}.")
    return (
        redirect("component-detail", pk)
        if request.POST.get("from") == "component"
        else redirect("event-list")
    )


@require_POST
def source_rows(request: HttpRequest, pk: int) -> HttpResponse:
    takes = request.POST.get("takes") == "yes"
    source = sources.take_rows(pk, takes, by=request.user.actor(), now=timezone.now())
    said = "are taken, personal columns hidden" if takes else "are refused"
    messages.success(request, f"Failing rows from {source} {said}.")
    return redirect("event-list")
