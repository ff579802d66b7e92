"""Tails of the normal, t and F distributions in plain Python, so that a node process need not load scipy."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

STEPS = 500
SMALLEST = 1e-300
CLOSE = 3e-16


def normal_two_sided(z: float) -> float:
    """Return the chance of a standard normal value at least as far from 0 as z."""
    return math.erfc(abs(z) / math.sqrt(2))


def t_two_sided(t: float, freedom: float) -> float:
    """Return the chance that Student's t with these degrees of freedom is at least as far from 0 as t."""
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


@lru_cache(maxsize=1024)
def t_quantile(freedom: float, tail: float) -> float:
    """Return the value that Student's t passes upwards with the chance `tail`, below one half.

    Newton's steps on logarithms of both, where the tail is concave: from the normal quantile, which is too small.
    """
    at = NormalDist().inv_cdf(1 - tail) if tail < 0.4999 else 1e-3
    log_front = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - math.log(freedom * math.pi) / 2
    for _ in range(STEPS):
        above = max(SMALLEST, t_two_sided(at, freedom) / 2)
        density = math.exp(log_front - (freedom + 1) / 2 * math.log1p(at * at / freedom))
        step = (math.log(above) - math.log(tail)) * above / (density * at)
        at *= math.exp(max(-3.0, min(3.0, step)))
        if abs(step) < CLOSE * 10:
            break
    return at


def f_two_sided(ratio: float, above: float, below: float) -> float:
    """Return the two-sided p of a ratio of two variances with these degrees of freedom (numerator, denominator)."""
    upper = incomplete_beta(below / 2, above / 2, below / (below + above * ratio))
    return min(1.0, 2 * min(upper, 1 - upper))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function, by Lentz's continued fraction (DLMF 8.17.22)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):  # there the fraction converges slowly, its mirror image fast
        return 1 - incomplete_beta(b, a, 1 - x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(log_front) * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    d = 1 / _apart(1 - (a + b) * x / (a + 1))
    c, result = 1.0, d
    for m in range(1, STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for part in (even, odd):
            d = 1 / _apart(1 + part * d)
            c = _apart(1 + part / c)
            result *= c * d
        if abs(c * d - 1) < CLOSE:
            break
    return result


def _apart(value: float) -> float:
    """Return a value that can be divided by."""
    return value if abs(value) > SMALLEST else SMALLEST
