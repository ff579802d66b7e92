"""The list of runs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from hub.common.html import etag_of, polled, render_list
from kitchens.queries.kitchens import domains, get_kitchen
from recipes.queries import pages_lists as queries


def whole(given: str) -> int | None:
    """Read a row's id from the URL; anything else is as if it were not given."""
    return int(given) if given.isdecimal() and len(given) < 19 else None


@require_GET
def run_list(request: HttpRequest) -> HttpResponse:
    """All runs of a kitchen, or of all kitchens (`?kitchen=all`), newest first; the first page keeps itself true."""
    asked = queries.run_filter(request.GET.dict())
    kitchen = None if asked.kitchen == "all" else get_kitchen(asked.kitchen or "production")
    page = queries.run_list(asked, kitchen, timezone.now(), whole(request.GET.get("before", "")))
    etag = etag_of(*page.facts)
    context = {
        "page": page,
        "everywhere": kitchen is None,
        "etag": etag,
    }
    context |= {"statuses": queries.STATUSES, "periods": queries.PERIODS, "domains": domains()}
    if kitchen is not None:
        context["kitchen"] = kitchen
    return polled(
        request,
        etag,
        lambda: render_list(request, "recipes/run_list.html", "recipes/_run_list.html", context),
    )
