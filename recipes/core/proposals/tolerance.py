"""Limits that future values keep, learnt from few: tolerance intervals, never the smallest or greatest value itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, stdev

CONTENT, CONFIDENCE = 0.999, 0.95  # the share of values that keep the limit, and how sure that is


def factor(n: int, content: float = CONTENT, confidence: float = CONFIDENCE) -> float:
    """Return by how many standard deviations a one-sided limit lies off the mean of n values of a normal law.

    Natrella's approximation, as in the NIST/SEMATECH e-Handbook of Statistical Methods, 7.2.6.3. At least 3 values.
    """
    p, c = NormalDist().inv_cdf(content), NormalDist().inv_cdf(confidence)
    a = 1 - c * c / (2 * (n - 1))
    b = p * p - c * c / n
    return (p + math.sqrt(max(0.0, p * p - a * b))) / a


def low_limit(values: Sequence[float], least_spread: float) -> float:
    """Return the lower limit; values that hardly vary are taken to vary by `least_spread`."""
    return fmean(values) - factor(len(values)) * max(stdev(values), least_spread)


def high_limit(values: Sequence[float], least_spread: float) -> float:
    """Return the upper limit, as for `low_limit`."""
    return -low_limit([-one for one in values], least_spread)


def rounded(value: float, *, up: bool) -> float:
    """Return the value with two digits, away from what it bounds; whole where that loses nothing."""
    if value == 0 or not math.isfinite(value):
        return 0.0 if value == 0 else value
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    steps = value / step
    whole = math.ceil(steps - 1e-9) if up else math.floor(steps + 1e-9)
    return float(f"{whole * step:.12g}")


def plain(value: float) -> int | float:
    """Return a number as one would write it."""
    return int(value) if value == int(value) else value
