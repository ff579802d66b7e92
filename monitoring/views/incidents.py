"""Incidents: the list, one of them, and what people do with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_POST

from hub.common.errors import InvalidError
from hub.common.html import etag_of, polled, wants_fragment
from kitchens.queries.kitchens import domains
from monitoring.actions import incidents as actions
from monitoring.models import Incident
from monitoring.queries.incidents import lists
from monitoring.queries.incidents.pages import facts_of, incident_page

SNOOZES = {"1": "an hour", "4": "4 hours", "24": "a day", "72": "3 days", "168": "a week"}


@require_GET
def incident_list(request: HttpRequest) -> HttpResponse:
    asked = lists.incident_filter(request.GET)
    before = request.GET.get("before", "")
    seen = int(before) if before.isdecimal() and len(before) < 18 else None
    page = lists.incident_list(asked, request.user.pk, seen)
    context = {"page": page, "domains": domains(), "states": lists.STATES, "who": lists.WHO}
    return render(request, "monitoring/incident_list.html", context)


@require_GET
def incident_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, lists.get_incident(pk), "monitoring/incident_detail.html")


@require_GET
def incident_live(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of an incident while it is looked at: what turned green or red, was said and told meanwhile."""
    one = lists.get_incident(pk)
    return polled(
        request, etag_of(*facts_of(one)), lambda: _page(request, one, "monitoring/_incident_live.html")
    )


def _page(request: HttpRequest, incident: Incident, template: str, said: str = "") -> HttpResponse:
    page = incident_page(incident, request.user.actor(), timezone.now())
    context = {
        "page": page,
        "one": incident,
        "kitchen": incident.kitchen,
        "switch_to": "/",
        "snoozes": SNOOZES,
        "said": said,
        "etag": etag_of(*facts_of(incident)),
    }
    return render(request, template, context)


def _acknowledge(one: Incident, given: Any, who: dict[str, Any]) -> str:
    actions.acknowledge(one, **who)
    return "You look after it now, unless somebody did before."


def _assign(one: Incident, given: Any, who: dict[str, Any]) -> str:
    changed = actions.assign(one, given.get("username", ""), **who)
    return (
        f"{changed.assignee} looks after it now." if changed.assignee else "Nobody in particular has it now."
    )


def _snooze(one: Incident, given: Any, who: dict[str, Any]) -> str:
    hours = given.get("hours", "")
    until = who["now"] + timedelta(hours=int(hours)) if hours in SNOOZES else None
    actions.snooze(one, until, **who)
    return "It rests. Should it get worse, it wakes by itself."


def _watch(one: Incident, given: Any, who: dict[str, Any]) -> str:
    actions.watch(one, **who)
    return "The next green run resolves it."


def _resolve(one: Incident, given: Any, who: dict[str, Any]) -> str:
    other = given.get("duplicate_of", "").strip()
    number = int(other) if other.isdecimal() and len(other) < 18 else None
    actions.resolve(
        one,
        given.get("reason", ""),
        comment=given.get("comment", ""),
        duplicate_of=number,
        until=_day(given.get("until", "")),
        **who,
    )
    return "It is resolved."


def _day(text: str) -> datetime | None:
    try:
        day = parse_date(text)
    except ValueError as wrong:
        raise InvalidError("This is not a day.", remedy="Write it as 2026-03-31.", field="until") from wrong
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone()) if day else None


def _reopen(one: Incident, given: Any, who: dict[str, Any]) -> str:
    actions.reopen(one, **who)
    return "It is open again."


def _comment(one: Incident, given: Any, who: dict[str, Any]) -> str:
    actions.comment(one, given.get("text", ""), **who)
    return ""


def _link(one: Incident, given: Any, who: dict[str, Any]) -> str:
    actions.link(one, given.get("url", ""), given.get("title", ""), **who)
    return ""


DO: dict[str, Callable[[Incident, Any, dict[str, Any]], str]] = {
    "acknowledge": _acknowledge,
    "assign": _assign,
    "snooze": _snooze,
    "watch": _watch,
    "resolve": _resolve,
    "reopen": _reopen,
    "comment": _comment,
    "link": _link,
}


@require_POST
def incident_do(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Do one thing with an incident: htmx gets the page's fragment again, a plain form is led back to the page."""
    if what not in DO:
        raise Http404
    one = lists.get_incident(pk)
    said = DO[what](one, request.POST, {"by": request.user.actor(), "now": timezone.now()})
    if wants_fragment(request):
        return _page(request, lists.get_incident(pk), "monitoring/_incident_live.html", said)
    if said:
        messages.success(request, said)
    return redirect("inbox" if request.POST.get("from") == "inbox" else one)
