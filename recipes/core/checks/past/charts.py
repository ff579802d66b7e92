"""The common part of all anomaly checks: parameters of the chart, the judgement of a measure, what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from statistics import median
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field
from sqlglot import exp

from recipes.core.checks.base import CannotMeasureError, Numbers, Parameters, Subject
from recipes.core.checks.bounds import bounds_in_words
from recipes.core.checks.past.percents import Percent
from recipes.core.checks.tree import sql_of
from recipes.core.checks.words import number
from recipes.core.statistics.baseline import Baseline, Direction, Judgement, Value, judge
from recipes.core.statistics.enough import seasons
from recipes.core.statistics.shares import learn_share
from recipes.core.statistics.transforms import Scale
from recipes.core.statistics.wishes import Lasting, Season, Wish

SANE_DROP = 0.1  # of the median; below it something is wrong before anything is learnt
SANE_RISE = 10.0
STUCK = 5  # failures in a row on one side, after which a new normal is proposed
LEAST_SEEN = 3  # points a sanity rule needs


def _zone(name: str) -> str:
    if "{{" in name:
        return name
    try:
        return str(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name}. Write one like Europe/Berlin.") from None


class Judged(Parameters):
    """How a measure is judged by its past."""

    direction: Direction = "both"
    """Which side is an alarm"""
    min_effect: Percent = 5.0
    """Least change that matters, in percent of what is expected: less is never an alarm"""
    alpha: float | None = Field(default=None, gt=0, le=0.1)
    """False alarms a point, such as 0.001; else the project's budget says"""

    def wish(self, of: str, scale: Scale, budget: float) -> Wish:
        """Return what is asked of the past."""
        return Wish(
            of=of,
            alpha=self.alpha,
            budget=budget,
            scale=scale,
            direction=self.direction,
            season="none",
            min_effect=self.min_effect / 100,
            lasting="none",
        )


class Chart(Judged):
    """How a control chart judges."""

    season: Season = "auto"
    """The pattern to look for: by hour (`day`), by weekday (`week`), `none`; `auto` looks for what the points allow"""
    lasting: Lasting = "ewma"
    """The chart for lasting shifts, whose alarm is a warning"""
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """On whose calendar weekdays and hours are told"""
    country: str = Field(default="", pattern="^([A-Z]{2})?$")
    """Whose holidays are days of their own, such as US"""

    def wish(self, of: str, scale: Scale, budget: float) -> Wish:
        """Return what is asked of the chart."""
        return replace(
            super().wish(of, scale, budget),
            season=self.season,
            lasting=self.lasting,
            timezone=self.timezone,
            country=self.country,
        )


def measure_name(subject: Subject, what: str) -> str:
    """Return a name for what is measured: the row filter counts, the literals in it do not (they hold the day)."""
    if subject.where is None:
        return f"{what} of {subject.dataset}" if subject.dataset else what
    return f"{what} of {subject.dataset} where {shape_of(subject.where)}"


def shape_of(condition: exp.Expr) -> str:
    """Return a condition without its literals."""
    return sql_of(
        condition.transform(lambda node: exp.Placeholder() if isinstance(node, exp.Literal) else node)
    )


def charted(subject: Subject, numbers: Numbers, what: str, scale: Scale) -> Numbers:
    """Return the numbers judged by the past of the test: with limits, or with what is still to be learnt.

    Needs a measure. Learns a baseline only where none that holds is given; that loads numpy and scipy.
    """
    if numbers.measure is None:
        return numbers
    params: Judged = subject.params
    at, past = subject.context.moment_of_run, subject.past
    wish = params.wish(measure_name(subject, what), scale, past.budget)
    values = [value for value in past.values(wish.of) if value.at < at]
    baseline = past.baseline(wish.asked, at)
    fresh = None
    if baseline is None:
        learning = learnt(values, wish, at)
        if isinstance(learning, str):
            return _while_learning(numbers, wish, values, learning)
        baseline = fresh = learning
    since = tuple(value for value in values if value.at > baseline.origin)
    found = judge(baseline, at, numbers.measure, since, numbers.n_applicable)
    if found is None:
        judged = _while_learning(numbers, wish, values, "It has never seen a day or hour of this type.")
    else:
        judged = _judged(numbers, baseline, found, since, past.borrowed)
    return replace(judged, baselines=(fresh,) if fresh else ())


