"""Kitchens: the tree, one kitchen and what can be done with it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from kitchens.actions.kitchens import extend_kitchen
from kitchens.actions.retire import restore_kitchen, retire_kitchen
from kitchens.actions.teardown import retry
from kitchens.core.lifetime import kept_until
from kitchens.queries import making, pages
from kitchens.queries.end_of_life import left_over
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.tree import counts, kitchen_tree


@require_GET
def kitchen_list(request: HttpRequest) -> HttpResponse:
    retired = request.GET.get("retired") == "yes"
    mine, start = request.GET.get("whose") == "mine", request.GET.get("from", "")
    tree = kitchen_tree(
        timezone.now().date(),
        retired=retired,
        owner=request.user.pk if mine else None,
        start=int(start) if start.isdecimal() and len(start) < 9 else 0,
    )
    unfinished = making.unfinished(timezone.now() - timedelta(days=7))
    context = {"tree": tree, "counts": counts(), "retired": retired, "mine": mine, "unfinished": unfinished}
    return render(request, "kitchens/kitchen_list.html", context)


@require_GET
def kitchen_detail(request: HttpRequest, slug: str) -> HttpResponse:
    actor = request.user.actor()
    kitchen = get_kitchen(slug)
    if kitchen.state in ("provisioning", "failed"):
        return redirect("kitchen-making", slug)
    page = pages.kitchen_page(slug, timezone.now(), actor, kitchen)
    context = {
        "page": page,
        "kitchen": page.kitchen,
        "may_change": actor.may("kitchen.change", slug),
        "may_retire": actor.may("kitchen.retire", slug),
        "may_create": actor.may("kitchen.create"),
        "part": "overview",
        "switch_to": "/kitchens/",
    }
    return render(request, "kitchens/kitchen_detail.html", context)


@require_POST
def kitchen_extend(request: HttpRequest, slug: str) -> HttpResponse:
    now, kitchen = timezone.now(), get_kitchen(slug)
    ends_on = kept_until(kitchen.ends_on or now.date(), now.date())
    kitchen = extend_kitchen(kitchen, ends_on=ends_on, by=request.user.actor(), now=now)
    messages.success(request, f"{kitchen} now ends on {kitchen.ends_on:%-d %B}.")
    return redirect(kitchen)


@require_POST
def kitchen_retire(request: HttpRequest, slug: str) -> HttpResponse:
    kitchen = retire_kitchen(get_kitchen(slug), by=request.user.actor(), now=timezone.now())
    messages.success(request, f"{kitchen} is retired. It can be brought back for seven days.")
    return redirect(kitchen)


@require_POST
def kitchen_restore(request: HttpRequest, slug: str) -> HttpResponse:
    kitchen = restore_kitchen(get_kitchen(slug), by=request.user.actor(), now=timezone.now())
    messages.success(request, f"{kitchen} is back as it was. Its schedules are paused.")
    return redirect(kitchen)


@require_POST
def kitchen_clean(request: HttpRequest, slug: str) -> HttpResponse:
    """Try again to remove what the end of a kitchen has left."""
    kitchen = get_kitchen(slug)
    for journal in left_over(kitchen):
        retry(journal, by=request.user.actor(), now=timezone.now())
    messages.success(request, "Tried again; what is still left stands below.")
    return redirect(kitchen)
