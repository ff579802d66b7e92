"""Learn the baseline of a series, or say what is missing. Loads numpy, and scipy where shifts that last are looked for:
never import it in the web process."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from recipes.core.statistics import limits
from recipes.core.statistics.baseline import NINE_IN_TEN, Baseline, Direction, Power, Value
from recipes.core.statistics.centres import MODELS, Centre, Floats, Model, Names
from recipes.core.statistics.days import type_of
from recipes.core.statistics.enough import gap_of, horizon, seasons, valid_until
from recipes.core.statistics.memory import CLIP, Memory
from recipes.core.statistics.transforms import TRANSFORMS
from recipes.core.statistics.wishes import Wish

CLOSE = 1.05  # the simplest model within 5 % of the best is taken
CALM = 0.2  # lag-1 autocorrelation up to which charts with a memory may be used
MEMORY_FROM = 50  # residuals
WIDER = 1.1  # than anything the memory saw in the past it learnt from
WILD = 10.0  # scales off the centre: an accident nobody marked
WITHIN = 7.0  # points in which a lasting shift is to be seen, for its power
EWMA_WEIGHT, CUSUM_ALLOWANCE = 0.2, 0.5
LEAST_LEVEL = 0.01  # of the centre: a scale is never less


class UnknownCountryError(ValueError):
    """The country has no calendar of holidays; the message is a full sentence."""


@dataclass(frozen=True)
class Series:
    """The points that may be learnt from, as arrays. `days` count from the first point."""

    at: tuple[datetime, ...]
    days: Floats
    values: Floats  # on the chart's scale
    holidays: tuple[str, ...]
    gap: float  # median days between points

    def types(self, model: Model, timezone: str) -> Names:
        return np.array([type_of(at, model.types, timezone, self.holidays) for at in self.at])


@dataclass(frozen=True)
class Fitted:
    """A model with its out-of-sample residuals (NaN for types it had not seen), in the order of time from `start`."""

    model: Model
    centre: Centre
    residuals: Floats
    start: int


def learn(values: Sequence[Value], wish: Wish) -> Baseline | str:
    """Return the baseline of a series, its points in the order of time, or a sentence that says what is missing."""
    usable = [point for point in values if not point.left_out and math.isfinite(point.value)]
    patterns = seasons([point.at for point in usable], wish)
    if isinstance(patterns, str):
        return patterns
    excluded = [(point.at, point.left_out) for point in values if point.left_out]
    series = _series(usable, wish)
    fitted = _best(series, wish, patterns)
    wild = _wild(fitted, series, wish)
    if wild:
        excluded += [(series.at[place], "far off all others, and nobody has said why") for place in wild]
        series = _series([point for place, point in enumerate(usable) if place not in wild], wish)
        fitted = _best(series, wish, patterns)
    return _baseline(series, wish, fitted, sorted(excluded))


def _series(points: Sequence[Value], wish: Wish) -> Series:
    there = TRANSFORMS[wish.scale].there
    at = tuple(point.at for point in points)
    days = np.array([(moment - at[0]) / timedelta(days=1) for moment in at])
    values = np.array([there(point.value) for point in points])
    gap = gap_of(at)
    until = valid_until(at[-1], gap) + timedelta(days=1)
    return Series(at, days, values, _holidays(wish, at[0], until), gap)


def _holidays(wish: Wish, first: datetime, last: datetime) -> tuple[str, ...]:
    if not wish.country:
        return ()
    from holidays import country_holidays  # heavy, and seldom asked for

    zone = ZoneInfo(wish.timezone)
    begin, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    try:
        known: dict[date, str] = country_holidays(wish.country, years=range(begin.year, end.year + 1))
    except NotImplementedError:
        raise UnknownCountryError(f"No holidays are known of the country {wish.country}.") from None
    return tuple(sorted(day.isoformat() for day in known if begin <= day <= end))


def _best(series: Series, wish: Wish, patterns: frozenset[str]) -> Fitted:
    """Return the simplest model whose mean out-of-sample error is within 5 % of the best."""
    needs = {"": frozenset(), "hour": {"day"}, "hour and kind of day": {"day", "week"}}
    able = [model for model in MODELS if needs.get(model.types, {"week"}) <= patterns]
    # The same points are foretold by all; a pattern has to be seen twice before it foretells.
    start = max(2, len(series.days) // 4)
    if patterns:
        cycle = 14.0 if "week" in patterns else 2.0
        start = max(start, min(int(np.searchsorted(series.days, cycle)), len(series.days) - 4))
    fits = [_replay(series, wish, model, start) for model in able]
    errors = [float(np.nanmean(np.abs(fit.residuals))) for fit in fits]
    best = np.nanmin(errors)
    return next(fit for fit, error in zip(fits, errors, strict=True) if error <= CLOSE * best)


def _replay(series: Series, wish: Wish, model: Model, start: int) -> Fitted:
    """Foretell every point from `start` as it would have been judged: by what was learnt up to a week before it."""
    types, n = series.types(model, wish.timezone), len(series.days)
    ahead = horizon(series.gap)
    step = ahead if n - start >= 4 * ahead else max(1, (n - start) // 4)
    residuals = []
    for first in range(start, n, step):
        days, values = series.days[first : first + step], series.values[first : first + step]
        centre = model.fit(series.days[:first], series.values[:first], types[:first])
        residuals.append(values - centre.at(days, series.days[first - 1], types[first : first + step]))
    centre = model.fit(series.days, series.values, types)
    return Fitted(model, centre, np.concatenate(residuals), start)


def _wild(fitted: Fitted, series: Series, wish: Wish) -> frozenset[int]:
    """Return the places of single points so far off that they tell nothing of the noise; none where there are many."""
    seen = ~np.isnan(fitted.residuals)
    scale = limits.robust_scale(fitted.residuals[seen], _least_sigma(series, wish))
    places = np.flatnonzero(seen & (np.abs(np.nan_to_num(fitted.residuals)) > WILD * scale)) + fitted.start
    return frozenset(map(int, places)) if len(places) <= max(1, len(series.days) // 30) else frozenset()


def _baseline(
    series: Series, wish: Wish, fitted: Fitted, excluded: Sequence[tuple[datetime, str]]
) -> Baseline:
    residuals = fitted.residuals[~np.isnan(fitted.residuals)]
    sigma = limits.robust_scale(residuals, _least_sigma(series, wish))
    scores = residuals / sigma
    correlation = limits.autocorrelation(scores)
    memory = _memory(wish, scores, correlation)
    alpha = wish.risk / 2 if memory else wish.risk  # two charts share the false alarms
    sides = 2 if wish.direction == "both" else 1
    found = Baseline(
        of=wish.of,
        asked=wish.asked,
        model=fitted.model.name,
        types=fitted.model.types,
        scale=wish.scale,
        level=fitted.centre.level,
        origin=series.at[-1],
        start=series.at[0],
        valid_until=valid_until(series.at[-1], series.gap),
        points=len(series.at),
        sigma=sigma,
        multiplier=limits.multiplier(scores, alpha, sides, _least_sigma(series, wish) / sigma),
        alpha=wish.risk,
        direction=wish.direction,
        min_effect=wish.min_effect,
        drift=fitted.centre.drift,
        offsets=dict(fitted.centre.offsets),
        timezone=wish.timezone,
        holidays=series.holidays,
        memory=memory,
        state=memory.after(memory.start, scores) if memory else (),
        correlation=round(correlation, 4),
        per_week=round(7 / series.gap, 3),
        excluded=tuple(excluded),
    )
    return replace(found, power=power(found))


def _least_sigma(series: Series, wish: Wish) -> float:
    """Return the floor of the scale: 1 % of the level, and for counts one row."""
    level = float(np.median(series.values))
    if wish.scale == "log":
        return LEAST_LEVEL
    if wish.scale == "log1p":
        return max(LEAST_LEVEL, math.log1p(1 / (1 + math.expm1(level))))
    return max(LEAST_LEVEL * abs(level), 1e-12)


def _memory(wish: Wish, scores: Floats, correlation: float) -> Memory | None:
    """Return the chart for lasting shifts, with half of the false alarms; None where points depend on each other.

    It is widened where the past it learnt from would have fired: the level is known only as well as that past tells.
    """
    if wish.lasting == "none" or abs(correlation) >= CALM or len(scores) < MEMORY_FROM:
        return None
    from recipes.core.statistics import run_lengths  # scipy takes longer to load than all the rest

    wanted = min(2 / wish.risk, 1e5)
    if wish.lasting == "ewma":
        memory = Memory("ewma", EWMA_WEIGHT, run_lengths.limit_of_ewma(EWMA_WEIGHT, wanted))
    else:
        memory = Memory("cusum", CUSUM_ALLOWANCE, run_lengths.limit_of_cusum(CUSUM_ALLOWANCE, wanted))
    state, furthest = memory.start, 0.0
    for score in scores:
        state = memory.step(state, float(score))
        furthest = max(furthest, abs(memory.signed(state)))
    spread = float(
        np.sqrt(np.mean(np.clip(scores, -CLIP, CLIP) ** 2))
    )  # 1 for normal noise, more for heavy tails
    return replace(memory, limit=memory.limit * max(1.0, spread, WIDER * furthest / memory.threshold))


def power(baseline: Baseline) -> Power:
    """Return the smallest changes that the baseline lets be seen at the slot after its last point."""
    back = TRANSFORMS[baseline.scale].back
    centre = baseline.level + float(np.median(list(baseline.offsets.values()) or [0.0]))
    middle = back(centre)
    if not middle:
        return Power(None, None, None)
    half = baseline.multiplier * baseline.sigma

    def one_run(sign: int, direction: Direction) -> float | None:
        if baseline.direction not in ("both", direction):
            return None
        effect = max(abs(back(centre + sign * half) - middle), baseline.min_effect * abs(middle))
        far = abs(back(centre + sign * (half + NINE_IN_TEN * baseline.sigma)) - middle)
        near = abs(back(centre + sign * half) - middle)
        share = round((effect + far - near) / abs(middle), 4)
        return share if sign > 0 or share <= 1 or baseline.scale == "as it is" else None

    lasting = _lasting(baseline, centre, middle)
    return Power(one_run(-1, "down"), one_run(1, "up"), lasting)


def _lasting(baseline: Baseline, centre: float, middle: float) -> float | None:
    memory = baseline.memory
    if memory is None or baseline.direction == "up":
        return None
    from recipes.core.statistics import run_lengths  # as above

    if memory.kind == "ewma":
        sigmas = run_lengths.shift_seen(
            lambda shift: run_lengths.ewma(memory.weight, memory.limit, shift, steady=True), WITHIN
        )
    else:
        sigmas = run_lengths.shift_seen(
            lambda shift: run_lengths.cusum(memory.weight, memory.limit, shift), WITHIN
        )
    if sigmas is None:
        return None
    moved = abs(TRANSFORMS[baseline.scale].back(centre - sigmas * baseline.sigma) - middle)
    return round(max(moved / abs(middle), baseline.min_effect), 4)
