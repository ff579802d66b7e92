"""Stores the events of one source in one kitchen: each once, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.db import transaction

from hub.common.errors import ConflictError, HubError, InvalidError
from kitchens.core.roles import Actor
from kitchens.models import Kitchen
from monitoring.actions import outcomes
from monitoring.actions.events import components as parts
from monitoring.actions.events import external_runs, sources
from monitoring.core.events.model import Event, Read
from monitoring.models import EventSource, ExternalComponent, ExternalRun, ReceivedEvent

Kept = dict[str, Any]  # the answer to an item
MOST_RAW = 256 * 1024  # characters of one item
AT_ONCE = 200


@transaction.atomic
def store(
    reads: Sequence[Read], source_name: str, kitchen: Kitchen, *, by: Actor, now: datetime
) -> list[Kept | HubError]:
    """Return what came of each event, in their order: the answer, the same as before where it came before, or a refusal.

    A batch that waits for another of the same source sees what that one has stored. About twenty queries.
    """
    source = sources.held_source(source_name, now)
    ids = {read.event.event_id for read in reads if read.event}
    mine = ReceivedEvent.objects.filter(source=source, kitchen=kitchen, event_id__in=ids)
    known = {pk: (digest, answer) for pk, digest, answer in mine.values_list("event_id", "digest", "answer")}
    fresh: dict[str, Read] = {}
    for read in reads:
        if read.event and read.event.event_id not in known:
            fresh.setdefault(read.event.event_id, read)
    refused, rows = _fresh(list(fresh.values()), source, kitchen, by, now)
    answers = {
        **{name: answer for name, (_, answer) in known.items()},
        **{row.event_id: row.answer for row in rows},
    }
    digests = {
        **{name: digest for name, (digest, _) in known.items()},
        **{row.event_id: row.digest for row in rows},
    }
    sources.note(source, accepted=len(rows), repeated=len(reads) - len(fresh), now=now)
    found: list[Kept | HubError] = []
    for read in reads:
        name = read.event.event_id if read.event else ""
        other = read.digest and digests.get(name) and digests[name] != read.digest
        found.append(refused.get(name) or (_other(name) if other else answers[name]))
    return found


def _other(name: str) -> ConflictError:
    return ConflictError(
        f"The event_id {name[:80]!r} has been used for another event of this source.",
        remedy="Give every event an id of its own, such as a UUID.",
        field="event_id",
    )


def _fresh(
    reads: Sequence[Read], source: EventSource, kitchen: Kitchen, by: Actor, now: datetime
) -> tuple[Mapping[str, HubError], list[ReceivedEvent]]:
    """Store events that were not there before; return refusals by event id, and the rows."""
    refused: dict[str, HubError] = {}
    events = [read.event for read in reads if read.event]
    found = parts.components([event.component for event in events], source, kitchen, now)
    told: list[tuple[Event, ExternalComponent, Read]] = []
    tight = not outcomes.room_for(_sent(events, found), source, kitchen)
    for read, event in zip(reads, events, strict=True):
        component = found.get((event.component.kind, event.component.key))
        before = [one for one, *_ in told] if tight else None
        fault: InvalidError | None = parts.too_many(source)
        if component and not (fault := _not_taken(event, found, source, kitchen, before)):
            told.append((event, component, read))
        if fault:
            refused[event.event_id] = fault
    runs = external_runs.runs_of([(event, component) for event, component, _ in told])
    rows = [_row(event, component, read, runs, source, kitchen, by, now) for event, component, read in told]
    sent = [
        outcomes.Sent(outcome, component, _run(event, component, runs), event.event_time)
        for event, component, _ in told
        for outcome in event.outcomes
    ]
    outcomes.keep_outcomes(sent, source, kitchen, now)
    ReceivedEvent.objects.bulk_create(rows, batch_size=AT_ONCE)
    return refused, rows


def _sent(events: Sequence[Event], found: Mapping[parts.Key, ExternalComponent]) -> list[outcomes.Sent]:
    placed = [(event, found.get((event.component.kind, event.component.key))) for event in events]
    return [
        outcomes.Sent(one, component, None, event.event_time)
        for event, component in placed
        if component
        for one in event.outcomes
    ]


def _not_taken(
    event: Event,
    found: Mapping[parts.Key, ExternalComponent],
    source: EventSource,
    kitchen: Kitchen,
    before: Sequence[Event] | None,
) -> InvalidError | None:
    """Return why an event is not taken. `before`: those taken so far, where the source is near its cap of tests."""
    if not source.takes_rows and any(one.evidence for one in event.outcomes):
        return InvalidError(
            f"Rows of data are not taken from {source}.",
            remedy="Leave `evidence` out, or ask an operator to allow it on the page Events.",
            field="evidence",
        )
    if before is not None and not outcomes.room_for(_sent([*before, event], found), source, kitchen):
        return InvalidError(
            f"{source} has {outcomes.MOST_TESTS:,} tests already, or nearly.",
            remedy="Give tests a `key` that stays the same from run to run.",
            field="key",
        )
    return None


def _run(
    event: Event, component: ExternalComponent, runs: Mapping[external_runs.Key, ExternalRun]
) -> ExternalRun | None:
    key = external_runs.key_of(event, component)
    return runs[key] if key else None


def _row(
    event: Event,
    component: ExternalComponent,
    read: Read,
    runs: Mapping[external_runs.Key, ExternalRun],
    source: EventSource,
    kitchen: Kitchen,
    by: Actor,
    now: datetime,
) -> ReceivedEvent:
    raw = json.dumps(_without_rows(read.raw)) if read.raw is not None else ""
    operation = event.operation
    return ReceivedEvent(
        source=source,
        kitchen=kitchen,
        event_id=event.event_id,
        kind=str(event.kind),
        component=component,
        run=_run(event, component, runs),
        event_time=event.event_time,
        received_at=now,
        by=by.name[:250],
        level=event.messages[0].level if event.messages else "",
        said="\n".join(message.message for message in event.messages),
        facts={"operation": operation.operation, "dataset": operation.dataset, **operation.facts}
        if operation
        else {},
        extra=dict(event.extra),
        digest=read.digest,
        raw=raw if len(raw) <= MOST_RAW else "",
        answer=_answer(event, component, kitchen),
    )


def _without_rows(raw: Any) -> Any:
    """Return what was sent without rows of data: those are kept masked, with the result, and nowhere else."""
    if isinstance(raw, dict):
        return {name: _without_rows(value) for name, value in raw.items() if name != "evidence"}
    return [_without_rows(one) for one in raw] if isinstance(raw, list) else raw


def _answer(event: Event, component: ExternalComponent, kitchen: Kitchen) -> Kept:
    """Return what the sender is told: now, and whenever the same event is sent again."""
    answer: Kept = {"status": 201, "event_id": event.event_id, "kind": str(event.kind)}
    if event.run:
        asked = {"source": component.source.name, "component": component.key, "kitchen": kitchen.slug}
        answer["gate"] = f"/api/v1/gates/{quote(event.run.key, safe='')}?{urlencode(asked)}"
    if event.outcomes:
        answer["tests"] = (
            f"/tests/?{urlencode({'verdict': 'all', 'kitchen': kitchen.slug, 'test': event.outcomes[0].name[:60]})}"
        )
    return answer
