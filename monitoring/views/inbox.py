"""The inbox: what needs the person who looks, now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from monitoring.queries.incidents import inbox as queries


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    page = queries.inbox(request.user.pk, timezone.now(), request.GET.get("before", "")[:24])
    return render(request, "monitoring/inbox.html", {"page": page})


@require_GET
def inbox_count(request: HttpRequest) -> HttpResponse:
    """How much waits, for the rail: it asks for itself, so that no page is slower for it."""
    count = queries.count_for(request.user.pk)
    return render(request, "monitoring/_inbox_count.html", {"count": count, "most": queries.MOST_COUNTED})
