"""On which scale a measure is charted, so that its noise is about the same everywhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Scale = Literal["as it is", "log1p", "log", "share"]
LEAST = 1e-9  # below it a duration or an age counts as this long


@dataclass(frozen=True)
class Transform:
    """There and back. `there` is defined for all values, `back` too."""

    there: Callable[[float], float]
    back: Callable[[float], float]


def _bounded_exp(value: float) -> float:
    return math.exp(min(700.0, value))


TRANSFORMS: Mapping[Scale, Transform] = {
    "as it is": Transform(float, float),  # sums and averages
    "share": Transform(float, float),  # percent of rows: their limits come from the number of rows
    "log1p": Transform(lambda value: math.log1p(max(0.0, value)), lambda y: max(0.0, _bounded_exp(y) - 1.0)),
    "log": Transform(lambda value: math.log(max(LEAST, value)), _bounded_exp),  # durations and ages
}
