"""The alarms of a year: an incident with its story and a notice for every episode of failure, as if no two had one root."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import F, Max, Value
from django.utils import timezone

from benchmarks.rows import insert, plain_row
from kitchens.models import Person
from monitoring.core.incidents.states import urgency
from monitoring.models import Channel, Episode, Incident, IncidentEvent, Notice

TITLE = "Rows of sales.orders name an unknown shop"


def write(owner: Person) -> None:
    """Write an incident of `owner` for every episode there is: open while it is red, resolved by green since."""
    channel = Channel.objects.create(name="bench", kind="webhook", enabled=False, created_at=timezone.now())
    first = 1 + (Incident.objects.aggregate(last=Max("pk"))["last"] or 0)
    offset = first - Episode.objects.earliest("pk").pk
    insert(Incident, _incidents(offset, owner))
    Episode.objects.update(incident_id=F("pk") + Value(offset), told=True)
    insert(IncidentEvent, _events(first))
    insert(Notice, _notices(first, channel))


def _incidents(offset: int, owner: Person) -> Iterator[dict[str, Any]]:
    kept = ("pk", "kitchen", "domain", "opened_at", "closed_at", "first_run", "severity")
    for pk, kitchen, domain, opened, closed, run, severity in Episode.objects.order_by("pk").values_list(
        *kept
    ):
        state = "resolved" if closed else "open"
        yield plain_row(
            Incident(
                id=pk + offset,
                kitchen_id=kitchen,
                domain=domain,
                title=TITLE,
                fingerprint=f"{kitchen} {pk}",
                run=run,
                severity=severity,
                state=state,
                urgency=urgency(state, severity),
                reason="green" if closed else "",
                owner=owner,
                opened_at=opened,
                open_since=opened,
                resolved_at=closed,
                turns=1,
            )
        )


def _made(first: int) -> Iterator[tuple[int, datetime]]:
    yield from Incident.objects.filter(pk__gte=first).order_by("pk").values_list("pk", "opened_at")


def _events(first: int) -> Iterator[dict[str, Any]]:
    for pk, at in _made(first):
        for what, said in (
            ("opened", f"{TITLE}: the incident is open."),
            ("joined", "“unique” is red, too."),
        ):
            row = plain_row(IncidentEvent(incident_id=pk, at=at, what=what, said=said))
            del row["id"]
            yield row


def _notices(first: int, channel: Channel) -> Iterator[dict[str, Any]]:
    for pk, at in _made(first):
        times = {name: at for name in ("created_at", "due_at", "sent_at")}
        told = {"title": TITLE, "text": TITLE, "key": f"bench-{pk}", "kind": "opened", "state": "sent"}
        row = plain_row(Notice(incident_id=pk, channel=channel, **told, **times))
        del row["id"]
        yield row
