"""Effect sizes and distances between two samples: how far apart they are, and whether chance alone could do it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recipes.core.statistics.tails import f_two_sided, normal_two_sided, t_two_sided

HALF = 0.5  # rows that an empty bin counts as, so that no logarithm is infinite


@dataclass(frozen=True)
class Sample:
    """Count, mean and variance (n − 1 in the denominator) of the values of one side."""

    n: int
    mean: float
    variance: float


def cohen_d(one: Sample, other: Sample) -> float | None:
    """Return the difference of the means in pooled standard deviations (Cohen 1988); None where neither side varies."""
    freedom = one.n + other.n - 2
    if freedom <= 0:
        return None
    pooled = ((one.n - 1) * one.variance + (other.n - 1) * other.variance) / freedom
    return (one.mean - other.mean) / math.sqrt(pooled) if pooled > 0 else None


def welch(one: Sample, other: Sample) -> float | None:
    """Return the two-sided p of equal means without equal variances (Welch 1947); None where it does not exist."""
    if min(one.n, other.n) < 2:
        return None
    first, second = one.variance / one.n, other.variance / other.n
    if first + second <= 0:
        return None
    t = (one.mean - other.mean) / math.sqrt(first + second)
    freedom = (first + second) ** 2 / (first**2 / (one.n - 1) + second**2 / (other.n - 1))
    return t_two_sided(t, freedom)


def log_variance_ratio(one: Sample, other: Sample) -> float | None:
    """Return ln(variance / other variance); None where one side does not vary."""
    if min(one.variance, other.variance) <= 0:
        return None
    return math.log(one.variance / other.variance)


def variance_test(one: Sample, other: Sample) -> float | None:
    """Return the two-sided p of equal variances by the F test, which takes both sides for normal."""
    if min(one.n, other.n) < 2 or min(one.variance, other.variance) <= 0:
        return None
    return f_two_sided(one.variance / other.variance, one.n - 1, other.n - 1)


def cohen_h(share: float, other: float) -> float:
    """Return the difference of two shares (0 to 1) on the arcsine scale (Cohen 1988): 0.2 small, 0.5 medium, 0.8 large."""
    return 2 * math.asin(math.sqrt(share)) - 2 * math.asin(math.sqrt(other))


def two_proportions(share: float, n: int, other: float, m: int) -> float:
    """Return the two-sided p of equal shares by the pooled z test; 1 where all rows of both sides are alike."""
    pooled = (share * n + other * m) / (n + m)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)) if 0 < pooled < 1 else 0.0
    return normal_two_sided((share - other) / error) if error > 0 else 1.0


def psi(counts: Sequence[float], expected: Sequence[float]) -> float:
    """Return the population stability index of rows per bin against expected ones; empty bins count half a row."""
    return math.fsum((p - q) * math.log(p / q) for p, q in zip(*_shares(counts, expected), strict=True))


def jensen_shannon(counts: Sequence[float], expected: Sequence[float]) -> float:
    """Return the Jensen–Shannon distance with base 2: 0 for equal shares, 1 for shares without a bin in common.

    It needs no smoothing, as the mean of both sides is nowhere empty where one of them is not.
    """
    total, other = math.fsum(counts), math.fsum(expected)
    divergence = 0.0
    for one, two in zip(counts, expected, strict=True):
        p, q = one / total, two / other
        middle = (p + q) / 2
        divergence += sum(part * math.log2(part / middle) / 2 for part in (p, q) if part > 0)
    return math.sqrt(max(0.0, divergence))


def kolmogorov_smirnov(counts: Sequence[float], expected: Sequence[float]) -> float:
    """Return the largest difference of the cumulative shares over bins in their order."""
    total, other = math.fsum(counts), math.fsum(expected)
    one = two = largest = 0.0
    for count, wanted in zip(counts, expected, strict=True):
        one, two = one + count, two + wanted
        largest = max(largest, abs(one / total - two / other))
    return largest


def cramers_v(cells: Mapping[tuple[object, object], int]) -> float | None:
    """Return Cramér's V of a table of counts (0 independent, 1 determined; φ for 2 × 2); None for one row or column."""
    rows: dict[object, int] = {}
    columns: dict[object, int] = {}
    for (row, column), count in cells.items():
        rows[row] = rows.get(row, 0) + count
        columns[column] = columns.get(column, 0) + count
    smaller = min(len(rows), len(columns)) - 1
    if smaller < 1:
        return None
    total = sum(rows.values())
    squares = math.fsum(count / rows[row] * count / columns[column] for (row, column), count in cells.items())
    return math.sqrt(max(0.0, squares - 1) / smaller) if total else None


def _shares(counts: Sequence[float], expected: Sequence[float]) -> tuple[list[float], list[float]]:
    return _smoothed(counts), _smoothed(expected)


def _smoothed(counts: Sequence[float]) -> list[float]:
    filled = [count if count > 0 else HALF for count in counts]
    total = math.fsum(filled)
    return [count / total for count in filled]
