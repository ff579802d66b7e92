"""The history of a kitchen: its revisions, and one of them in the side panel."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from hub.common.html import render_list
from kitchens.queries import pages_history as queries

LARGEST = 2**31 - 1


@require_GET
def kitchen_history(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "kitchens/kitchen_history.html", _context(request, slug))


@require_GET
def kitchen_revision(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One revision in the side panel; its own URL shows it beside the history."""
    one = queries.revision_page(slug, min(number, LARGEST))
    panel = {"one": one, "kitchen": one.kitchen}
    if request.headers.get("HX-Request") == "true":
        return render_list(request, "", "kitchens/_revision_detail.html", panel)
    context = _context(request, slug, one.step.revision.number + 1) | panel
    return render_list(request, "kitchens/kitchen_revision.html", "kitchens/_revision_detail.html", context)


def _context(request: HttpRequest, slug: str, after: int | None = None) -> dict[str, Any]:
    given = request.GET.get("after", "")
    further = int(given) if given.isdecimal() and len(given) < 10 else after
    page = queries.history_page(slug, further)
    here = reverse("kitchen-history", args=[slug])
    return {
        "page": page,
        "kitchen": page.kitchen,
        "switch_to": reverse("kitchen-list"),
        "newest": here if further else "",
        "older": f"{here}?after={page.older}" if page.older else "",
    }
