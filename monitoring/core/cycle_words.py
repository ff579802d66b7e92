"""What the cycle-time page says: its first sentence, and each number with its n and its definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kitchens.core import words
from monitoring.core import cycle
from monitoring.core.cycle import ChangeFact, Measure, Share

DAY = 86_400


@dataclass(frozen=True)
class Figure:
    """One number of the page: `value` in words ("n/a" where there is too little), what it was counted from, what it is."""

    name: str
    value: str
    counted: str
    definition: str
    show: str  # which rows of the table are behind it

    @property
    def short(self) -> str:
        """What it was counted from, without the rest: "n = 5", "1 of 7"."""
        return self.counted.split(",")[0]


def span(measure: Measure) -> str:
    """Say a duration, or that there is too little to say one."""
    return "n/a" if measure.value is None else words.duration(measure.value)


def share(one: Share) -> str:
    """Say a share in per cent."""
    return "n/a" if one.value is None else f"{100 * one.value:.0f} %"


def _counted(one: Share) -> str:
    if one.interval is None:
        return "n = 0"
    low, high = one.interval
    return f"{one.hits} of {one.n}, likely {100 * low:.0f}–{100 * high:.0f} %"


def figures(changes: Sequence[ChangeFact], weeks: float, now: datetime) -> list[Figure]:
    """Return the numbers at the top, each with n; of changes whose time falls into the weeks looked at."""
    leads, recoveries = cycle.lead_seconds(changes), cycle.recovery_seconds(changes)
    deployed = [change for change in changes if change.deployed]
    young = sum(cycle.window_open(change, now) for change in deployed)
    waiting = [change for change in changes if change.state == "open" and change.committed_at]
    ages = [(now - change.committed_at).total_seconds() for change in waiting if change.committed_at]
    made = [
        (change.ready_at - change.asked_at).total_seconds()
        for change in changes
        if change.asked_at and change.ready_at
    ]
    half, most = cycle.median(leads), cycle.p85(leads)
    failing, rework = cycle.failure_rate(changes), cycle.rework_rate(changes)
    return [
        Figure("Lead time, median", span(half), f"n = {half.n}", "First commit to first green run in production.", "live"),
        Figure("Lead time, 85 % within", span(most), f"n = {most.n}", "The 85th percentile of the same.", "live"),
        Figure(
            "Deployments a week",
            words.number(round(len(deployed) / weeks, 1)) if deployed else "n/a",
            f"n = {len(deployed)}",
            "Merges published to production; roll-backs and runs are none.",
            "deployed",
        ),
        Figure(
            "Change failure rate",
            share(failing),
            _counted(failing),
            "Deployments rolled back, or with a red run of what they touched within 7 days; with the 95 % interval of Wilson."
            + (f" {words.count(young, 'deployment')} may still turn out to have failed." if young else ""),
            "failed",
        ),
        Figure(
            "Recovery, median",
            span(cycle.median(recoveries)),
            f"n = {len(recoveries)}",
            "From a failed deployment until green again or rolled back.",
            "failed",
        ),
        Figure("Rework", share(rework), f"{rework.hits} of {rework.n}", "Deployments made to mend an earlier one.", "rework"),
        Figure(
            "Open now",
            str(len(waiting)),
            f"oldest {words.duration(max(ages))}" if ages else "n = 0",
            "Changes with a commit that are neither live nor given up; no number above counts them.",
            "open",
        ),
        Figure("Kitchen ready, median", span(cycle.median(made)), f"n = {len(made)}", "Asked for to ready.", "all"),
    ]  # fmt: skip


def sentence(changes: Sequence[ChangeFact], weeks: int, now: datetime) -> str:
    """Say in one sentence how fast changes get to production, and where the time goes."""
    leads = cycle.lead_seconds(changes)
    if not leads:
        going = [change for change in changes if change.state == "open" and change.committed_at]
        if going:
            verb = "is" if len(going) == 1 else "are"
            waiting = f"{words.count(len(going), 'change')} {verb} on the way"
            return f"No change has reached production in {words.count(weeks, 'week')}; {waiting}."
        return f"No change was made in the last {words.count(weeks, 'week')}."
    half = cycle.median(leads)
    fast = f", half of them within {words.duration(half.value)}" if half.value is not None else ""
    worst = cycle.slowest(cycle.stage_sums(changes, now))
    where = f" Most of the time goes to {worst.stage} ({100 * (worst.share or 0):.0f} %)." if worst else ""
    return f"{words.count(len(leads), 'change')} went live in the last {words.count(weeks, 'week')}{fast}.{where}"
