"""The one door for events and imports: page, API and command hand over what they have read."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from hub.common.errors import HubError, InvalidError
from kitchens.core.roles import Actor
from kitchens.models import Kitchen
from kitchens.queries.kitchens import get_kitchen
from monitoring.actions.events import rates, storing
from monitoring.actions.events.sources import Refused, note_refusals
from monitoring.core.events.model import Read

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What came of one item: 201 with its facts, else the status, the reason and the way out."""

    place: str
    status: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    refusal: HubError | None = None


@dataclass(frozen=True)
class Taken:
    """What came of a batch, item by item in the order they were sent."""

    answers: Sequence[Answer]

    @property
    def accepted(self) -> int:
        return sum(one.refusal is None for one in self.answers)

    @property
    def refused(self) -> int:
        return len(self.answers) - self.accepted


def take(reads: Iterable[Read], *, by: Actor, now: datetime) -> Taken:
    """Store the events that were read, each once, and answer for each; a bad item spoils no other.

    TooManyError where whoever sends has sent too much. One transaction for each source and kitchen.
    """
    listed = list(reads)
    rates.spend(len(listed), by=by, now=now)
    found: dict[int, Answer] = {}
    groups: dict[tuple[str, str], list[int]] = {}
    for number, read in enumerate(listed):
        if read.event is None:
            found[number] = _refusal(read, read.fault or InvalidError("It holds no event."))
        else:
            groups.setdefault((read.event.source, read.event.environment), []).append(number)
    for (source, environment), numbers in sorted(groups.items()):
        answers = _group([listed[number] for number in numbers], source, environment, by, now)
        found |= dict(zip(numbers, answers, strict=True))
    _note(listed, found, by, now)
    return Taken([found[number] for number in range(len(listed))])


def _group(reads: Sequence[Read], source: str, environment: str, by: Actor, now: datetime) -> list[Answer]:
    try:
        kitchen = _kitchen(environment, by)
        return _answers(reads, storing.store(reads, source, kitchen, by=by, now=now))
    except HubError as fault:
        return [_refusal(read, fault) for read in reads]
    except DatabaseError:
        if len(reads) > 1:  # the database refused one of them: the others are stored without it
            return [answer for read in reads for answer in _group([read], source, environment, by, now)]
        logger.exception("An event of %r could not be stored.", source)
        fault = InvalidError(
            "The event cannot be stored as it is.", remedy="Send it with shorter, plainer values."
        )
        return [_refusal(read, fault) for read in reads]


def _kitchen(environment: str, by: Actor) -> Kitchen:
    kitchen = get_kitchen(environment)
    by.require("event.send", kitchen.slug)
    if kitchen.state != "ready":
        raise InvalidError(f"The kitchen {kitchen.slug} is {kitchen.state}.", field="environment")
    return kitchen


def _answers(reads: Sequence[Read], kept: Sequence[storing.Kept | HubError]) -> list[Answer]:
    return [
        _refusal(read, one) if isinstance(one, HubError) else Answer(read.place, one["status"], one)
        for read, one in zip(reads, kept, strict=True)
    ]


def _refusal(read: Read, fault: HubError) -> Answer:
    return Answer(read.place, fault.status, refusal=fault)


def _note(reads: Sequence[Read], answers: Mapping[int, Answer], by: Actor, now: datetime) -> None:
    refused = [
        Refused(one.place, one.refusal.field, str(one.refusal), _named(reads[number]))
        for number, one in answers.items()
        if one.refusal
    ]
    if refused:
        note_refusals(refused, by=by.name, now=now)


def _named(read: Read) -> str:
    """Return the source that an item names, also where it is no event."""
    if read.event:
        return read.event.source
    raw = read.raw if isinstance(read.raw, dict) else {}
    name = raw.get("source") or raw.get("component_tool")
    return name[:40] if isinstance(name, str) and name.isprintable() else ""
