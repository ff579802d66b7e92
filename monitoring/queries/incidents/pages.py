"""Everything the page of an incident shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.urls import NoReverseMatch, reverse

from kitchens.core.roles import Actor
from kitchens.core.story import Entry
from kitchens.models import Person
from monitoring.core.incidents import story
from monitoring.core.incidents.states import BY_PEOPLE, MOVES, REASONS, refusal
from monitoring.models import Episode, Incident, IncidentEvent, Notice
from monitoring.queries.incidents.lists import snooze_said, state_of, tone_of

SHOWN = 100
PEOPLE = 200
NOTICE_TONES = {"sent": "ok", "failed": "fail", "dropped": "skip", "sending": "run", "waiting": "wait"}


@dataclass(frozen=True)
class Red:
    """An episode of the incident, with where its report is."""

    episode: Episode
    url: str


@dataclass(frozen=True)
class Told:
    """A notice: to whom, and what came of it."""

    notice: Notice

    @property
    def tone(self) -> str:
        return (
            "warn"
            if self.notice.state == "waiting" and self.notice.error
            else NOTICE_TONES[self.notice.state]
        )

    @property
    def to(self) -> str:
        return str(self.notice.person or self.notice.to or "all")

    @property
    def said(self) -> str:
        """What came of it, in words."""
        one = self.notice
        waits = f"waits: {one.waits}" if one.waits else "waits"
        words = {"waiting": "is tried again" if one.error else waits, "failed": "given up"}
        return (words | {"dropped": "not sent"}).get(one.state, one.state)


@dataclass(frozen=True)
class IncidentPage:
    """One incident."""

    incident: Incident
    red: Sequence[Red]
    story: Sequence[Entry]
    told: Sequence[Told]
    people: Sequence[Person]
    may: Mapping[str, bool]  # move -> whether it is there for this person now
    refused: str  # why this person may not change it, "" where they may
    rests: str
    now: datetime

    @property
    def tone(self) -> str:
        return tone_of(self.incident)

    @property
    def state(self) -> str:
        return state_of(self.incident)

    @property
    def open_red(self) -> int:
        return sum(one.episode.is_open for one in self.red)

    @property
    def reasons(self) -> Sequence[tuple[str, str]]:
        return [(reason, REASONS[reason]) for reason in BY_PEOPLE]


def incident_page(incident: Incident, by: Actor, now: datetime) -> IncidentPage:
    """Return the page of an incident. Four queries."""
    episodes = (
        incident.episodes.select_related("first_run", "last_run")
        .defer("findings")
        .order_by("closed_at", "id")
    )
    refused = by.refusal("incident.change", incident.kitchen.slug)
    people = Person.objects.filter(is_active=True).order_by("username")[:PEOPLE]
    return IncidentPage(
        incident=incident,
        red=_open_first([Red(one, report_url(one)) for one in episodes[:SHOWN]]),
        story=_story(incident),
        told=[
            Told(one) for one in incident.notices.select_related("channel", "person").order_by("-id")[:SHOWN]
        ],
        people=list(people) if not refused else [],
        may={move: not refused and not refusal(move, incident.state) for move in MOVES},
        refused=refused,
        rests=snooze_said(incident, now),
        now=now,
    )


def facts_of(incident: Incident) -> tuple[object, ...]:
    """Return what the page of an incident changes with. One query."""
    mine = {"incident": OuterRef("pk")}
    red = Episode.objects.filter(**mine).order_by().values("incident")
    told = Notice.objects.filter(**mine).order_by().values("incident")
    said = IncidentEvent.objects.filter(**mine).order_by("-id").values("pk")[:1]
    seen = Incident.objects.filter(pk=incident.pk).values_list(
        "state",
        "severity",
        "assignee",
        "flaps",
        Subquery(said),
        Subquery(red.annotate(n=Count("id")).values("n")),
        Subquery(red.annotate(n=Count("closed_at")).values("n")),
        Subquery(red.annotate(n=Sum("n_runs")).values("n")),
        Subquery(told.annotate(n=Count("id")).values("n")),
        Subquery(told.annotate(n=Count("id", filter=Q(state="sent"))).values("n")),
        Subquery(told.annotate(n=Sum("tries")).values("n")),
    )
    return seen.get()


def _open_first(found: Sequence[Red]) -> list[Red]:
    return sorted(
        found, key=lambda one: (not one.episode.is_open, one.episode.severity != "stop", one.episode.pk)
    )


def _story(incident: Incident) -> list[Entry]:
    """Return what happened and was said, oldest first, the newest hundred of it."""
    events = list(incident.events.select_related("by").order_by("-id")[:SHOWN])
    return [
        story.entry(one.what, one.at, str(one.by) if one.by else "", one.said, one.text, one.url)
        for one in reversed(events)
    ]


def report_url(episode: Episode) -> str:
    """Return where the report of an episode is, else the run it began in, "" where there is neither."""
    for name, args in (("failure-report", [episode.pk]), ("run-detail", [episode.first_run_id])):
        try:
            if args[0]:
                return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return ""
