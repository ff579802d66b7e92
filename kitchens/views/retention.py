"""Settings, Retention: how long things are kept, what would go now, what went last."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from kitchens.actions.retention import preview, set_days
from kitchens.core.retention import KINDS
from kitchens.queries import retention as queries


@require_http_methods(["GET", "POST"])
def settings_retention(request: HttpRequest) -> HttpResponse:
    by = request.user.actor()
    if request.method == "POST":
        by.require("retention.change")
        for name in KINDS:
            given = request.POST.get(name, "")
            if given.isdecimal() and len(given) < 6:
                set_days(name, int(given), by=by, now=timezone.now())
        messages.success(request, "The days are kept. The next daily run goes by them.")
        return redirect("settings-retention")
    context = {
        "rules": queries.rules(),
        "last": queries.last_run(),
        "may_change": by.may("retention.change"),
    }
    return render(request, "kitchens/settings_retention.html", context)


@require_GET
def retention_preview(request: HttpRequest) -> HttpResponse:
    """Fragment: what would go now."""
    found = [(KINDS[one.kind], one) for one in preview(now=timezone.now())]
    return render(request, "kitchens/_retention_preview.html", {"found": found})
