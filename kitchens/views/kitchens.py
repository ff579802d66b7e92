"""Kitchens: the tree, the short form, one kitchen and what can be done with it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kitchens.actions.kitchens import extend_kitchen
from kitchens.actions.retire import restore_kitchen, retire_kitchen
from kitchens.actions.teardown import retry
from kitchens.forms import KitchenForm
from kitchens.queries import pages
from kitchens.queries.end_of_life import left_over
from kitchens.queries.kitchens import get_kitchen


@require_GET
def kitchen_list(request: HttpRequest) -> HttpResponse:
    retired = request.GET.get("retired") == "yes"
    rows = pages.kitchen_tree(timezone.now().date(), retired=retired)
    context = {"rows": rows, "counts": pages.counts(), "retired": retired}
    return render(request, "kitchens/kitchen_list.html", context)


@require_http_methods(["GET", "POST"])
def kitchen_new(request: HttpRequest) -> HttpResponse:
    form = KitchenForm(
        request.POST or None, parent=request.GET.get("parent", "production"), now=timezone.now()
    )
    if request.method == "POST" and form.is_valid() and form.create(by=request.user.actor()):
        messages.success(
            request, f"The kitchen {form.kitchen} is ready. Nothing you do here touches its parent."
        )
        return redirect(form.kitchen)
    return render(request, "kitchens/kitchen_new.html", {"form": form})


@require_GET
def kitchen_detail(request: HttpRequest, slug: str) -> HttpResponse:
    page = pages.kitchen_page(slug, timezone.now())
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
