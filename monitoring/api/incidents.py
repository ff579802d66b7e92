"""Incidents: listed, read, acknowledged, given to somebody, resolved, talked about."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from kitchens.api.access import actor, may
from kitchens.api.paging import LARGEST_ID, AfterId, Limit, Page, page
from monitoring.actions import incidents as actions
from monitoring.models import Episode, Incident, IncidentEvent
from monitoring.queries.incidents import lists

router = Router(tags=["Incidents"])
IncidentId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Number of the incident")]
State = Annotated[
    Literal["open", "acknowledged", "snoozed", "monitoring", "resolved", "all"] | None,
    Query(description="Only those in this state; without it those that are not resolved"),
]
Severity = Annotated[Literal["stop", "warn"] | None, Query(description="Only those of this severity")]
Name = Annotated[str, Query(max_length=60)]
Reason = Literal["data_fixed", "code_fixed", "expected", "false_alarm", "test_wrong", "duplicate", "wont_fix"]
Text = Annotated[str, Field(max_length=10_000)]


class IncidentOut(Schema):
    """What somebody looks after: tests and nodes that are red for one reason."""

    id: int
    title: str = Field(examples=["“enough rows” is red in flights/daily"])
    kitchen: str = Field(alias="kitchen.slug")
    domain: str
    severity: str = Field(examples=["stop"])
    state: str = Field(examples=["acknowledged"])
    reason: str = Field(description="Why it is over; empty while it is not", examples=["data_fixed"])
    owner: str | None = Field(None, alias="owner.username")
    assignee: str | None = Field(None, alias="assignee.username")
    opened_at: datetime
    acknowledged_at: datetime | None
    snoozed_until: datetime | None
    resolved_at: datetime | None
    flaps: int = Field(description="How often it was red again within a day of its end")


class EpisodeOut(Schema):
    """A test or node that is, or was, red."""

    id: int
    named: str
    domain: str
    recipe: str
    node: str
    test: str
    dataset: str
    severity: str
    verdict: str
    sentence: str = Field(description="What was found first")
    first_run: int | None = Field(alias="first_run_id")
    fixed_run: int | None = Field(alias="fixed_run_id")
    opened_at: datetime
    closed_at: datetime | None


class EventOut(Schema):
    """What happened, or was said."""

    id: int
    at: datetime
    by: str | None = Field(None, alias="by.username")
    what: str = Field(examples=["commented"])
    said: str
    text: str
    url: str


class IncidentWholeOut(Schema):
    incident: IncidentOut
    episodes: list[EpisodeOut]
    events: list[EventOut]


class AssignIn(Schema):
    username: str = Field("", max_length=150, description="Empty: nobody in particular")


class ResolveIn(Schema):
    reason: Reason
    comment: Text = Field("", description="Needed unless it is fixed or a duplicate")
    duplicate_of: int | None = Field(None, ge=1, le=LARGEST_ID)
    until: datetime | None = Field(None, description="With wont_fix: when it opens again if it is still red")


class CommentIn(Schema):
    text: Text


class SnoozeIn(Schema):
    until: datetime | None = Field(None, description="Null: until it gets worse, which wakes it in any case")


@router.get("/incidents", response=Page[IncidentOut], summary="List the incidents", **may("mesh.see"))
def list_incidents(
    request: HttpRequest,
    response: HttpResponse,
    state: State = None,
    domain: Name = "",
    kitchen: Name = "",
    severity: Severity = None,
    limit: Limit = 50,
    after: AfterId = None,
) -> dict[str, Any]:
    """Incidents, newest first. `after` is the number in the `next` link."""
    asked = lists.IncidentFilter(state=state or "", domain=domain, kitchen=kitchen, severity=severity or "")
    rows = lists.incidents(asked)
    return page(request, response, rows.filter(pk__lt=after) if after else rows, limit, key=lambda r: r.pk)


@router.get(
    "/incidents/{incident_id}", response=IncidentWholeOut, summary="Get an incident", **may("mesh.see")
)
def get_incident(request: HttpRequest, incident_id: IncidentId) -> dict[str, Any]:
    """One incident with its newest hundred episodes and all that happened."""
    found = lists.get_incident(incident_id)
    episodes: list[Episode] = list(found.episodes.defer("findings").order_by("-id")[:100])
    return {"incident": found, "episodes": episodes, "events": list(found.events.select_related("by")[:1000])}


@router.post(
    "/incidents/{incident_id}/acknowledge",
    response=IncidentOut,
    summary="Acknowledge an incident",
    **may("incident.change"),
)
def acknowledge_incident(request: HttpRequest, incident_id: IncidentId) -> Incident:
    """Say that you have seen it; you look after it then, where nobody does. Twice is as good as once."""
    return actions.acknowledge(lists.get_incident(incident_id), by=actor(request), now=timezone.now())


@router.post(
    "/incidents/{incident_id}/assign",
    response=IncidentOut,
    summary="Give an incident to somebody",
    **may("incident.change"),
)
def assign_incident(request: HttpRequest, incident_id: IncidentId, given: AssignIn) -> Incident:
    """Name who looks after it."""
    return actions.assign(
        lists.get_incident(incident_id), given.username, by=actor(request), now=timezone.now()
    )


@router.post(
    "/incidents/{incident_id}/snooze",
    response=IncidentOut,
    summary="Let an incident rest",
    **may("incident.change"),
)
def snooze_incident(request: HttpRequest, incident_id: IncidentId, given: SnoozeIn) -> Incident:
    """Until a time within 30 days, or until it gets worse."""
    return actions.snooze(lists.get_incident(incident_id), given.until, by=actor(request), now=timezone.now())


@router.post(
    "/incidents/{incident_id}/resolve",
    response=IncidentOut,
    summary="Resolve an incident",
    **may("incident.change"),
)
def resolve_incident(request: HttpRequest, incident_id: IncidentId, given: ResolveIn) -> Incident:
    """Close it with a reason. 409 where it is resolved already."""
    return actions.resolve(
        lists.get_incident(incident_id), **given.dict(), by=actor(request), now=timezone.now()
    )


@router.post(
    "/incidents/{incident_id}/comments",
    response={201: EventOut},
    summary="Comment on an incident",
    **may("incident.comment"),
)
def comment_incident(request: HttpRequest, incident_id: IncidentId, given: CommentIn) -> Status:
    """Say something about it. No notice quotes it."""
    made: IncidentEvent = actions.comment(
        lists.get_incident(incident_id), given.text, by=actor(request), now=timezone.now()
    )
    return Status(201, made)