def learnt(values: Sequence[Value], wish: Wish, at: datetime) -> Baseline | str:
    """Return a baseline that holds at this moment, or a sentence that says why there is none."""
    missing = seasons([value.at for value in values if not value.left_out], wish)
    if isinstance(missing, str):
        return missing
    found = learn_share(values, wish) if wish.scale == "share" else _learn_chart(values, wish)
    if isinstance(found, str) or found.holds(wish.asked, at):
        return found
    return f"The newest results it may learn from are of {found.origin:%Y-%m-%d}, too long ago."


def _learn_chart(values: Sequence[Value], wish: Wish) -> Baseline | str:
    """Return what `learn` does. Loads numpy and scipy, so only where there is something to learn."""
    from recipes.core.statistics.training import UnknownCountryError, learn

    try:
        return learn(values, wish)
    except UnknownCountryError as unknown:
        raise CannotMeasureError(str(unknown)) from None


def _while_learning(numbers: Numbers, wish: Wish, values: Sequence[Value], why: str) -> Numbers:
    """Return the numbers under plain rules of sanity only: nothing at all, or a tenth, or tenfold."""
    details = {**numbers.details, "of": wish.of, "learning": why}
    learning = replace(numbers, learning=why, details=details)
    value = numbers.measure or 0.0
    seen = [one.value for one in values if not one.left_out]
    if wish.scale == "log1p" and value == 0 and wish.direction != "up" and (max(seen, default=1.0) > 0):
        return replace(learning, outside=True, expected="more than 0, while it learns")
    if len(seen) < LEAST_SEEN or min(seen) <= 0 or wish.scale == "share":
        return learning
    middle = median(seen)
    if wish.direction != "up" and value < SANE_DROP * middle:
        return replace(
            learning, outside=True, expected=f"at least {number(SANE_DROP * middle)}, while it learns"
        )
    if wish.direction == "up" and value > SANE_RISE * middle:
        return replace(
            learning, outside=True, expected=f"at most {number(SANE_RISE * middle)}, while it learns"
        )
    return learning


def _judged(
    numbers: Numbers, baseline: Baseline, found: Judgement, since: Sequence[Value], borrowed: bool
) -> Numbers:
    low, high = rounded(found.low), rounded(found.high)
    details: dict[str, Any] = {
        **numbers.details,
        "of": baseline.of,
        "centre": rounded(found.centre),
        "low": low,
        "high": high,
        "score": round(found.score, 2),
        "baseline": baseline.id,
        "model": baseline.model,
        "learnt_from": baseline.points,
        "learnt_until": baseline.origin.isoformat(),
        "sees": baseline.power.sentence(),
    }
    if borrowed:
        details["judged_by"] = "production"
    whose = "production's " if borrowed else ""
    unit = "" if numbers.unit == "rows" else f" {numbers.unit}".rstrip()
    expected = f"{bounds_in_words(low, high)}{unit} by {whose}{baseline.model} of {baseline.points} points"
    said = f"{numbers.said}{_stuck(baseline, found, since)}"
    judged = replace(numbers, said=said, details=details, outside=bool(found.single), expected=expected)
    if not found.lasting:
        return judged
    details["lasting"] = f"{100 * found.shift:+.1f} %"
    return replace(
        judged, warns=f"it has moved {found.lasting} for good, by about {abs(100 * found.shift):.1f} %"
    )


def _stuck(baseline: Baseline, found: Judgement, since: Sequence[Value]) -> str:
    """Return a proposal where this and the points before it failed on the same side."""
    if not found.single or len(since) < STUCK - 1:
        return ""
    for one in since[-(STUCK - 1) :]:
        earlier = judge(baseline, one.at, one.value, (), one.rows)
        if not one.left_out or earlier is None or earlier.single != found.single:
            return ""
    return (
        f", too {found.single} for the {STUCK}th time in a row; if that is meant, mark the first as expected"
    )


def rounded(value: float | None) -> float | None:
    """Return a limit with six digits: more mean nothing, and people read them."""
    return None if value is None else float(f"{value:.6g}")
