"""What every change of an incident is made of: the row under lock, its new state, and the event that tells of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, Sum

from hub.common.errors import ConflictError
from kitchens.core.roles import Actor
from monitoring.core.incidents.states import MOVES, Level, refusal, urgency
from monitoring.models import Episode, Incident, IncidentEvent
from recipes.models import OrderRun

NEEDED = ("kitchen__owner", "assignee", "owner")


def locked(pk: int) -> Incident:
    """Return an incident as it is now, held until the end of the transaction. One query."""
    return Incident.objects.select_for_update(of=("self",)).select_related(*NEEDED).get(pk=pk)


def put(incident: Incident, move: str, **facts: Any) -> Incident:
    """Make a move and write it down; ConflictError, in words, where it is not allowed from here. One query."""
    if why := refusal(move, incident.state):
        raise ConflictError(why, remedy="Look at its page again: somebody was quicker.")
    return write(incident, state=MOVES[move][1], **facts)


def write(incident: Incident, **facts: Any) -> Incident:
    """Write facts of an incident with the urgency that follows from them. One query."""
    for name, value in facts.items():
        setattr(incident, name, value)
    incident.urgency = urgency(incident.state, incident.severity)
    incident.save(update_fields=[*facts, "urgency"])
    return incident


def note(
    incident: Incident,
    what: str,
    said: str,
    now: datetime,
    by: Actor | None = None,
    *,
    text: str = "",
    url: str = "",
) -> IncidentEvent:
    """Tell in the timeline what happened, or what was said. One query."""
    return IncidentEvent.objects.create(
        incident=incident,
        at=now,
        by_id=by.person_id if by else None,
        what=what,
        said=said[:300],
        text=text,
        url=url,
    )


def level_of(incident: Incident) -> Level:
    """Return how bad it is now. One query."""
    is_open = Q(closed_at__isnull=True)
    seen = Episode.objects.filter(is_open, incident=incident).aggregate(
        n=Count("id"), stops=Count("id", filter=Q(severity="stop")), failing=Sum("last_result__n_fail")
    )
    return Level(seen["n"], "stop" if seen["stops"] else "warn", seen["failing"] or 0)


def green_by(incident: Incident) -> OrderRun | None:
    """Return the run that turned the last of its episodes green, with its revision; None where none is known. One query."""
    fixed = Episode.objects.filter(incident=incident, ending="green", fixed_run__isnull=False)
    last = fixed.select_related("fixed_run__revision").order_by("-closed_at", "-id").first()
    return last.fixed_run if last else None


def ended_at(incident: Incident) -> tuple[datetime | None, bool]:
    """Return when the last of its episodes ended, and whether one of them ended green. One query."""
    seen = Episode.objects.filter(incident=incident).aggregate(
        at=Max("closed_at"), green=Count("id", filter=Q(ending="green"))
    )
    return seen["at"], bool(seen["green"])
