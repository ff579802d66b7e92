"""The making of a kitchen: its steps as they go, cancelled, tried again, cleaned up."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hub.common.html import etag_of, polled, wants_fragment
from kitchens.actions import provision
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.making import making_page

ACTS = {
    "cancel": (provision.cancel, "Making it is stopped; what was made is undone."),
    "retry": (provision.retry, "It is tried again from the step that failed."),
    "clean": (provision.clean, "What was left over is removed once more."),
}


@require_GET
def kitchen_making(request: HttpRequest, slug: str) -> HttpResponse:
    """The page, and by htmx the part that changes: 304 while nothing does."""
    kitchen = get_kitchen(slug)
    page = making_page(kitchen)
    etag = etag_of(*page.facts)
    context = {"page": page, "kitchen": kitchen, "etag": etag, "switch_to": "/kitchens/"}
    if wants_fragment(request):
        return polled(request, etag, lambda: render(request, "kitchens/_making.html", context))
    return render(request, "kitchens/kitchen_making.html", context)


@require_POST
def kitchen_making_act(request: HttpRequest, slug: str, what: str) -> HttpResponse:
    if what not in ACTS:
        raise Http404(what)
    act, said = ACTS[what]
    act(get_kitchen(slug), by=request.user.actor(), now=timezone.now())
    messages.success(request, said)
    return redirect("kitchen-making", slug)
