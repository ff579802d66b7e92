"""The series behind profile_drift: one for each number of each column, read out of the details of earlier results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from recipes.core.checks.history import Past
from recipes.core.checks.marks import EXPECTED, INCIDENT, USABLE
from recipes.core.checks.words import number
from recipes.core.statistics.baseline import Baseline, Value
from recipes.core.statistics.enough import NEEDED_DAYS, gap_of
from recipes.core.statistics.transforms import Scale
from recipes.core.statistics.wishes import Season, Wish

BURSTS = 1.5  # of the furthest that was seen
ACCIDENTS = 30  # points of which one may be an accident
FEWEST = 5  # rows that an average is of
POINTS = 300  # of the past that are read where something has to be learnt
ROWS, COLUMNS, OFF = "rows", "columns", "off"  # of the profile that a result keeps
SHARES = ("empty", "true")
AVERAGES = ("average", "length")
_SAID = {
    "empty": "{column} is empty in {value} %",
    "true": "{column} is true in {value} %",
    "average": "the average of {column} is {value}",
    "length": "the texts of {column} are {value} long on average",
}
Profile = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Feature:
    """One number of one column, and what is asked of its past."""

    column: str
    what: str
    wish: Wish
    share: float  # of the series that all numbers of a dataset are together

    @property
    def key(self) -> str:
        return f"{self.what} {self.column}"

    @property
    def is_share(self) -> bool:
        return self.what in SHARES

    def value(self, profile: Profile, rows: int) -> float:
        """Return the number: of rows a share in percent."""
        found = profile[self.column][self.what]
        return 100.0 * found / rows if self.is_share else found

    def said(self, value: float) -> str:
        return _SAID[self.what].format(column=self.column, value=number(value))

    def bounds(self, told: str) -> str:
        return f"{told} %" if self.is_share else told


def season_of(past: Past) -> Season:
    """Return the pattern to look for: none that takes longer to see than the past that is read lasts."""
    at = [point.at for point in past.points]
    if len(at) < 2 or (gap := gap_of(at)) * POINTS >= NEEDED_DAYS["week"]:
        return "auto"
    return "day" if gap * POINTS >= NEEDED_DAYS["day"] else "none"


def features(params: Any, dataset: str, profile: Profile, rows: int, past: Past) -> Iterator[Feature]:
    """Return the numbers that are judged: those there are of each column, and averages of few rows not.

    Together they are one series for the budget of false alarms: each has its part of what one may cost.
    """
    season = season_of(past)
    there = [
        (column, what)
        for column, told in profile.items()
        for what in (*SHARES, *AVERAGES)
        if what in told and (what in SHARES or rows - told.get("empty", 0) >= FEWEST)
    ]
    share = 1 / max(1, len(there))
    for column, what in there:
        scale: Scale = "share" if what in SHARES else "as it is"
        least = params.min_share if what in SHARES else params.min_effect
        wish = Wish(
            of=f"{what} of {column} of {dataset}",
            alpha=params.alpha,
            budget=share * past.budget,
            scale=scale,
            season=season,
            min_effect=least / 100,
            lasting="none",
        )
        yield Feature(column, what, wish, share)


def fitted(found: Baseline, values: Sequence[Value], feature: Feature) -> Baseline:
    """Return a baseline with its part of the budget; one of a share lets be half as much again as it has seen.

    Shares of empty rows come in bursts, of which chance tells nothing. Of thirty points one may have been an accident.
    """
    part = replace(found, per_week=round(found.per_week * feature.share, 3))
    if found.shares is None:
        return part
    mean = 100 * found.shares.mean
    seen = sorted((abs(one.value - mean) for one in values if not one.left_out), reverse=True)
    return replace(part, min_effect=max(found.min_effect, BURSTS * seen[len(seen) // ACCIDENTS] / 100))


def values_of(past: Past, feature: Feature, at: datetime) -> list[Value]:
    """Return the points of one number before a moment, oldest first, since the last change that was expected.

    A point that was an alarm of this very number is not learnt from, unless people said that it may be.
    """
    since = past.regime
    found = []
    for point in past.points:
        told = point.profile.get(COLUMNS, {}).get(feature.column, {})
        rows = point.profile.get(ROWS, 0)
        if feature.what not in told or not rows or point.at >= at or (since and point.at < since):
            continue
        why = "part of an incident" if point.mark == INCIDENT else ""
        if feature.key in point.profile.get(OFF, ()) and point.mark not in (EXPECTED, USABLE):
            why = why or "it was an alarm"
        found.append(Value(point.at, feature.value({feature.column: told}, rows), why, int(rows)))
    return found
