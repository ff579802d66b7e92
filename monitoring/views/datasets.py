"""Datasets: the list, and everything about one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kitchens.models import Kitchen
from kitchens.queries.kitchens import get_kitchen
from monitoring.queries import datasets


def _kitchen(request: HttpRequest) -> Kitchen:
    return get_kitchen(request.GET.get("kitchen") or "production")


@require_GET
def dataset_list(request: HttpRequest) -> HttpResponse:
    kitchen, domain = _kitchen(request), request.GET.get("domain", "")[:60]
    page = datasets.dataset_list(kitchen, domain, request.GET.get("after", "")[:160])
    return render(
        request, "monitoring/dataset_list.html", {"page": page, "kitchen": kitchen, "domain": domain}
    )


@require_GET
def dataset_detail(request: HttpRequest, name: str) -> HttpResponse:
    page = datasets.dataset_page(_kitchen(request), name)
    return render(request, "monitoring/dataset_detail.html", {"page": page, "kitchen": page.kitchen})


@require_GET
def dataset_sample(request: HttpRequest, name: str) -> HttpResponse:
    """The first rows alone: they are fetched once the page is there."""
    kitchen = _kitchen(request)
    request.user.actor().require("data.sample", kitchen.slug)
    return render(request, "monitoring/_dataset_sample.html", {"sample": datasets.sample(kitchen, name)})
