"""The arrival board: what the schedules of a day promised, and what came of it so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kitchens.core import words
from monitoring.core.today import Arrival

# State on the board -> (its words, tone), what needs somebody first.
STATES: Mapping[str, tuple[str, str]] = {
    "missing": ("missing", "fail"),
    "failed": ("failed", "fail"),
    "late": ("late", "warn"),
    "running": ("at work", "run"),
    "due": ("expected", "wait"),
    "came": ("arrived", "ok"),
}


def deadline_of(clock: str, timezone: str, due: datetime) -> datetime | None:
    """Return the first moment at or after a slot when the clock on the wall shows the deadline ("06:30"); None without."""
    if not clock:
        return None
    hour, minute = (int(part) for part in clock.split(":")[:2])
    local = due.astimezone(ZoneInfo(timezone))
    at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if at < local:
        at = (local + timedelta(days=1)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return at.astimezone(due.tzinfo)


@dataclass(frozen=True)
class Slot:
    """One line of the board."""

    arrival: Arrival
    deadline: datetime | None
    now: datetime

    @property
    def state(self) -> str:
        """The state of the slot; one that is at work after its deadline is late, too."""
        over = self.deadline is not None and self.now > self.deadline
        return "late" if over and self.arrival.state in ("due", "running") else self.arrival.state

    @property
    def label(self) -> str:
        return STATES[self.state][0]

    @property
    def tone(self) -> str:
        return STATES[self.state][1]

    @property
    def counts_to(self) -> datetime | None:
        """What the clock counts to: the slot while it is expected, then the deadline; None when it is there."""
        if self.arrival.state == "due":
            return self.arrival.due
        return self.deadline if self.arrival.state in ("running", "late", "missing") else None

    @property
    def said(self) -> str:
        """What came of it, as the end of a line."""
        ended, deadline = self.arrival.ended, self.deadline
        if self.arrival.state == "came" and ended is not None and deadline is not None:
            left = (deadline - ended).total_seconds()
            return f"{words.duration(abs(left))} {'before' if left >= 0 else 'after'} its deadline"
        if self.arrival.state in ("late", "missing"):
            return f"should have begun {words.ago(self.arrival.due, self.now)}"
        return ""


def sentence(slots: Sequence[Slot]) -> str:
    """Say the board in one sentence: "3 arrived, 1 at work, 2 expected, 1 late."."""
    if not slots:
        return "No schedule fires today."
    counts = {state: sum(one.state == state for one in slots) for state in STATES}
    told = [f"{words.number(n)} {STATES[state][0]}" for state, n in reversed(counts.items()) if n]
    return f"{', '.join(told)}."
