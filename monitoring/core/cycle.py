"""Cycle time from the facts of changes: stages, lead time, deployments, failures, recovery. Plain Python over plain facts.

The formulas follow DORA's five measures with the change, not the commit, as the unit (it survives squashing and rebasing);
`docs/measures.md` says each in words. Two rules hold for all: n stands beside every number, and where there is nothing to
count the answer is None, which pages show as a gap, never as zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LEAST_FOR_MEDIAN = 3  # with fewer the points say more than a number made of them
LEAST_FOR_P85 = 7  # below this the 85th percentile is the largest point
FAILS_WITHIN = timedelta(days=7)  # a red run later than this is not laid at a deployment's door

# Stage -> (what it is called, what it waits for, whether mostly nobody works in it).
STAGES: tuple[tuple[str, str, bool], ...] = (
    ("coding", "first commit to first green run in the kitchen", False),
    ("proving", "first green run to the merge request", False),
    ("review", "merge request to the approval that counted", True),
    ("candidate", "approval to the merge: building, testing and publishing the candidate", False),
    ("going live", "merge to the first green run in production", True),
)
STAGE_NAMES = tuple(name for name, _, _ in STAGES)


@dataclass(frozen=True)
class ChangeFact:
    """One change as it is recorded; moments that never came are None."""

    pk: int
    title: str
    url: str
    kitchen: str
    domains: tuple[str, ...]
    state: str  # open, merged, rolled_back, abandoned
    asked_at: datetime | None = None
    ready_at: datetime | None = None
    committed_at: datetime | None = None
    green_at: datetime | None = None
    requested_at: datetime | None = None
    approved_at: datetime | None = None
    merged_at: datetime | None = None
    live_at: datetime | None = None
    rolled_back_at: datetime | None = None
    abandoned_at: datetime | None = None
    failed_at: datetime | None = None
    recovered_at: datetime | None = None
    unplanned: bool = False

    @property
    def deployed(self) -> bool:
        return self.merged_at is not None

    @property
    def lead(self) -> timedelta | None:
        """From the first commit to the first green run in production; None before that."""
        if self.committed_at is None or self.live_at is None:
            return None
        return self.live_at - self.committed_at


@dataclass(frozen=True)
class Spent:
    """How long a change was, or has been so far, in one stage."""

    stage: str
    time: timedelta
    going_on: bool = False


def spent(change: ChangeFact, now: datetime) -> tuple[Spent, ...]:
    """Return the stages a change has been through, the one it is in included; they add up to its lead time exactly.

    A stage ends with its milestone. One that never came (a merge without approval), or came no later than those before
    it (approved within the same second), has no stage of its own: its time belongs to the next. An abandoned change ends
    where it was given up.
    """
    if change.committed_at is None:
        return ()
    marks = (change.green_at, change.requested_at, change.approved_at, change.merged_at, change.live_at)
    found, since = [], change.committed_at
    for stage, mark in zip(STAGE_NAMES, marks, strict=True):
        until = min(mark, change.live_at or mark) if mark else since
        if until > since:
            found.append(Spent(stage, until - since))
            since = until
    reached = max((place + 1 for place, mark in enumerate(marks) if mark is not None), default=0)
    if reached < len(marks):
        stage = STAGE_NAMES[reached]
        if change.state in ("open", "merged"):
            found.append(Spent(stage, max(now - since, timedelta()), going_on=True))
        elif change.abandoned_at is not None and change.abandoned_at > since:
            found.append(Spent(stage, change.abandoned_at - since))
    return tuple(found)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the percentile by linear interpolation between closest ranks (type 7 of Hyndman and Fan); None for none."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@dataclass(frozen=True)
class Measure:
    """One number with what it was counted from; `value` is None where there is too little to say."""

    value: float | None
    n: int


def median(seconds: Iterable[float]) -> Measure:
    """Return the median in seconds, None below three values."""
    values = list(seconds)
    return Measure(percentile(values, 0.5) if len(values) >= LEAST_FOR_MEDIAN else None, len(values))


def p85(seconds: Iterable[float]) -> Measure:
    """Return the 85th percentile in seconds, None below seven values."""
    values = list(seconds)
    return Measure(percentile(values, 0.85) if len(values) >= LEAST_FOR_P85 else None, len(values))


@dataclass(frozen=True)
class Share:
    """`hits` of `n`, with the 95 % Wilson interval; `value` is None where n is 0."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's score interval (1927) at z = 1.96: it stays within 0 and 1 and is honest for small n."""
        if not self.n:
            return None
        z, n, p = 1.96, self.n, self.hits / self.n
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(middle - half, 0.0), min(middle + half, 1.0)


def lead_seconds(changes: Iterable[ChangeFact]) -> list[float]:
    """Return the lead time of every change that is live, in seconds. Abandoned and open ones have none."""
    return [change.lead.total_seconds() for change in changes if change.lead is not None]


def failed(change: ChangeFact) -> bool:
    """Say whether a deployment failed: rolled back, or a run of what it touched went red within a week of the merge."""
    if change.merged_at is None:
        return False
    if change.rolled_back_at is not None:
        return True
    return change.failed_at is not None and change.failed_at - change.merged_at <= FAILS_WITHIN


def window_open(change: ChangeFact, now: datetime) -> bool:
    """Say whether a deployment may still turn out to have failed."""
    return change.merged_at is not None and not failed(change) and now - change.merged_at < FAILS_WITHIN


def failure_rate(changes: Iterable[ChangeFact]) -> Share:
    """Return how many deployments failed."""
    deployed = [change for change in changes if change.deployed]
    return Share(sum(failed(change) for change in deployed), len(deployed))


def recovery_seconds(changes: Iterable[ChangeFact]) -> list[float]:
    """Return, for each failed deployment that was mended, the seconds from the merge until it was green or rolled back."""
    found = []
    for change in changes:
        ends = [end for end in (change.rolled_back_at, change.recovered_at) if end is not None]
        if failed(change) and ends and change.merged_at is not None:
            found.append((min(ends) - change.merged_at).total_seconds())
    return found


def rework_rate(changes: Iterable[ChangeFact]) -> Share:
    """Return how many deployments were unplanned: made to mend what an earlier one broke."""
    deployed = [change for change in changes if change.deployed]
    return Share(sum(change.unplanned for change in deployed), len(deployed))


@dataclass(frozen=True)
class StageSum:
    """One stage over many changes: its median (of those that passed it), and its share of all time spent."""

    stage: str
    median: Measure
    share: float | None  # of the summed time of all stages; shares add up to 1, medians do not add up


def stage_sums(changes: Sequence[ChangeFact], now: datetime) -> list[StageSum]:
    """Return what each stage took in the changes that are live."""
    times: dict[str, list[float]] = {stage: [] for stage in STAGE_NAMES}
    for change in changes:
        if change.lead is not None:
            for one in spent(change, now):
                times[one.stage].append(one.time.total_seconds())
    total = sum(map(sum, times.values()))
    return [
        StageSum(stage, median(values), sum(values) / total if total else None)
        for stage, values in times.items()
    ]


def slowest(sums: Sequence[StageSum]) -> StageSum | None:
    """Return the stage most time goes to, None where no time was spent."""
    known = [one for one in sums if one.share]
    return max(known, key=lambda one: one.share or 0.0) if known else None
