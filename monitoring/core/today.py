"""What a person would say of the mesh today, and what needs somebody. Plain Python over plain facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from kitchens.core import words
from recipes.core.status import OPEN, RED, Status

Arrived = Literal["came", "late", "failed", "running", "due", "missing"]
GRACE = timedelta(minutes=5)  # a slot not begun this long after its time is late; a day later it is missing


@dataclass(frozen=True)
class RunFact:
    """The little of a run that the mesh page needs."""

    pk: int
    domain: str
    recipe: str
    variation: str
    status: str
    reason: str
    slot: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    placed_at: datetime
    tests_failed: int = 0
    tests_warned: int = 0
    tests_total: int = 0

    @property
    def name(self) -> str:
        return f"{self.domain}/{self.recipe}"

    @property
    def seconds(self) -> float | None:
        """How long it took, in seconds; None while it is open."""
        return (
            (self.ended_at - self.started_at).total_seconds() if self.started_at and self.ended_at else None
        )


def day_sentence(counts: dict[str, int], late: Sequence[str]) -> str:
    """Say the day in one sentence: "41 runs today: 38 succeeded, 1 failed, 2 at work. sales/daily is late."."""
    total = sum(counts.values())
    if not total:
        return "Nothing has run today yet." + _late(late)
    red = sum(n for status, n in counts.items() if status in RED)
    at_work = sum(n for status, n in counts.items() if status in OPEN)
    good = counts.get(Status.SUCCEEDED, 0)
    if good == total:
        begin = (
            "All " + words.count(total, "run") + " today succeeded"
            if total > 1
            else "1 run today, it succeeded"
        )
        return f"{begin}.{_late(late)}"
    named = [
        (good, "succeeded"),
        (red, "failed"),
        (at_work, "at work"),
        (total - good - red - at_work, "cancelled"),
    ]
    said = ", ".join(f"{words.number(n)} {word}" for n, word in named if n)
    return f"{words.count(total, 'run')} today: {said}.{_late(late)}"


def _late(late: Sequence[str]) -> str:
    return f" {words.listed(late)} {'is' if len(late) == 1 else 'are'} late." if late else ""


@dataclass(frozen=True)
class Need:
    """Something that waits for a person: a variation whose newest run is red."""

    run: RunFact
    sentence: str
    red_runs: int  # how many in a row
    since: datetime
    more: bool = False  # the row goes on before the runs that were looked at


def red_streaks(recent: Sequence[RunFact], each: int) -> list[Need]:
    """Return what every variation whose newest settled run is red needs somebody for, newest first.

    `recent` is newest first, the newest `each` runs of every recipe.
    """
    seen = Counter(run.name for run in recent)
    lines: dict[tuple[str, str], list[RunFact]] = {}
    for run in recent:
        if run.status not in OPEN and run.status != Status.CANCELLED:
            lines.setdefault((run.name, run.variation), []).append(run)
    found = []
    for runs in lines.values():
        streak = next((place for place, run in enumerate(runs) if run.status not in RED), len(runs))
        if streak:
            since = runs[streak - 1].started_at or runs[streak - 1].placed_at
            more = streak == len(runs) and seen[runs[0].name] >= each
            found.append(Need(runs[0], runs[0].reason, streak, since, more))
    return sorted(found, key=lambda need: need.run.pk, reverse=True)


@dataclass(frozen=True)
class Arrival:
    """One slot of a schedule today: when it was due and what came of it."""

    name: str
    variation: str
    due: datetime
    state: Arrived
    run: int | None = None
    ended: datetime | None = None

    @property
    def percent(self) -> float:
        """Where the slot lies on a line of 24 hours (UTC), from 0 to 100."""
        return round((self.due.hour * 3600 + self.due.minute * 60 + self.due.second) / 864, 2)


def arrival_of(due: datetime, run: RunFact | None, now: datetime) -> Arrived:
    """Say what came of a slot, given its run (if there is one) and the time."""
    if run is None:
        if now <= due + GRACE:
            return "due"
        return "late" if now < due + timedelta(hours=6) else "missing"
    if run.status in OPEN:
        return "running"
    if run.status == Status.SUCCEEDED:
        return "came"
    return "failed"


def was_paused(at: datetime, changes: Sequence[tuple[datetime, bool]]) -> bool:
    """Say whether a schedule that is not paused now was so at a time.

    `changes` are its pauses (True) and resumptions (False) of the day, in order; a day that begins with a resumption
    began in a pause.
    """
    before = [paused for time, paused in changes if time <= at]
    if before:
        return before[-1]
    return bool(changes) and not changes[0][1]


@dataclass
class DayCount:
    """What was counted on one day, of the runs that started on it."""

    statuses: dict[str, int] = field(default_factory=dict)
    tests: int = 0
    failed: int = 0

    def add(self, status: str, runs: int, tests: int, failed: int) -> None:
        """Count runs of one status and their tests."""
        self.statuses[status] = self.statuses.get(status, 0) + runs
        self.tests += tests
        self.failed += failed

    @property
    def red(self) -> int:
        return sum(runs for status, runs in self.statuses.items() if status in RED)

    @property
    def ended(self) -> int:
        """Runs that failed or succeeded; cancelled ones are left out."""
        return self.red + self.statuses.get(Status.SUCCEEDED, 0)


@dataclass(frozen=True)
class Strip:
    """A number of the strip below the mesh with its course over the last days, oldest first."""

    name: str
    value: str
    points: tuple[float | None, ...]  # none where there was nothing to count
    definition: str
    url: str


def share(part: float, whole: float) -> str:
    """Say a share as a percentage, or that there is none: "0.7 %", "n/a (n = 0)"."""
    return f"{words.number(round(100 * part / whole, 1))} %" if whole else "n/a (n = 0)"
