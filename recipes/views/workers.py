"""Settings: workers with their sign of life, and the queue."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from hub.common.html import etag_of, polled
from recipes.core.nodes import users
from recipes.queries import lists

SHOWN = timedelta(minutes=10)  # a worker that has been silent for longer is not listed any more
SILENT = timedelta(seconds=30)  # after which a worker counts as silent


def _answer(request: HttpRequest, template: str) -> HttpResponse:
    request.user.actor().require("worker.see")
    now = timezone.now()
    workers, queue = list(lists.workers(now - SHOWN)), lists.queue()
    facts = (*((w.pk, w.heartbeat_at, w.busy_with) for w in workers), *queue.items())
    context = {
        "workers": workers,
        "queue": queue,
        "confinement": users.said(),
        "silent_before": now - SILENT,
        "etag": etag_of(*facts),
    }
    return polled(request, context["etag"], lambda: render(request, template, context))


@require_GET
def settings_workers(request: HttpRequest) -> HttpResponse:
    return _answer(request, "recipes/settings_workers.html")


@require_GET
def settings_workers_live(request: HttpRequest) -> HttpResponse:
    return _answer(request, "recipes/_workers.html")
