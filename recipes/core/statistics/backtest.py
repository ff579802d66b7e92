"""Replay a stored series as if its chart had been there from the first day: what would have fired, and what it sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from recipes.core.statistics.baseline import Baseline, Judgement, Value, judge
from recipes.core.statistics.training import learn
from recipes.core.statistics.wishes import Wish


@dataclass(frozen=True)
class Judged:
    """One point of a replay, the baseline that judged it, and what that said."""

    point: Value
    baseline: Baseline
    judgement: Judgement
    since: tuple[Value, ...]  # points between the baseline's last and this one


@dataclass(frozen=True)
class Replay:
    """A replayed series: its judged points in the order of time, and how many were before there was a baseline."""

    judged: tuple[Judged, ...]
    learning: int

    @property
    def fired(self) -> tuple[Judged, ...]:
        """Return the points at which a single-point limit would have been passed."""
        return tuple(one for one in self.judged if one.judgement.single)

    @property
    def lasting(self) -> tuple[Judged, ...]:
        """Return the points at which a lasting shift would have been told."""
        return tuple(one for one in self.judged if one.judgement.lasting)

    def caught(
        self, change: Callable[[float], float], wanted: Callable[[Value], bool] = lambda _: True
    ) -> float:
        """Return the share of points that would have fired had each alone been changed; 0 where none is wanted."""
        tried = [one for one in self.judged if wanted(one.point)]
        seen = 0
        for one in tried:
            found = judge(one.baseline, one.point.at, change(one.point.value), one.since)
            seen += found is not None and bool(found.single)
        return seen / len(tried) if tried else 0.0


def replay(values: Sequence[Value], wish: Wish) -> Replay:
    """Return what the chart would have said of every point, learnt anew whenever its baseline was too old.

    As in a run: a point that fired is not learnt from afterwards, and no point is part of its own baseline.
    """
    baseline: Baseline | None = None
    past: list[Value] = []
    judged: list[Judged] = []
    learning = 0
    for point in values:
        if baseline is None or not baseline.holds(wish.asked, point.at):
            learnt = learn(past, wish)
            baseline = learnt if isinstance(learnt, Baseline) and learnt.holds(wish.asked, point.at) else None
        since = tuple(one for one in past if baseline and one.at > baseline.origin)
        found = judge(baseline, point.at, point.value, since) if baseline else None
        if baseline is None or found is None:
            learning += 1
        else:
            judged.append(Judged(point, baseline, found, since))
        past.append(replace(point, left_out="it failed") if found and found.single else point)
    return Replay(tuple(judged), learning)
