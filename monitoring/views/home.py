"""Home: the mesh, today."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from hub.common.html import etag_of, polled
from kitchens.models import Kitchen
from kitchens.queries.kitchens import get_kitchen
from monitoring.queries.home import Glance, glance
from monitoring.queries.home import home as read_home


def _answer(
    request: HttpRequest, template: str, kitchen: Kitchen, seen: Glance, now: datetime
) -> HttpResponse:
    page = read_home(kitchen, now, seen.progress, request.user.pk)
    return render(request, template, {"home": page, "kitchen": kitchen, "etag": etag_of(*seen.facts)})


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    kitchen, now = get_kitchen(request.GET.get("kitchen") or "production"), timezone.now()
    return _answer(request, "monitoring/home.html", kitchen, glance(kitchen, now), now)


@require_GET
def home_live(request: HttpRequest) -> HttpResponse:
    """The page again, while it is looked at; where nothing has changed it is not even put together."""
    kitchen, now = get_kitchen(request.GET.get("kitchen") or "production"), timezone.now()
    seen, template = glance(kitchen, now), "monitoring/_home_live.html"
    return polled(request, etag_of(*seen.facts), lambda: _answer(request, template, kitchen, seen, now))
