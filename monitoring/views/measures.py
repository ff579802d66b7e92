"""Measures: cycle time of changes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from monitoring.queries.cycle import PERIODS, SHOWN, STAGE_KEYS, cycle_page


@require_GET
def measures(request: HttpRequest) -> HttpResponse:
    asked = request.GET
    weeks = next((n for n in PERIODS if str(n) == asked.get("weeks")), 8)
    show = asked.get("show", "") if asked.get("show", "") in SHOWN else "all"
    page = cycle_page(asked.get("domain", "")[:60], weeks, show, timezone.now())
    context = {"page": page, "periods": PERIODS, "kinds": SHOWN, "stages": STAGE_KEYS}
    return render(request, "monitoring/measures.html", context)
