"""Limits of a share of n rows: binomial, wider where shares vary more than chance (Laney p′), and plain for rare events.

Plain Python: it trains and judges in one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

RARE = 5.0  # expected events; below it the normal approximation of a binomial does not hold
SPAN = 1.128  # mean of the range of two normal values, in standard deviations (d₂)


@dataclass(frozen=True)
class Shares:
    """What was learnt of past shares: events and rows in all, the mean, and how much more than chance they vary."""

    events: int
    rows: int
    dispersion: float  # σ_z of Laney 2002; 1: as chance has it

    @property
    def mean(self) -> float:
        return self.events / self.rows

    def sigma(self, n: int) -> float:
        """Return the standard deviation of a share of n rows about the mean; never 0."""
        mean = min(max(self.mean, 0.5 / self.rows), 1 - 0.5 / self.rows)
        return self.dispersion * math.sqrt(mean * (1 - mean) * (1 / n + 1 / self.rows))


def learn_shares(events: Sequence[int], rows: Sequence[int]) -> Shares:
    """Return what past shares say, in the order of time; points without rows are left out.

    σ_z is the mean moving range of the standardised shares over 1.128 (Laney 2002); it never narrows the limits.
    """
    pairs = [(x, n) for x, n in zip(events, rows, strict=True) if n > 0]
    total, size = sum(x for x, _ in pairs), sum(n for _, n in pairs)
    if size == 0:
        raise ValueError("No past point has rows, so there is no share to learn from.")
    mean = total / size
    if not 0 < mean < 1:
        return Shares(total, size, 1.0)
    scores = [(x / n - mean) / math.sqrt(mean * (1 - mean) / n) for x, n in pairs]
    ranges = [abs(later - earlier) for earlier, later in itertools.pairwise(scores)]
    return Shares(total, size, max(1.0, sum(ranges) / len(ranges) / SPAN) if ranges else 1.0)


def limits(past: Shares, n: int, alpha: float) -> tuple[float, float]:
    """Return the least and greatest share of n rows that chance explains, with one false alarm in 1/alpha.

    Where fewer than five events (or of their opposite) are to be expected the exact predictive distribution is used.
    """
    mean = past.mean
    if n * min(mean, 1 - mean) < RARE:
        if mean <= 0.5:
            return 0.0, most_events(past, n, alpha / 2) / n
        mirrored = Shares(past.rows - past.events, past.rows, past.dispersion)
        return 1.0 - most_events(mirrored, n, alpha / 2) / n, 1.0
    half = NormalDist().inv_cdf(1 - alpha / 2) * past.sigma(n)
    return max(0.0, mean - half), min(1.0, mean + half)


def most_events(past: Shares, n: int, tail: float) -> int:
    """Return the greatest number of events in n rows that is not yet surprising: P(more) ≤ tail.

    Beta-binomial with Jeffreys' prior, so that "never in 10,000 rows" still allows what a few events would.
    """
    a, b = past.events + 0.5, past.rows - past.events + 0.5
    base = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    below = 0.0
    for events in range(n + 1):
        log_share = (
            math.lgamma(n + 1) - math.lgamma(events + 1) - math.lgamma(n - events + 1)
            + math.lgamma(events + a) + math.lgamma(n - events + b) - math.lgamma(n + a + b) + base
        )  # fmt: skip
        below += math.exp(log_share)
        if below >= 1 - tail:
            return events
    return n
