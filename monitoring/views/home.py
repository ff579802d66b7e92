"""Home: the mesh, today."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from hub.common.html import etag_of, polled
from kitchens.queries.kitchens import get_kitchen
from monitoring.queries.home import Home
from monitoring.queries.home import home as read_home


def _home(request: HttpRequest) -> Home:
    return read_home(get_kitchen(request.GET.get("kitchen") or "production"), timezone.now())


def _answer(request: HttpRequest, template: str, page: Home) -> HttpResponse:
    context = {"home": page, "kitchen": page.kitchen, "etag": etag_of(*page.etag_facts)}
    return render(request, template, context)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return _answer(request, "monitoring/home.html", _home(request))


@require_GET
def home_live(request: HttpRequest) -> HttpResponse:
    """The whole page again, while it is looked at; unchanged it costs no bytes."""
    page = _home(request)
    return polled(
        request, etag_of(*page.etag_facts), lambda: _answer(request, "monitoring/_home_live.html", page)
    )
