"""What people do with a merge request: words, building, merging, conflicts, going back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from kitchens.actions import merges
from kitchens.actions.rollbacks import roll_back
from kitchens.core.merging import Resolution
from kitchens.forms.merges import RollBackForm
from kitchens.models import MergeRequest
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.merges.files import conflict_page
from kitchens.queries.merges.lists import get_request
from kitchens.queries.merges.pages import seen_of
from kitchens.queries.rollbacks import get_revision, preview_rollback
from kitchens.views.merges.shared import request_context


def _comment(one: MergeRequest, given: Any, who: dict[str, Any]) -> str:
    line = given.get("line", "")
    number = int(line) if line.isdecimal() and len(line) < 8 else None
    merges.comment(one, given.get("text", ""), path=given.get("path", "")[:300], line=number, **who)
    return ""


def _approve(one: MergeRequest, given: Any, who: dict[str, Any]) -> str:
    agreed = given.get("tests_removed") == "yes"
    merges.approve(
        one, note=given.get("text", ""), tests_removed=agreed, seen=given.get("seen", "")[:64], **who
    )
    return "Approved, as it is now. Another change to the kitchen, or to the code of the target, voids it."


def _ask(one: MergeRequest, given: Any, who: dict[str, Any]) -> str:
    merges.ask_for_changes(one, note=given.get("text", ""), **who)
    return "The request waits for changes now."


def _build(one: MergeRequest, given: Any, who: dict[str, Any]) -> str:
    merges.start_candidate(one, **who)
    return "The candidate is being built. The page follows it by itself."


def _merge(one: MergeRequest, given: Any, who: dict[str, Any]) -> str:
    revision = merges.merge(one, **who)
    return f"Merged: {revision.kitchen} is at revision {revision.number}, code, data and settings at once."


def _when_green(one: MergeRequest, given: Any, who: dict[str, Any]) -> str:
    wanted = given.get("wanted") == "yes"
    merges.merge_when_green(one, wanted, **who)
    return "It merges by itself once every gate is open." if wanted else "It waits for you."


def _withdraw(one: MergeRequest, given: Any, who: dict[str, Any]) -> str:
    merges.withdraw(one, **who)
    return "The request is withdrawn. The kitchen is as it was."


DO: dict[str, Callable[[MergeRequest, Any, dict[str, Any]], str]] = {
    "comment": _comment,
    "approve": _approve,
    "ask": _ask,
    "build": _build,
    "merge": _merge,
    "when-green": _when_green,
    "withdraw": _withdraw,
}
BACK_TO = {"comment": "#talk", "approve": "#talk", "ask": "#talk"}


@require_POST
def merge_do(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Do one thing with a request, say what came of it, and lead back to its page."""
    if what not in DO:
        raise Http404
    one = get_request(pk)
    said = DO[what](one, request.POST, {"by": request.user.actor(), "now": timezone.now()})
    if said:
        messages.success(request, said)
    if what == "build":
        return redirect("merge-checks", pk)
    where = reverse("merge-changes", args=[pk]) if request.POST.get("path") else one.get_absolute_url()
    return redirect(where + ("" if request.POST.get("path") else BACK_TO.get(what, "")))


@require_http_methods(["GET", "POST"])
def merge_conflict(request: HttpRequest, pk: int, path: str) -> HttpResponse:
    """One file in conflict in three panes; a decision leads to the next one that is open."""
    if request.method == "POST":
        return _decide(request, pk, path)
    context = request_context(request, pk, "overview")
    one = conflict_page(context["page"].request, path)
    own = one.merged if one.conflict.resolved else (one.conflict.target.text or one.conflict.source.text)
    context |= {"one": one, "own_text": own, "one_rights": context["page"].rights.resolve}
    return render(request, "kitchens/merges/merge_conflict.html", context)


def _decide(request: HttpRequest, pk: int, path: str) -> HttpResponse:
    one, given = get_request(pk), request.POST
    take = given.get("take", "")
    resolution = None
    if take != "undo":
        hunks = sorted(
            (int(key[5:]), given[key]) for key in given if key.startswith("hunk-") and key[5:].isdecimal()
        )
        resolution = Resolution.from_dict(
            {
                "take": take,
                "sides": given.getlist("sides"),
                "hunks": [pick for _, pick in hunks],
                "text": given.get("text", "").replace("\r\n", "\n"),
            }
        )
    merges.resolve(one, path, resolution, by=request.user.actor(), now=timezone.now())
    still_open = seen_of(get_request(pk)).preview.open
    if resolution and not still_open:
        messages.success(request, "Every conflict is resolved.")
        return redirect("merge-detail", pk)
    return redirect("merge-conflict", pk, still_open[0].path if resolution else path)


@require_http_methods(["GET", "POST"])
def kitchen_rollback(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show what going back to a revision does, and do it."""
    kitchen = get_kitchen(slug)
    back = preview_rollback(kitchen, get_revision(kitchen, number))
    form = RollBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = roll_back(
            kitchen,
            back.to,
            note=form.cleaned_data["note"],
            overrides=form.cleaned_data["settings"],
            by=request.user.actor(),
            now=timezone.now(),
        )
        messages.success(
            request, f"{kitchen} is as it was at revision {number}; that is revision {made.number} now."
        )
        return redirect(kitchen)
    refused = request.user.actor().refusal("kitchen.rollback", kitchen.slug)
    context = {"kitchen": kitchen, "back": back, "form": form, "refused": refused, "switch_to": "/kitchens/"}
    return render(request, "kitchens/merges/kitchen_rollback.html", context)
