"""What every page of a merge request shows around its own part: tabs, the box at the right, the story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from hub.common.html import etag_of
from kitchens.core.story import Entry, look
from kitchens.queries.merges.lists import get_request
from kitchens.queries.merges.looks import is_down
from kitchens.queries.merges.pages import request_page
from kitchens.queries.merges.shown import RequestPage

# What is told by an approval or a comment itself, not by its event.
TOLD_APART = frozenset({"approved", "changes.wanted", "commented"})
STATES = {"merged": ("succeeded", "merged"), "withdrawn": ("skipped", "withdrawn")}
CANDIDATES = {
    "building": ("running", "being built"),
    "green": ("succeeded", "green"),
    "red": ("failed", "red"),
    "void": ("skipped", "void: it was built of something older"),
}


@dataclass(frozen=True)
class Tab:
    name: str
    title: str
    url: str
    count: int = 0


def request_context(request: HttpRequest, pk: int, part: str) -> dict[str, Any]:
    """Return what the frame of a merge request's page shows, with the tab `part` chosen."""
    page = request_page(get_request(pk), request.user.actor())
    badge, said = STATES.get(page.request.state, ("", ""))
    candidate = CANDIDATES.get(page.request.candidate_state, ("", ""))
    blocked = [gate for gate in page.gates if not gate.passes]
    merged = page.request.merged_revision
    return {
        "page": page,
        "part": part,
        "kitchen": page.request.target,
        "switch_to": "/merges/",
        "tabs": tabs(page),
        "unresolved": [one for one in page.conflicts if not one.resolved],
        "state_badge": badge,
        "state_said": said,
        "candidate_badge": candidate[0],
        "candidate_said": candidate[1],
        "down": is_down(page.request),
        "needs_candidate": any(gate.name == "candidate" for gate in blocked)
        and page.request.candidate_state != "building"
        and not any(gate.name in ("freeze", "conflicts", "recipes") for gate in blocked),
        "live": page.request.state == "open",
        "etag": box_etag(page),
        "before": merged.number - 1 if merged else 0,
    }


def box_etag(page: RequestPage) -> str:
    """Return the tag of the box: another one where a gate, the candidate or the request itself is another."""
    one = page.request
    return etag_of(page.gates, one.state, one.candidate_state, one.merge_when_green, page.rights)


def tabs(page: RequestPage) -> list[Tab]:
    """Return the parts of a merge request, with how much each holds."""
    pk = page.request.pk
    impact = page.impact
    return [
        Tab("overview", "Overview", reverse("merge-detail", args=[pk])),
        Tab("changes", "Files", reverse("merge-changes", args=[pk]), page.files),
        Tab("data", "Data", reverse("merge-data", args=[pk]), len(page.datasets)),
        Tab("impact", "Impact", reverse("merge-impact", args=[pk]), len(impact.consumers)),
        Tab("checks", "Checks", reverse("merge-checks", args=[pk])),
    ]


def story(page: RequestPage) -> list[Entry]:
    """Return all that happened and was said, oldest first."""
    return sorted([*_events(page), *_words(page), *_comments(page)], key=lambda entry: entry.at)


def _events(page: RequestPage) -> Iterator[Entry]:
    for event in page.events:
        if event.what in TOLD_APART:
            continue
        icon, tone = look(event.what)
        yield Entry(event.at, "", event.sentence, icon, tone)


def _words(page: RequestPage) -> Iterator[Entry]:
    for said in page.said:
        one = said.approval
        did = "approved it" if one.approved else "asks for changes"
        if one.approved and one.tests_removed:
            did += ", and that tests say less than before"
        tone = "skip" if said.void else "ok" if one.approved else "warn"
        yield Entry(one.at, str(one.person), did, tone, tone, one.note, void=said.void)


def _comments(page: RequestPage) -> Iterator[Entry]:
    for one in page.comments:
        where = f"{one.path} line {one.line}" if one.line else one.path
        url = reverse("merge-changes", args=[page.request.pk]) if one.path else ""
        yield Entry(one.at, str(one.person), "said", text=one.text, where=where, where_url=url)
