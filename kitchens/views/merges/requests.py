"""Pages of merge requests: the list, opening one, one request and its parts."""

from __future__ import annotations

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
from kitchens.core.merging import Preview
from kitchens.forms.merges import MergeForm
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.merges import lists
from kitchens.queries.merges.files import changes_page
from kitchens.queries.merges.looks import preview_of
from kitchens.views.merges.shared import request_context, story

STATES = {"open": "Open", "merged": "Merged", "withdrawn": "Withdrawn"}
STATE_SAID = {"open": "on their way", "merged": "merged", "withdrawn": "withdrawn"}
PER_PAGE = 50


@require_GET
def merge_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "") if request.GET.get("state", "") in STATES else "open"
    before = request.GET.get("before", "")
    found = lists.requests(state)
    if before.isdecimal() and len(before) < 18:
        found = found.filter(pk__lt=int(before))
    rows = lists.rows(found[: PER_PAGE + 1])
    older = (
        f"?{urlencode({'state': state, 'before': rows[PER_PAGE - 1].request.pk})}"
        if len(rows) > PER_PAGE
        else ""
    )
    context = {
        "rows": rows[:PER_PAGE],
        "state": state,
        "states": STATES,
        "sentence": _sentence(state, len(rows[:PER_PAGE]), bool(older or before)),
        "older_url": older,
        "newest_url": f"?{urlencode({'state': state})}" if before else "",
    }
    return render(request, "kitchens/merges/merge_list.html", context)


def _sentence(state: str, shown: int, more: bool) -> str:
    if not shown:
        return "Nothing waits to be merged." if state == "open" else f"No request is {state}."
    many = f"{'At least ' if more else ''}{words.count(shown, 'request')} {'is' if shown == 1 else 'are'}"
    return f"{many} {'on its way' if state == 'open' and shown == 1 else STATE_SAID[state]}."


@require_http_methods(["GET", "POST"])
def merge_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a request from a kitchen to its parent, or with ?down=1 take in what the parent has."""
    kitchen = get_kitchen(slug)
    if kitchen.parent is None:
        raise InvalidError(
            "Production has no parent to merge into.", remedy="Open the page of another kitchen."
        )
    down = request.GET.get("down") == "1"
    source, target = (kitchen.parent, kitchen) if down else (kitchen, kitchen.parent)
    there = lists.requests("open").filter(source=source, target=target).first()
    if there is not None:
        return redirect(there)
    if down and request.method == "POST":
        return _take_in(request, kitchen, source)
    preview = _preview(source, target)
    form = MergeForm(
        request.POST or None,
        initial={"title": kitchen.title, "intent": kitchen.description},
        earlier=lists.requests("merged").filter(target=target),
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


def _preview(source: Kitchen, target: Kitchen) -> Preview:
    return preview_of(target, newest(source).commit, newest(target).commit)


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
    preview = _preview(parent, kitchen)
    if preview.open:
        made = merges.open_request(
            parent, kitchen, title=f"Take in {parent} at revision {parent.head}", by=by, now=now
        )
        return redirect(reverse("merge-conflict", args=[made.pk, preview.open[0].path]))
    revision = merges.merge_down(kitchen, by=by, now=now)
    messages.success(request, f"{kitchen} has everything of {parent} now, as its revision {revision.number}.")
    return redirect(kitchen)


def _says(preview: Preview, source: Kitchen, target: Kitchen) -> str:
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
    context["changes"] = changes_page(context["page"].request)
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

    def answer() -> HttpResponse:
        box = render(request, "kitchens/merges/_merge_box.html", context)
        if not context["live"]:
            box["HX-Trigger"] = "merge-settled"  # the page beside it tells of the candidate as well
        return box

    return polled(request, context["etag"], answer)
