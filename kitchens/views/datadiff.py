"""The data part of what a kitchen changes: the list, one dataset, its numbers and its rows."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hub.common.errors import HubError
from hub.common.html import render_list
from kitchens.queries import datasetdiff as one
from kitchens.queries.datadiff import Against, ladder
from kitchens.queries.kitchens import get_kitchen


def _against(request: HttpRequest) -> Against:
    return "target" if request.GET.get("against") == "target" else "fork"


@require_GET
def kitchen_diff(request: HttpRequest, slug: str) -> HttpResponse:
    kitchen = get_kitchen(slug)
    diff = ladder(kitchen, _against(request), request.GET.get("after", "")[:160])
    context = {"diff": diff, "kitchen": kitchen, "switch_to": "/kitchens/"}
    return render_list(request, "kitchens/kitchen_diff.html", "kitchens/_kitchen_diff.html", context)


@require_GET
def kitchen_diff_dataset(request: HttpRequest, slug: str, dataset: str) -> HttpResponse:
    kitchen = get_kitchen(slug)
    diff = one.dataset_diff(kitchen, dataset, _against(request))
    context = {"diff": diff, "kitchen": kitchen, "switch_to": "/kitchens/", "key": request.GET.get("key", "")}
    return render(request, "kitchens/kitchen_diff_dataset.html", context)


@require_GET
def kitchen_diff_numbers(request: HttpRequest, slug: str, dataset: str) -> HttpResponse:
    """Fragment: counts what nobody has counted yet, for at most twenty seconds; it asks again until all is counted."""
    kitchen = get_kitchen(slug)
    diff = one.dataset_diff(kitchen, dataset, _against(request))
    seen = one.shows_values(diff, request.user.actor())
    context = {"diff": diff, "kitchen": kitchen, "values": seen, "key": request.GET.get("key", "")[:400]}
    try:
        context |= {"numbers": one.numbers(diff, values=seen)}
        context |= {"keys": one.keys(diff)}
    except HubError as fault:
        context |= {"fault": fault}
    return render(request, "kitchens/_kitchen_diff_numbers.html", context)


@require_GET
def kitchen_diff_rows(request: HttpRequest, slug: str, dataset: str) -> HttpResponse:
    """Fragment: the rows that differ by the key that was asked for, or why they cannot be compared."""
    kitchen = get_kitchen(slug)
    diff = one.dataset_diff(kitchen, dataset, _against(request))
    key = [name.strip() for name in request.GET.get("key", "")[:400].split(",") if name.strip()]
    seen = one.shows_values(diff, request.user.actor())
    context = {"diff": diff, "kitchen": kitchen, "key": key, "values": seen, "columns": one.all_columns(diff)}
    try:
        context |= {"rows": one.rows(diff, key, values=seen)}
    except HubError as fault:
        context |= {"fault": fault}
    return render(request, "kitchens/_kitchen_diff_rows.html", context)
