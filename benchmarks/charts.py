"""Control charts: their run lengths against the published ones, what they catch and miss, what they cost.

`python -m benchmarks.charts`; needs no database. Every figure of a run length is given as its distance from the
published one in percent, solved and simulated.
"""

from __future__ import annotations

import statistics
import time

from benchmarks.report import line
from recipes.core.statistics import limits, run_lengths
from recipes.core.statistics.backtest import Replay, replay
from recipes.core.statistics.baseline import Value, judge
from recipes.core.statistics.training import learn
from recipes.core.statistics.wishes import Wish
from tests.recipes.core.statistics.series import on_working_days, series
from tests.recipes.core.statistics.test_limits import FALSE_ALARMS, MULTIPLIERS
from tests.recipes.core.statistics.test_run_lengths import DEPENDENT, SHIFTS, solved

ROWS = Wish("rows")
SEEDS = range(40)
KINDS: dict[str, dict] = {
    "plain": {"weekly": False},
    "weekly": {},
    "weekly, trend of 0.5 % a day": {"trend": 0.005},
    "weekly, heavy tails (t₃)": {"kind": "heavy"},
    "weekly, autocorrelated (ρ 0.7)": {"kind": "autocorrelated"},
}


def off(found: float, told: float) -> float:
    """Return how far a figure is from the published one, in percent."""
    return 100 * abs(found / told - 1)


def known_run_lengths() -> None:
    for chart, weight, limit, shift, told in SHIFTS:
        name = f"run length of {chart} {weight:g}/{limit:g}, shift {shift}σ ({told:g})"
        line(f"{name}, solved", off(solved(chart, weight, limit, shift), told), "% off", goal=5)
        found = run_lengths.simulated(chart, weight, limit, shift=shift, runs=20_000, seed=1)
        line(f"{name}, simulated", off(found, told), "% off", goal=5)
    for chart, weight, limit, rho, told in DEPENDENT:
        found = run_lengths.simulated(chart, weight, limit, rho=rho, runs=40_000, seed=1)
        line(
            f"run length of {chart} {weight:g}/{limit:g}, ρ {rho:g} ({told:g})",
            off(found, told),
            "% off",
            goal=5,
        )


def short_pasts() -> None:
    for n, told in FALSE_ALARMS.items():
        found = 100 * limits.mean_and_deviations(3, n)
        line(f"false alarms of mean ± 3 SD after {n} points ({told:g} %)", off(found, told), "% off", goal=5)
    for n, told in MULTIPLIERS.items():
        found = limits.multiplier_of_mean(0.0027, n)
        line(f"multiplier for 0.27 % after {n} points ({told:g})", off(found, told), "% off", goal=5)


def what_is_caught(name: str, replays: list[Replay]) -> None:
    points = sum(len(found.judged) for found in replays)
    single = 100 * sum(len(found.fired) for found in replays) / points
    alarms = sum(len({one.point.at for one in (*found.fired, *found.lasting)}) for found in replays)
    line(f"{name}: false alarms per 100 points, single points", single, "", goal=0.5)
    line(f"{name}: false alarms per 100 points, lasting shifts too", 100 * alarms / points, "", goal=0.5)
    for loss in (0.5, 0.3, 0.1):
        missed = [
            1 - found.caught(lambda rows, loss=loss: rows * (1 - loss), on_working_days) for found in replays
        ]
        goal = {"goal": 2.0} if loss == 0.5 else {}
        line(
            f"{name}: losses of {loss:.0%} on a working day missed",
            100 * statistics.mean(missed),
            "%",
            **goal,
        )


def lasting_losses() -> None:
    """A loss of 12 % from one day on, after 113 days: is it told within a week?"""
    missed = 0
    for seed in SEEDS:
        values = series(seed, weekly=False)
        baseline = learn(values[:113], ROWS)
        assert not isinstance(baseline, str)
        lost = [Value(one.at, one.value * 0.88) for one in values[113:]]
        told = [judge(baseline, one.at, one.value, lost[:place]) for place, one in enumerate(lost)]
        missed += not any(one and (one.single or one.lasting) for one in told)
    line("plain: lasting losses of 12 % not told within 7 points", 100 * missed / len(SEEDS), "%", goal=20)


def costs() -> None:
    values = series(1, n=600)
    times = []
    for _ in range(5):
        started = time.perf_counter()
        baseline = learn(values, ROWS)
        times.append(1000 * (time.perf_counter() - started))
    assert not isinstance(baseline, str)
    line("learn a baseline from 600 points", statistics.median(times), "ms")
    since = values[-7:]
    started = time.perf_counter()
    for _ in range(1000):
        judge(baseline, values[-1].at, 900.0, since)
    line("judge a point", 1000 * (time.perf_counter() - started), "µs")


if __name__ == "__main__":
    known_run_lengths()
    short_pasts()
    for kind, facts in KINDS.items():
        what_is_caught(kind, [replay(series(seed, **facts), ROWS) for seed in SEEDS])
    lasting_losses()
    costs()
