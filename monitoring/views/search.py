"""The search of the frame."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from hub.common.html import render_list
from kitchens.queries.kitchens import get_kitchen
from monitoring.queries.search import search as find


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "")[:120]
    kitchen = get_kitchen(request.GET.get("kitchen") or "production")
    context = {"asked": asked, "hits": find(asked, kitchen), "kitchen": kitchen}
    return render_list(request, "monitoring/search.html", "monitoring/_search.html", context)
