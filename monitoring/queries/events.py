"""The page Events: what came in lately, from whom, about what, and what was refused and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import OuterRef, QuerySet, Subquery

from kitchens.core import words
from kitchens.queries.seeing import seen
from monitoring.core.events.model import RunState
from monitoring.models import EventSource, ExternalComponent, ReceivedEvent, RefusedEvent
from recipes.core.status import Status

PAGE, REFUSALS, SOURCES = 40, 20, 200
STATES: Mapping[str, str] = {
    RunState.QUEUED: Status.QUEUED,
    RunState.RUNNING: Status.RUNNING,
    RunState.COMPLETED: Status.SUCCEEDED,
    RunState.COMPLETED_WITH_WARNINGS: "warn",
    RunState.FAILED: Status.FAILED,
    RunState.CANCELLED: Status.CANCELLED,
    RunState.SKIPPED: Status.SKIPPED,
}
CLAIMS = {"": "all", "unclaimed": "unclaimed", "claimed": "claimed"}


@dataclass(frozen=True)
class EventFilter:
    """What the page is narrowed to; every field is a parameter of the URL."""

    source: str = ""
    claim: str = ""

    def as_query(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class ComponentRow:
    """A component with its newest event."""

    component: ExternalComponent
    event: ReceivedEvent | None

    @property
    def state(self) -> str:
        """Where its newest run stands, as a status of our own runs; "" where no event has said."""
        return STATES.get(self.event.run.status, "") if self.event and self.event.run else ""

    @property
    def state_said(self) -> str:
        return self.event.run.get_status_display() if self.event and self.event.run else ""

    @property
    def run_link(self) -> str:
        """Where the other tool shows the run; "" where what it sent is no address of the web."""
        url = self.event.run.external_url if self.event and self.event.run else ""
        return url if url.startswith(("https://", "http://")) else ""


@dataclass(frozen=True)
class EventPage:
    """Everything the page shows."""

    sources: Sequence[EventSource]
    rows: Sequence[ComponentRow]
    refusals: Sequence[RefusedEvent]
    asked: EventFilter
    older: int | None
    further: bool

    @property
    def accepted(self) -> int:
        return sum(source.accepted for source in self.sources)

    @property
    def refused(self) -> int:
        return sum(source.refused for source in self.sources)

    @property
    def sentence(self) -> str:
        if not self.sources:
            return "What other tools tell of their runs, tests and data."
        told = f"{words.count(self.accepted, 'event')} taken from {words.count(len(self.sources), 'source')}"
        return f"{told}; {words.count(self.refused, 'was', 'were')} refused." if self.refused else f"{told}."

    @property
    def newest_url(self) -> str:
        return f"?{urlencode(self.asked.as_query())}" if self.further else ""

    @property
    def older_url(self) -> str:
        return f"?{urlencode(self.asked.as_query() | {'before': self.older})}" if self.older else ""


def event_filter(given: Mapping[str, str]) -> EventFilter:
    """Read a filter from the parameters of a URL; what is unknown is left out."""
    claim = given.get("claim", "")
    return EventFilter(given.get("source", "")[:40], claim if claim in CLAIMS else "")


def event_page(asked: EventFilter, before: int | None = None) -> EventPage:
    """Return the page. Four queries, however much came in."""
    sources = list(EventSource.objects.order_by("-last_at")[:SOURCES])
    rows = _narrowed(asked)
    found = list((rows.filter(pk__lt=before) if before is not None else rows)[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    refusals = RefusedEvent.objects.select_related("source").order_by("-pk")
    if asked.source:
        refusals = refusals.filter(source__name=asked.source)
    return EventPage(
        sources, _with_newest(found[:PAGE]), list(refusals[:REFUSALS]), asked, older, before is not None
    )


def _narrowed(asked: EventFilter) -> QuerySet[ExternalComponent]:
    rows = seen(ExternalComponent.objects.all()).select_related("source", "kitchen").order_by("-pk")
    if asked.source:
        rows = rows.filter(source__name=asked.source)
    if asked.claim:
        rows = rows.filter(domain="") if asked.claim == "unclaimed" else rows.exclude(domain="")
    return rows


def _with_newest(found: Sequence[ExternalComponent]) -> list[ComponentRow]:
    """Return the components with their newest event and its run. One query of a look-up in the index for each."""
    newest = ReceivedEvent.objects.filter(component=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    ids = ExternalComponent.objects.filter(pk__in=[one.pk for one in found]).values(newest=Subquery(newest))
    rows = ReceivedEvent.objects.filter(pk__in=ids).select_related("run").only(
        "component", "kind", "said", "level", "event_time", "received_at",
        "run__key", "run__name", "run__status", "run__component", "run__external_url", "run__stage",
    )  # fmt: skip
    events = {row.component_id: row for row in rows} if found else {}
    return [ComponentRow(one, events.get(one.pk)) for one in found]
