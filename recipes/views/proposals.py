"""Tests that the past of a dataset proposes: asked for, chosen, and committed like any other test."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from hub.common.errors import HubError, InvalidError, NotAllowedError
from kitchens.queries.kitchens import get_kitchen
from recipes.actions.data_tests import save_tests
from recipes.queries import proposals as queries

MOST_ACCEPTED = 200


@require_http_methods(["GET", "POST"])
def proposals(request: HttpRequest, kitchen: str, domain: str, name: str) -> HttpResponse:
    """The datasets of a recipe and what the chosen one proposes; a POST accepts those that were ticked, in one commit."""
    home, by = get_kitchen(kitchen), request.user.actor()
    here = reverse("proposals", args=[home.slug, domain, name])
    if request.method == "POST":
        by.require("recipe.change", home.slug)
        try:
            accepted = _accepted(request.POST.getlist("accept"))
            commit = request.POST.get("commit", "")[:40]
            saved = save_tests(
                home, domain, name, accepted, by=by, now=timezone.now(), expected_commit=commit
            )
        except NotAllowedError:
            raise
        except HubError as error:
            messages.error(request, f"Nothing was added. {error}")
            return redirect(f"{here}?dataset={request.POST.get('dataset', '')[:160]}")
        messages.success(request, f"Committed: {saved.note}. {home} is at revision {saved.number}.")
        return redirect(reverse("recipe-detail", args=[home.slug, domain, name]) + "#nodes-title")
    page = queries.proposals_page(home, domain, name, by)
    chosen = request.GET.get("dataset", "")
    context = {
        "page": page,
        "kitchen": home,
        "chosen": chosen if chosen in page.written else "",
        "part": "overview",
        "switch_to": reverse("recipe-list"),
    }
    return render(request, "recipes/proposals.html", context)


@require_GET
def proposals_of(request: HttpRequest, kitchen: str, domain: str, name: str, dataset: str) -> HttpResponse:
    """What one dataset proposes: fetched once the page is there, as it reads data."""
    home, by = get_kitchen(kitchen), request.user.actor()
    page = queries.proposals_page(home, domain, name, by)
    found = queries.proposed(page, dataset, by=by)
    context = {"page": page, "kitchen": home, "found": found}
    return render(request, "recipes/_proposals_of.html", context)


def _accepted(ticked: list[str]) -> dict[str, dict[str, Any]]:
    """Return the tests that were ticked by name; InvalidError for none, too many, or what is no test."""
    if not ticked or len(ticked) > MOST_ACCEPTED:
        raise InvalidError("No test was chosen.", remedy=f"Tick 1 to {MOST_ACCEPTED} of them.")
    found = {}
    for text in ticked:
        try:
            raw = json.loads(text)
            json.dumps(
                raw, allow_nan=False, ensure_ascii=False
            ).encode()  # half characters, numbers that are none
        except (ValueError, RecursionError):
            raw = None
        entry = raw.get("entry") if isinstance(raw, dict) else None
        if not isinstance(entry, dict) or not isinstance(raw.get("name"), str):
            raise InvalidError("What was sent is no test.", remedy="Load the page again.")
        found[raw["name"]] = entry
    return found
