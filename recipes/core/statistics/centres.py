"""Models of the centre: each learns from a stretch of a series where the next points are to be expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

import numpy as np
from numpy.typing import NDArray

from recipes.core.statistics.days import Types

Floats = NDArray[np.float64]
Names = NDArray[np.str_]
LEVEL = 14  # points that the level is the median of
SAME = 8  # points of the same type that its offset is the median of
TREND = 28  # points that the drift is the median slope of (Theil 1950, Sen 1968)


@dataclass(frozen=True)
class Centre:
    """level + drift × days since the last point + the offset of the type."""

    level: float
    drift: float = 0.0
    offsets: Mapping[str, float] = field(default_factory=dict)

    def at(self, days: Floats, last: float, types: Names) -> Floats:
        """Return the centres at these days; NaN for a type that was never seen."""
        base = self.level + self.drift * (days - last)
        if not self.offsets:
            return base
        return np.asarray(base + np.array([self.offsets.get(name, np.nan) for name in types.tolist()]))


@dataclass(frozen=True)
class Model:
    """A way to find the centre. `fit` takes days, values on the chart's scale, and the type of each point."""

    name: str
    types: Types
    fit: Callable[[Floats, Floats, Names], Centre]


def last_value(days: Floats, values: Floats, types: Names) -> Centre:
    return Centre(float(values[-1]))


def local_level(days: Floats, values: Floats, types: Names) -> Centre:
    return Centre(_middle(values[-LEVEL:]))


def local_trend(days: Floats, values: Floats, types: Names) -> Centre:
    return _trend(days, values, {})


def last_of_type(days: Floats, values: Floats, types: Names) -> Centre:
    return Centre(0.0, offsets=dict(zip(types.tolist(), values.tolist(), strict=True)))


def typical(days: Floats, values: Floats, types: Names) -> Centre:
    """Return the median of the last points of each type, moved to where the series stands lately."""
    offsets = _offsets(values, types)
    return Centre(_middle(_rest(values, types, offsets)[-LEVEL:]), offsets=offsets)


def typical_trend(days: Floats, values: Floats, types: Names) -> Centre:
    offsets = _offsets(values, types)
    return _trend(days, _rest(values, types, offsets), offsets)


MODELS = (  # the simplest first
    Model("last value", "", last_value),
    Model("local level", "", local_level),
    Model("local level with trend", "", local_trend),
    Model("typical kind of day", "kind of day", typical),
    Model("same weekday last week", "weekday", last_of_type),
    Model("typical hour", "hour", typical),
    Model("typical weekday", "weekday", typical),
    Model("typical kind of day with trend", "kind of day", typical_trend),
    Model("typical weekday with trend", "weekday", typical_trend),
    Model("typical hour by kind of day", "hour and kind of day", typical),
)


def _offsets(values: Floats, types: Names) -> dict[str, float]:
    last: dict[str, list[float]] = {}
    for value, name in zip(reversed(values.tolist()), reversed(types.tolist()), strict=True):
        known = last.setdefault(name, [])
        if len(known) < SAME:
            known.append(value)
    return {name: median(known) for name, known in last.items()}


def _rest(values: Floats, types: Names, offsets: Mapping[str, float]) -> Floats:
    """Return the last values without the offsets of their types."""
    return np.asarray(values[-TREND:] - np.array([offsets[name] for name in types[-TREND:].tolist()]))


def _trend(days: Floats, rest: Floats, offsets: Mapping[str, float]) -> Centre:
    days, rest = days[-TREND:], rest[-TREND:]
    first, second = np.triu_indices(len(days), 1)
    apart = days[second] - days[first]
    slopes = (rest[second] - rest[first])[apart > 0] / apart[apart > 0]
    drift = float(np.median(slopes)) if slopes.size else 0.0
    return Centre(_middle(rest - drift * (days - days[-1])), drift, offsets)


def _middle(values: Floats) -> float:
    return float(median(values.tolist()))  # of a handful of values faster than numpy's
