"""Domains: the list, and everything about one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kitchens.queries.kitchens import get_kitchen
from monitoring.queries import domains


@require_GET
def domain_list(request: HttpRequest) -> HttpResponse:
    kitchen = get_kitchen(request.GET.get("kitchen") or "production")
    return render(
        request, "monitoring/domain_list.html", {"rows": domains.domain_list(kitchen), "kitchen": kitchen}
    )


@require_GET
def domain_detail(request: HttpRequest, slug: str) -> HttpResponse:
    kitchen = get_kitchen(request.GET.get("kitchen") or "production")
    page = domains.domain_page(kitchen, slug)
    return render(
        request, "monitoring/domain_detail.html", {"page": page, "row": page.row, "kitchen": kitchen}
    )
