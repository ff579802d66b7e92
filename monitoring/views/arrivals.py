"""The arrival board."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from hub.common.html import etag_of, polled
from kitchens.queries.kitchens import get_kitchen
from monitoring.queries.arrivals import board


@require_GET
def arrivals(request: HttpRequest) -> HttpResponse:
    """The page; htmx asks for its fragment again, and is told where nothing has changed."""
    kitchen = get_kitchen(request.GET.get("kitchen") or "production")
    page = board(kitchen, timezone.now())
    context = {"page": page, "kitchen": kitchen, "etag": etag_of(*page.facts)}
    if request.headers.get("If-None-Match"):
        return polled(
            request, context["etag"], lambda: render(request, "monitoring/_arrivals_live.html", context)
        )
    return render(request, "monitoring/arrivals.html", context)
