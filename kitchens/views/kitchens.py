"""Kitchens: the tree, one kitchen and what can be done with it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kitchens.actions.kitchens import extend_kitchen, retire_kitchen
from kitchens.queries import making, pages
from kitchens.queries.kitchens import get_kitchen


@require_GET
def kitchen_list(request: HttpRequest) -> HttpResponse:
    retired = request.GET.get("retired") == "yes"
    rows = pages.kitchen_tree(timezone.now().date(), retired=retired)
    unfinished = making.unfinished(timezone.now() - timedelta(days=7))
    context = {"rows": rows, "counts": pages.counts(), "retired": retired, "unfinished": unfinished}
    return render(request, "kitchens/kitchen_list.html", context)


@require_GET
def kitchen_detail(request: HttpRequest, slug: str) -> HttpResponse:
    kitchen = get_kitchen(slug)
    if kitchen.state in ("provisioning", "failed"):
        return redirect("kitchen-making", slug)
    page = pages.kitchen_page(slug, timezone.now(), kitchen)
    may = {
        what: request.user.actor().may(what, slug)
        for what in ("kitchen.change", "kitchen.retire", "kitchen.create")
    }
    context = {
        "page": page,
        "kitchen": page.kitchen,
        "may_change": may["kitchen.change"],
        "may_retire": may["kitchen.retire"],
        "may_create": may["kitchen.create"],
        "switch_to": "/kitchens/",
    }
    return render(request, "kitchens/kitchen_detail.html", context)


@require_POST
def kitchen_extend(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    page = pages.kitchen_page(slug, now)
    kitchen = extend_kitchen(page.kitchen, ends_on=page.extend_to, by=request.user.actor(), now=now)
    messages.success(request, f"{kitchen} now ends on {kitchen.ends_on:%-d %B}.")
    return redirect(kitchen)


@require_POST
def kitchen_retire(request: HttpRequest, slug: str) -> HttpResponse:
    kitchen = retire_kitchen(get_kitchen(slug), by=request.user.actor(), now=timezone.now())
    messages.success(request, f"{kitchen} is retired. Its branch, revisions and data stay as they were.")
    return redirect(kitchen)
