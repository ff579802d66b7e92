"""Datasets: the list, and everything about one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hub.common.html import etag_of, polled
from kitchens.models import Kitchen
from kitchens.queries.kitchens import get_kitchen
from monitoring.queries import datasets
from recipes.actions import detection_queue
from recipes.queries.detection import Detection, live_detection


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
    context = {"page": page, "name": name} | _of_detection(request, page.kitchen, page.detection)
    return render(request, "monitoring/dataset_detail.html", context)


@require_GET
def dataset_detection(request: HttpRequest, name: str) -> HttpResponse:
    """What its tests catch, alone: looked at again while it is being tried."""
    return _detection(request, _kitchen(request), name)


@require_POST
def dataset_try_detection(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for a trial of what its tests catch."""
    kitchen = get_kitchen(request.POST.get("kitchen") or "production")
    detection_queue.ask_detection(kitchen, name, by=request.user.actor(), now=timezone.now())
    url = reverse("dataset-detail", args=[name])
    return redirect(f"{url}?kitchen={kitchen.slug}#what-its-tests-catch")


def _detection(request: HttpRequest, kitchen: Kitchen, name: str) -> HttpResponse:
    found = live_detection(kitchen, name)
    context = _of_detection(request, kitchen, found)
    return polled(
        request,
        context["etag"],
        lambda: render(request, "monitoring/parts/dataset_detection.html", context | {"name": name}),
    )


def _of_detection(request: HttpRequest, kitchen: Kitchen, found: Detection | None) -> dict[str, Any]:
    facts = (found.kept.asked_at, found.kept.at, found.kept.trouble) if found else ()
    may_try = request.user.actor().may("recipe.change", kitchen.slug)
    return {"found": found, "kitchen": kitchen, "may_try": may_try, "etag": etag_of(*facts)}


@require_GET
def dataset_sample(request: HttpRequest, name: str) -> HttpResponse:
    """The first rows alone: they are fetched once the page is there."""
    kitchen = _kitchen(request)
    request.user.actor().require("data.sample", kitchen.slug)
    return render(request, "monitoring/_dataset_sample.html", {"sample": datasets.sample(kitchen, name)})
