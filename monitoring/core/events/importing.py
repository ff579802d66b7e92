"""What all imports have in common: where their results belong, how an event is made, how one bad part is set aside."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hub.common.errors import InvalidError
from monitoring.core.events.envelope import AHEAD, PRODUCTION, environment_of, source_of
from monitoring.core.events.fields import KEY, UNKEPT, Fields, clipped
from monitoring.core.events.model import Component, Event, Kind, Outcome, Read, Run, RunStatus
from monitoring.core.events.reading import fault_of

MOST_PARTS = 20_000


@dataclass(frozen=True)
class Given:
    """What whoever imports says beside the file; "" leaves it to the file."""

    now: datetime
    source: str = ""
    environment: str = PRODUCTION
    component: str = ""
    run: str = ""

    def checked(self) -> Given:
        """Return it with names that can be kept; InvalidError for others."""
        component = Fields({"component": self.component}).text("component")
        run = Fields({"run": self.run}).text("run")
        environment = environment_of(self.environment or PRODUCTION)
        return replace(
            self, source=source_of(self.source), environment=environment, component=component, run=run
        )


@dataclass(frozen=True)
class Place:
    """Where the parts of one file belong: the tool, its component and the run."""

    given: Given
    source: str
    component: Component
    run: Run | None
    at: datetime

    def event(self, kind: Kind, name: str, **facts: Any) -> Event:
        """Return an event of the file. Its id is made of what it tells of, so that a file taken twice counts once."""
        at = facts.pop("at", None) or self.at
        if at > self.given.now + AHEAD:
            raise InvalidError("The time lies more than 24 hours ahead.", field="event_time")
        run = self.run.key if self.run else at.isoformat()
        told = "\n".join((self.component.kind, self.component.key, run, str(kind), name))
        return Event(
            kind=kind,
            event_id=f"import-{hashlib.sha256(told.encode()).hexdigest()[:40]}",
            event_time=at,
            source=self.given.source or self.source,
            environment=self.given.environment,
            component=self.component,
            run=self.run,
            **facts,
        )

    def outcome(self, outcome: Outcome, at: datetime | None = None) -> Event:
        name = f"{outcome.key}\n{outcome.name}\n{outcome.dataset}\n{','.join(outcome.columns)}"
        return self.event(Kind.TEST_OUTCOMES, name, outcomes=(outcome,), at=at)

    def status(
        self, status: RunStatus, stage: str = "", stage_name: str = "", at: datetime | None = None
    ) -> Event:
        name = f"{stage}\n{status.status}"
        return self.event(Kind.RUN_STATUS, name, status=status, stage=stage, stage_name=stage_name, at=at)


def parts(found: Sequence[Any], place: str, read: Callable[[Fields], Event | None]) -> Iterator[Read]:
    """Yield what each part of a file is, or why it is nothing; parts that tell of no event are left out."""
    if not isinstance(found, list):
        raise InvalidError(f"{place} is not a list.", field=place)
    if len(found) > MOST_PARTS:
        raise InvalidError(f"{place} has more than {MOST_PARTS:,} entries.", field=place)
    for number, raw in enumerate(found):
        where = f"{place}.{number}"
        fault, event = fault_of(raw), None
        try:
            event = None if fault else read(Fields(raw, where))
        except InvalidError as error:
            fault = error
        if fault or event:
            yield Read(where, None if fault else raw, event, fault)


def component_key(*names: str) -> str:
    """Return a key of at most 255 characters; a longer one ends with a digest of the whole."""
    whole = "/".join(name for name in names if name)
    if len(whole) <= KEY:
        return whole
    return f"{whole[: KEY - 18]}…{hashlib.sha256(whole.encode()).hexdigest()[:16]}"


def said(text: Any, most: int = 2000) -> str:
    """Return a text for people from a field that may hold anything."""
    return clipped(text.strip(), most) if isinstance(text, str) and not UNKEPT.search(text) else ""


def seconds_before(at: datetime, seconds: float | None) -> datetime | None:
    """Return the moment some seconds earlier, where that is one."""
    try:
        return at - timedelta(seconds=seconds) if seconds is not None and seconds >= 0 else None
    except OverflowError:
        return None


def whole_document(found: Any) -> Fields:
    """Return the document of a file; InvalidError where it is no object."""
    return Fields(found, "")
