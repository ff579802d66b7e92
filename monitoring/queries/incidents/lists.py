"""Lists of incidents, and one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.http import urlencode

from hub.common.errors import MissingError
from kitchens.core import words
from kitchens.queries.seeing import see, seen
from monitoring.models import Incident

PAGE = 50
# What the list is narrowed to -> how it is said.
STATES: Mapping[str, str] = {
    "": "not resolved",
    "open": "open",
    "acknowledged": "acknowledged",
    "snoozed": "snoozed",
    "monitoring": "waiting for green",
    "resolved": "resolved",
    "all": "all",
}
WHO = {"": "anybody", "me": "me", "nobody": "nobody"}
TONES = {"acknowledged": "wait", "snoozed": "skip", "monitoring": "wait", "resolved": "ok"}
SAID = {"monitoring": "waiting for green"}


@dataclass(frozen=True)
class IncidentFilter:
    """What the list is narrowed to; empty means all of it."""

    state: str = ""
    domain: str = ""
    severity: str = ""
    kitchen: str = ""
    who: str = ""

    def as_query(self) -> dict[str, str]:
        """Return the parameters of a URL that say the same."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class IncidentRow:
    """An incident in a list."""

    incident: Incident
    red: int  # episodes that are red now
    episodes: int

    @property
    def tone(self) -> str:
        return tone_of(self.incident)

    @property
    def state(self) -> str:
        return state_of(self.incident)


def tone_of(incident: Incident) -> str:
    """Return the tone of an incident: of its state once somebody has seen it, else of how bad it is."""
    return TONES.get(incident.state) or ("fail" if incident.severity == "stop" else "warn")


def state_of(incident: Incident) -> str:
    """Say where an incident stands."""
    if incident.state == "resolved":
        return f"resolved: {incident.get_reason_display()}"
    return SAID.get(incident.state, incident.state)


@dataclass(frozen=True)
class IncidentList:
    """A page of incidents."""

    rows: Sequence[IncidentRow]
    older: int | None
    asked: IncidentFilter
    further: bool

    @property
    def sentence(self) -> str:
        """Say in one sentence what stands here."""
        if not self.rows:
            return (
                "Nothing is red that nobody has resolved."
                if not self.asked.as_query()
                else "No incident fits."
            )
        many = words.count(len(self.rows), "incident")
        unseen = sum(row.incident.state == "open" for row in self.rows)
        stopped = sum(row.incident.severity == "stop" and row.incident.is_open for row in self.rows)
        more = "Of the newest " if self.older or self.further else ""
        begin = f"{more}{many}" if more else many
        return f"{begin}: {words.number(stopped)} stop something, {words.number(unseen)} nobody has acknowledged."

    @property
    def newest_url(self) -> str:
        return f"?{urlencode(self.asked.as_query())}" if self.further else ""

    @property
    def older_url(self) -> str:
        return f"?{urlencode(self.asked.as_query() | {'before': self.older})}" if self.older else ""


def incident_filter(given: Mapping[str, str]) -> IncidentFilter:
    """Read a filter from the parameters of a URL; what is unknown is left out."""
    state, severity, who = (given.get(name, "") for name in ("state", "severity", "who"))
    return IncidentFilter(
        state=state if state in STATES else "",
        domain=given.get("domain", "")[:60],
        severity=severity if severity in ("stop", "warn") else "",
        kitchen=given.get("kitchen", "")[:60],
        who=who if who in WHO else "",
    )


def incidents(asked: IncidentFilter, person: int | None = None) -> QuerySet[Incident]:
    """Return the incidents that fit, newest first, without those of closed kitchens. One query."""
    narrow = Q(kitchen__slug=asked.kitchen) if asked.kitchen else Q()
    if asked.state in ("", "resolved"):
        narrow &= Q(resolved_at__isnull=asked.state == "")
    elif asked.state != "all":
        narrow &= Q(state=asked.state, resolved_at__isnull=True)
    if asked.domain:
        narrow &= Q(domain=asked.domain)
    if asked.severity:
        narrow &= Q(severity=asked.severity)
    if asked.who == "nobody":
        narrow &= Q(assignee__isnull=True)
    elif asked.who == "me":
        narrow &= Q(assignee=person)
    return seen(
        Incident.objects.filter(narrow).select_related("kitchen", "assignee", "owner").order_by("-id")
    )


def counted(rows: Sequence[Incident]) -> list[IncidentRow]:
    """Return incidents with how many episodes they hold. One query for any number of them."""
    red = Count("episodes", filter=Q(episodes__closed_at__isnull=True))
    found = (
        Incident.objects.filter(pk__in=[one.pk for one in rows])
        .order_by()
        .values_list("pk")
        .annotate(now=red, n=Count("episodes"))
    )
    counts = {pk: (now, all_of_it) for pk, now, all_of_it in found}
    return [IncidentRow(one, *counts.get(one.pk, (0, 0))) for one in rows]


def incident_list(asked: IncidentFilter, person: int | None, before: int | None = None) -> IncidentList:
    """Return a page of incidents. Two queries over an index."""
    rows = incidents(asked, person)
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    return IncidentList(counted(found[:PAGE]), older, asked, before is not None)


def get_incident(pk: int) -> Incident:
    """Return an incident; MissingError where there is none, NotAllowedError where its kitchen is closed. One query."""
    needed = ("kitchen__owner", "kitchen__parent", "assignee", "owner", "duplicate_of")
    found = Incident.objects.select_related(*needed).filter(pk=pk).first()
    if found is None:
        raise MissingError(f"There is no incident {pk}.", remedy="Incidents lists all there are.")
    see(found.kitchen)
    return found


def snooze_said(incident: Incident, now: datetime) -> str:
    """Say until when an incident rests; "" where it does not."""
    if incident.state != "snoozed":
        return ""
    return (
        f"rests for {words.duration((incident.snoozed_until - now).total_seconds())} more"
        if incident.snoozed_until
        else "rests until it gets worse"
    )
