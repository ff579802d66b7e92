"""The sentences about a test and its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from kitchens.core.words import count, number, sentence
from monitoring.core.history.points import Point
from recipes.core.checks.marks import USABLE
from recipes.core.verdict import NOT_GREEN, Verdict


def share(part: int, whole: int) -> str:
    """Say a share: "0 %", "2.2 %", "under 0.1 %"; "–" of nothing."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "under 0.1 %"
    return f"{percent:.1f}".removesuffix(".0") + " %"


def plain_words(meant: str, check: str, dataset: str, column: str, expected: str) -> str:
    """Say what a test says: its author's words, else those of its check, then where and within which limit."""
    where = ".".join(filter(None, (dataset, column)))
    told = sentence(meant) or sentence(f"{check.replace('_', ' ')}")
    limit = f"Expected: {expected.rstrip('.')}." if expected else ""
    return " ".join(filter(None, (told, f"It looks at {where}." if where else "", limit)))


def how_often(results: int, red: int, warned: int) -> str:
    """Say how often a test failed: "It failed in 3 of 41 evaluations (7.3 %) and warned in 2."."""
    if not results:
        return "It has not been judged yet."
    if not red:
        told = f"It never failed in {count(results, 'evaluation')}"
    else:
        told = f"It was red in {number(red)} of {count(results, 'evaluation')} ({share(red, results)})"
    return f"{told}{f' and warned in {number(warned)}' if warned else ''}."


def sees(points: Sequence[Point], told: str) -> str:
    """Say the smallest change the test can see: what its chart says, else what its limits mean at its usual value."""
    if told:
        return sentence(told)
    newest = next((point for point in reversed(points) if point.limits != (None, None)), None)
    if newest is None:
        return ""
    return _counted(newest) if newest.counts else _measured(newest, points)


def _counted(newest: Point) -> str:
    """Say from how many failing things on it warns and fails."""
    most, warns = newest.limits[1], newest.warns_above
    unit = f" {newest.unit}" if newest.unit and newest.unit != "%" else ""
    if most is None:
        return ""
    if most < 1:
        return f"A single one of the{unit or ' values'} is enough for it to fail."
    early = f" and warns above {number(round(warns, 1))}" if warns is not None and warns < most else ""
    return f"It fails above {number(round(most, 1))} failing{unit}{early}."


def _measured(newest: Point, points: Sequence[Point]) -> str:
    """Say what the limits mean at the usual value, that of the green points."""
    usual = [point.measure for point in points if point.measure is not None and not point.red]
    if len(usual) < 3:
        return ""
    middle = median(usual)
    low, high = newest.limits
    unit = f" {newest.unit}" if newest.unit else ""
    seen = []
    if low is not None and middle > low:
        seen.append(f"a drop of more than {_change(middle - low, middle)} (to below {number(low)}{unit})")
    if high is not None and high >= middle:
        rise = f"a rise of more than {_change(high - middle, middle)} (to above {number(high)}{unit})"
        seen.append(f"anything above {number(high)}{unit}" if middle == 0 else rise)
    return f"Its usual value is {number(middle)}{unit}: it sees {' or '.join(seen)}." if seen else ""


def _change(by: float, of: float) -> str:
    return f"{number(round(100 * by / abs(of), 1))} %" if of else number(by)


@dataclass(frozen=True)
class Lately:
    """What the newest evaluations of a test say of the test itself."""

    results: int
    red: int
    errors: int
    changes: int  # of verdict, red to green and back
    false_alarms: int  # marked as usable
    median_ms: float
    slow_ms: float  # 95th percentile
    total_ms: float

    @property
    def reliability(self) -> str:
        """Say whether it can be relied on: red share, errors, how often it turned, what people called a false alarm."""
        if not self.results:
            return "Nothing is known of it yet."
        told = [
            f"{number(self.red)} of the last {count(self.results, 'evaluation')} were red ({share(self.red, self.results)})"
        ]
        if self.errors:
            told.append(f"{number(self.errors)} of them could not be measured")
        told.append(f"it turned {count(self.changes, 'time')}" if self.changes else "it never turned")
        alarms = self.red - self.errors
        if alarms > 0:
            told.append(f"{number(self.false_alarms)} of {count(alarms, 'alarm')} marked as false")
        return f"{'; '.join(told)}."

    @property
    def cost(self) -> str:
        if not self.results:
            return ""
        return (
            f"{number(round(self.median_ms, 1))} ms at the median, {number(round(self.slow_ms, 1))} ms at the 95th"
            f" percentile; {number(round(self.total_ms / 1000, 1))} s for the last {count(self.results, 'evaluation')}."
        )


def lately(rows: Sequence[tuple[str, str, float]]) -> Lately:
    """Return the summary of evaluations (verdict, mark, milliseconds), newest first."""
    reds = [verdict in NOT_GREEN for verdict, _, _ in rows if verdict != Verdict.SKIPPED]
    times = sorted(took for _, _, took in rows) or [0.0]
    return Lately(
        results=len(rows),
        red=sum(reds),
        errors=sum(verdict in (Verdict.ERROR, Verdict.NOT_EVALUATED) for verdict, _, _ in rows),
        changes=sum(one != other for one, other in pairwise(reds)),
        false_alarms=sum(mark == USABLE and verdict in NOT_GREEN for verdict, mark, _ in rows),
        median_ms=median(times),
        slow_ms=times[min(len(times) - 1, round(0.95 * len(times)))],
        total_ms=sum(times),
    )
