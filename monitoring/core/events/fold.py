"""What events come to, in whatever order they arrive: the state of a run, and the stretches of red of a test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitoring.core.events.model import TERMINAL, RunState
from recipes.core.verdict import GREEN, NOT_GREEN, Severity


@dataclass(frozen=True)
class Standing:
    """Where a run stands, and which event said so."""

    status: RunState | None = None
    at: datetime | None = None  # of the event
    started_at: datetime | None = None
    ended_at: datetime | None = None
    message: str = ""


def fold(standing: Standing, status: RunState | None, at: datetime, told: Standing) -> Standing:
    """Return where a run stands after one more event that happened `at`; events may come in any order.

    The earliest terminal state of an attempt stays; a later one needs a new attempt. Before that the newest state holds.
    """
    starts = [one for one in (standing.started_at, told.started_at) if one]
    if status is RunState.RUNNING and told.started_at is None:
        starts.append(at)
    standing = replace(standing, started_at=min(starts, default=None))
    if status is None or not _takes_over(standing, status, at):
        return standing
    ended = (told.ended_at or at) if status in TERMINAL else None
    return replace(standing, status=status, at=at, ended_at=ended, message=told.message)


def _takes_over(standing: Standing, status: RunState, at: datetime) -> bool:
    if standing.status is None or standing.at is None:
        return True
    if (status in TERMINAL) != (standing.status in TERMINAL):
        return status in TERMINAL
    return at < standing.at if status in TERMINAL else at >= standing.at


@dataclass(frozen=True)
class Judged:
    """One result of a test: rows are in order of `at`, those of one moment in order of arrival (`pk`)."""

    pk: int
    at: datetime
    verdict: str
    severity: str
    said: str = ""


@dataclass(frozen=True)
class Stretch:
    """A stretch of red between two green results, each None where there is none (yet)."""

    green: Judged | None
    red: tuple[Judged, ...]
    fixed: Judged | None


def stretches(rows: Iterable[Judged]) -> list[Stretch]:
    """Return the stretches of red in these results, oldest first. Results of severity log, and those that are neither
    green nor red, make and end none.
    """
    found: list[Stretch] = []
    green: Judged | None = None
    red: list[Judged] = []
    for row in sorted(rows, key=lambda one: (one.at, one.pk)):
        if row.verdict in GREEN:
            if red:
                found.append(Stretch(green, tuple(red), row))
            green, red = row, []
        elif row.verdict in NOT_GREEN and row.severity != Severity.LOG:
            red.append(row)
    if red:
        found.append(Stretch(green, tuple(red), None))
    return found


def red_since(rows: Sequence[Judged]) -> datetime | None:
    """Return when the newest stretch of red began, whatever its severity; None where the newest verdict is green."""
    since: datetime | None = None
    for row in sorted(rows, key=lambda one: (one.at, one.pk)):
        if row.verdict in GREEN:
            since = None
        elif row.verdict in NOT_GREEN:
            since = since or row.at
    return since
