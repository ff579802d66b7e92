"""Pages of merge requests: the list, opening one, one request and its parts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from hub.common.errors import InvalidError
from hub.common.html import polled
from kitchens.actions import merges
from kitchens.core import words
from kitchens.forms.merges import MergeForm
from kitchens.models import Kitchen, MergeRequest
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.merges import pages
from kitchens.views.merges.shared import request_context, story

STATES = {"open": "Open", "merged": "Merged", "withdrawn": "Withdrawn"}
PER_PAGE = 50


@require_GET
def merge_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "") if request.GET.get("state", "") in STATES else "open"
    before = request.GET.get("before", "")
    rows = pages.request_rows(
        state, before=int(before) if before.isdecimal() and len(before) < 18 else None, limit=PER_PAGE + 1
    )
    older = (
        f"?{urlencode({'state': state, 'before': rows[PER_PAGE - 1].request.pk})}"
        if len(rows) > PER_PAGE
        else ""
    )
    context = {
        "rows": rows[:PER_PAGE],
        "state": state,
        "states": STATES,
        "sentence": _sentence(state, rows[:PER_PAGE], bool(older or before)),
        "older_url": older,
        "newest_url": f"?{urlencode({'state': state})}" if before else "",
    }
    return render(request, "kitchens/merges/merge_list.html", context)


def _sentence(state: str, rows: list[Any], more: bool) -> str:
    if not rows:
        return f"No request is {state}." if state != "open" else "Nothing waits to be merged."
    at_least = "At least " if more else ""
    what = {"open": "on their way", "merged": "merged", "withdrawn": "withdrawn"}[state]
    verb = "is" if len(rows) == 1 else "are"
    return f"{at_least}{words.count(len(rows), 'change')} {verb} {what if len(rows) > 1 or state != 'open' else 'on its way'}."


@require_http_methods(["GET", "POST"])
def merge_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a request from a kitchen to its parent, or with ?down=1 take in what the parent has."""
    kitchen = get_kitchen(slug)
    if kitchen.parent is None:
        raise InvalidError(
            "Production has no parent to merge into.", remedy="Open the page of another kitchen."
        )
    if open_request := MergeRequest.objects.filter(
        source=kitchen, target=kitchen.parent, state="open"
    ).first():
        if request.GET.get("down") != "1":
            return redirect(open_request)
    down = request.GET.get("down") == "1"
    source, target = (kitchen.parent, kitchen) if down else (kitchen, kitchen.parent)
    if down and request.method == "POST":
        return _take_in(request, kitchen, source)
    preview = pages.preview_of(source, target)
    form = MergeForm(
        request.POST or None,
        initial={"title": kitchen.title, "intent": kitchen.description},
        earlier=MergeRequest.objects.filter(target=target, state="merged").order_by("-id")[:50],
    )
    if request.method == "POST" and form.is_valid():
        return _open(request, form, source, target)
    context = {
        "kitchen": kitchen,
        "source": source,
        "target": target,
        "down": down,
        "form": form,
        "preview": preview,
    }
    return render(
        request, "kitchens/merges/merge_new.html", context | {"sentence": _says(preview, source, target)}
    )


def _open(request: HttpRequest, form: MergeForm, source: Kitchen, target: Kitchen) -> HttpResponse:
    given = form.cleaned_data
    made = merges.open_request(
        source,
        target,
        title=given["title"],
        intent=given["intent"],
        mends=given["mends"],
        unplanned=given["mends"] is not None,
        by=request.user.actor(),
        now=timezone.now(),
    )
    messages.success(request, "The request is open. What it does and what stands in the way is here.")
    return redirect(made)


def _take_in(request: HttpRequest, kitchen: Kitchen, parent: Kitchen) -> HttpResponse:
    """Merge down at once where nothing clashes; else open a request in which the conflicts are resolved."""
    by, now = request.user.actor(), timezone.now()
    preview = pages.preview_of(parent, kitchen)
    if preview.open:
        made = merges.open_request(
            parent, kitchen, title=f"Take in {parent} at revision {parent.head}", by=by, now=now
        )
        return redirect(reverse("merge-conflict", args=[made.pk, preview.open[0].path]))
    revision = merges.merge_down(kitchen, by=by, now=now)
    messages.success(request, f"{kitchen} has everything of {parent} now, as its revision {revision.number}.")
    return redirect(kitchen)


def _says(preview: Any, source: Kitchen, target: Kitchen) -> str:
    if preview.up_to_date:
        return f"{target} has every file of {source} already; only data or settings may differ."
    clash = (
        f"; {words.count(len(preview.open), 'file')} changed on both sides"
        if preview.open
        else ", none of which clashes"
    )
    return f"{words.count(len(preview.changes), 'file')} would change in {target}{clash}."


@require_GET
def merge_detail(request: HttpRequest, pk: int) -> HttpResponse:
    context = request_context(request, pk, "overview")
    return render(request, "kitchens/merges/merge_detail.html", context | {"story": story(context["page"])})


@require_GET
def merge_changes(request: HttpRequest, pk: int) -> HttpResponse:
    context = request_context(request, pk, "changes")
    context["changes"] = pages.changes_page(context["page"].request)
    return render(request, "kitchens/merges/merge_changes.html", context)


@require_GET
def merge_data(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "kitchens/merges/merge_data.html", request_context(request, pk, "data"))


@require_GET
def merge_impact(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "kitchens/merges/merge_impact.html", request_context(request, pk, "impact"))


@require_GET
def merge_checks(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "kitchens/merges/merge_checks.html", request_context(request, pk, "checks"))


@require_GET
def merge_box(request: HttpRequest, pk: int) -> HttpResponse:
    context = request_context(request, pk, "overview")
    return polled(
        request, context["etag"], lambda: render(request, "kitchens/merges/_merge_box.html", context)
    )
