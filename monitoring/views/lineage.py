"""Lineage: datasets and recipes over all domains, from a focus outwards."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kitchens.queries.kitchens import get_kitchen
from monitoring.queries.lineage import lineage as read_lineage


def _hops(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "2")
    return int(text) if text.isdecimal() and len(text) < 4 else 2


@require_GET
def lineage(request: HttpRequest) -> HttpResponse:
    kitchen = get_kitchen(request.GET.get("kitchen") or "production")
    focus = request.GET.get("focus", "")[:200]
    page = read_lineage(kitchen, focus, _hops(request, "up"), _hops(request, "down"))
    return render(request, "monitoring/lineage.html", {"page": page, "kitchen": kitchen})
