"""What a test may know of its own past: earlier results, the version published before, the baseline that is in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kitchens.core.stores.base import Version
from recipes.core.checks.marks import EXPECTED, INCIDENT, USABLE
from recipes.core.statistics.baseline import Baseline, Value
from recipes.core.statistics.wishes import THREE_SIGMA
from recipes.core.verdict import Verdict

GREEN = frozenset({Verdict.PASS, Verdict.WARN, Verdict.LEARNING})


@dataclass(frozen=True)
class Point:
    """One earlier result. `at` is the moment its run was about (its slot), not the moment it ran."""

    at: datetime
    value: float | None
    verdict: str
    run: int | None
    rows: int | None = None  # in scope
    of: str = ""  # what was measured
    fingerprint: str = ""
    mark: str = ""  # of recipes.core.checks.marks
    profile: Mapping[str, Any] = field(default_factory=dict)  # of all columns, for profile_drift

    @property
    def facts(self) -> tuple[Any, ...]:
        """Everything but the moment, in the order of the fields."""
        return (
            self.value, self.verdict, self.run, self.rows, self.of, self.fingerprint, self.mark, self.profile,
        )  # fmt: skip

    @property
    def green(self) -> bool:
        return self.verdict in GREEN or self.mark in (EXPECTED, USABLE)

    @property
    def excluded(self) -> str:
        """Return why it may not be learnt from; empty where it may."""
        if self.mark == INCIDENT:
            return "part of an incident"
        return "" if self.green else f"its verdict was {self.verdict.replace('_', ' ')}"


@dataclass(frozen=True)
class Past:
    """The past of one test, up to the slot under test and without it, oldest first."""

    points: tuple[Point, ...] = ()
    previous: Version | None = None  # of the dataset, as published when the run began
    baselines: tuple[Baseline, ...] = ()  # that may hold for the slot, the newest first
    budget: float = THREE_SIGMA  # false alarms a point, where the test names none
    borrowed: bool = False  # production's: the run is one of another kitchen

    def of(self, what: str) -> tuple[Point, ...]:
        """Return the points that measured the same and have a value."""
        return tuple(point for point in self.points if point.of == what and point.value is not None)

    @property
    def regime(self) -> datetime | None:
        """Return since when points are comparable: the last change that people said was expected."""
        return max((point.at for point in self.points if point.mark == EXPECTED), default=None)

    def values(self, what: str) -> list[Value]:
        """Return the points of the measure since the last expected change, as a chart learns from them."""
        since = self.regime
        return [
            Value(point.at, float(point.value or 0.0), point.excluded, point.rows or 0)
            for point in self.of(what)
            if since is None or point.at >= since
        ]

    def baseline(self, asked: str, at: datetime) -> Baseline | None:
        """Return the newest baseline that may judge what is asked at this moment."""
        since = self.regime
        held = (
            one for one in self.baselines if one.holds(asked, at) and (since is None or one.start >= since)
        )
        return next(held, None)

    def as_dict(self) -> dict[str, Any]:
        """Return it as it travels to the node's process."""
        return {
            "points": [[point.at.isoformat(), *point.facts] for point in self.points],
            "previous": self.previous.as_dict() if self.previous else None,
            "baselines": [one.as_dict() for one in self.baselines],
            "budget": self.budget,
            "borrowed": self.borrowed,
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Past:
        return cls(
            points=tuple(Point(datetime.fromisoformat(at), *rest) for at, *rest in raw["points"]),
            previous=Version.from_dict(raw["previous"]) if raw["previous"] else None,
            baselines=tuple(Baseline.from_dict(one) for one in raw["baselines"]),
            budget=raw["budget"],
            borrowed=raw["borrowed"],
        )


def latest_green(points: Sequence[Point]) -> Point | None:
    """Return the newest point that was green and is part of no incident."""
    return next((point for point in reversed(points) if not point.excluded), None)
