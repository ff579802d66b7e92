"""Who is told: rules match on domain, owner, severity, kitchen and hours; kitchens of people tell only their own user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class About:
    """What a rule looks at."""

    domain: str
    owner: int | None
    severity: str
    kitchen: str
    tier: str


@dataclass(frozen=True)
class Rule:
    """One rule; what is empty matches all. Hours are those of the zone, over midnight where they end before they begin."""

    pk: int
    channel: int
    domain: str = ""
    owner: int | None = None
    severity: str = ""
    kitchen: str = "production"
    begins: time | None = None
    ends: time | None = None
    weekdays_only: bool = False
    timezone: str = "UTC"
    escalate_to: int | None = None
    escalate_minutes: int = 0

    def matches(self, about: About, now: datetime) -> bool:
        """Say whether the rule is for this incident at this time."""
        if about.tier == "development" or about.kitchen != self.kitchen:
            return False
        if self.domain not in ("", about.domain) or self.severity not in ("", about.severity):
            return False
        if self.owner is not None and self.owner != about.owner:
            return False
        return self._at_hours(now)

    def _at_hours(self, now: datetime) -> bool:
        local = now.astimezone(ZoneInfo(self.timezone))
        if self.weekdays_only and local.weekday() > 4:
            return False
        return self.begins is None or self.ends is None or within(local.time(), self.begins, self.ends)


def within(at: time, begins: time, ends: time) -> bool:
    """Say whether a time of day lies in a span; one that begins and ends at the same time is the whole day."""
    if begins == ends:
        return True
    return begins <= at < ends if begins < ends else at >= begins or at < ends


def matching(rules: Iterable[Rule], about: About, now: datetime) -> list[Rule]:
    """Return the rules for an incident, in their order, each channel once."""
    found: dict[int, Rule] = {}
    for rule in rules:
        if rule.matches(about, now):
            found.setdefault(rule.channel, rule)
    return list(found.values())
