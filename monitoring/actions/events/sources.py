"""Sources of events: made by their first one, counted, and told what is taken from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from hub.common.errors import InvalidError, MissingError
from kitchens.actions import audit
from kitchens.core.roles import Actor
from monitoring.core.events.fields import clipped
from monitoring.models import EventSource, RefusedEvent

MOST_SOURCES = 200
KEPT_REFUSALS = 50  # of each source


@dataclass(frozen=True)
class Refused:
    """An item that was not taken: where it stood, and why."""

    place: str
    field: str
    reason: str
    source: str = ""


def held_source(name: str, now: datetime) -> EventSource:
    """Return the source, made where it is new, and held until the transaction ends: of two batches one waits.

    InvalidError where there are too many sources already. Two queries.
    """
    found = EventSource.objects.select_for_update().filter(name=name).first()
    if found:
        return found
    if EventSource.objects.count() >= MOST_SOURCES:
        raise InvalidError(
            f"There are {MOST_SOURCES} sources of events already.",
            remedy="Use the name of one there is: the tool and its instance, never a run or a date.",
            field="source",
        )
    EventSource.objects.get_or_create(name=name, defaults={"first_at": now, "last_at": now})
    return EventSource.objects.select_for_update().get(name=name)


def note(source: EventSource, *, accepted: int, repeated: int, now: datetime) -> None:
    """Count what came from a source. One query."""
    EventSource.objects.filter(pk=source.pk).update(
        accepted=F("accepted") + accepted, repeated=F("repeated") + repeated, last_at=now
    )


@transaction.atomic
def note_refusals(found: Sequence[Refused], *, by: str, now: datetime) -> None:
    """Keep why items were not taken, the newest fifty of each source, and of those that name none we know."""
    names = sorted({one.source for one in found})
    known = {
        one.name: one
        for one in EventSource.objects.select_for_update().filter(name__in=names).order_by("name")
    }
    for name in names:
        source = known.get(name)
        mine = [one for one in found if known.get(one.source) == source and one.source == name]
        if source:
            EventSource.objects.filter(pk=source.pk).update(refused=F("refused") + len(mine), last_at=now)
        rows = [
            RefusedEvent(source=source, at=now, by=by[:250], place=one.place[:100], field=clipped(one.field, 300),
                         reason=clipped(one.reason, 1000))
            for one in mine[:KEPT_REFUSALS]
        ]  # fmt: skip
        RefusedEvent.objects.bulk_create(rows)
        of_source = RefusedEvent.objects.filter(source=source)
        if last := of_source.order_by("-pk").values_list("pk", flat=True)[KEPT_REFUSALS : KEPT_REFUSALS + 1]:
            of_source.filter(pk__lte=last[0]).delete()


@transaction.atomic
def take_rows(pk: int, takes: bool, *, by: Actor, now: datetime) -> EventSource:
    """Say whether failing rows are taken from a source as evidence; MissingError. Twice changes nothing."""
    by.require("source.change")
    source = EventSource.objects.select_for_update().filter(pk=pk).first()
    if source is None:
        raise MissingError(f"There is no source of events {pk}.")
    if source.takes_rows != takes:
        source.takes_rows = takes
        source.save(update_fields=["takes_rows"])
        audit.record(by, "source.changed", source.name, now, takes_rows=takes)
    return source
