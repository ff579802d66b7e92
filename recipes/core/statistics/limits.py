"""Scale and limits of single points: robust scale, t limits for a short past, tails as heavy as those that were seen."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from recipes.core.statistics.memory import CLIP
from recipes.core.statistics.tails import t_quantile, t_two_sided

Floats = NDArray[np.float64]
TO_SIGMA = 1.4826  # MAD of normal values -> their standard deviation
MEAN_TO_SIGMA = 1.2533  # the same for the mean absolute deviation
EFFICIENCY = 0.367  # of the MAD against the standard deviation, for normal values (Rousseeuw & Croux 1993)
SHORT = 100  # residuals; with more the normal limit is as good as the t limit
TAIL_FROM = 12  # residuals from which the tail is estimated
PRIOR_INDEX = 0.37  # of a tail before it is seen: a little heavier than t with three degrees of freedom
PRIOR_POINTS = 10  # how many points that counts for
TAIL_SHARE = 10  # the outermost tenth of the residuals is the tail


def mean_and_deviations(multiplier: float, n: int) -> float:
    """Return the true false-alarm rate of "mean ± multiplier × SD" learnt from n normal values.

    A new value less the mean, over the SD, is √(1 + 1/n) times a t with n − 1 degrees of freedom.
    """
    return t_two_sided(multiplier / math.sqrt(1 + 1 / n), n - 1)


def multiplier_of_mean(alpha: float, n: int) -> float:
    """Return the multiplier of the SD that has the wanted false-alarm rate: the inverse of `mean_and_deviations`."""
    return t_quantile(n - 1, alpha / 2) * math.sqrt(1 + 1 / n)


def robust_scale(residuals: Floats, floor: float = 0.0) -> float:
    """Return 1.4826 × the median distance from 0, at least `floor`; where that median is 0, from the mean distance.

    Residuals are errors of forecasts: their centre is 0, and a forecast that is always wrong the same way has to show.
    """
    sizes = np.abs(residuals)
    found = TO_SIGMA * float(np.median(sizes))
    return max(found or MEAN_TO_SIGMA * float(np.mean(sizes)), floor)


def multiplier(scores: Floats, alpha: float, sides: int = 2, floor: float = 0.0) -> float:
    """Return how many scales a single point may lie off, for one false alarm in 1/alpha.

    `scores` are the standardised out-of-sample residuals, `floor` the least scale in the same units. The larger of the
    limit of a normal tail and the quantile that their own tail speaks of.
    """
    plain = _normal_tail(scores, alpha / sides, floor)
    return max(plain, tail_quantile(scores, alpha)) if len(scores) >= TAIL_FROM else plain


def _normal_tail(scores: Floats, tail: float, floor: float) -> float:
    """Return the limit for normal noise: the normal quantile, of a short past the t quantile for a MAD.

    Of a very short one, which tells a MAD next to nothing, the narrower of two limits with half of the risk each: that
    of the MAD, and that of the root mean square, which an accident makes wide but which uses all that is known. Half
    of its degrees of freedom are held back: nothing is known yet of tails and of dependence.
    """
    n = independent(len(scores), autocorrelation(scores))
    if n >= SHORT:
        return NormalDist().inv_cdf(1 - tail)
    freedom = max(1.0, EFFICIENCY * n)
    if len(scores) >= TAIL_FROM:
        return t_quantile(freedom, tail)
    spread = max(math.sqrt(float(np.mean(scores**2))), floor)
    return min(t_quantile(freedom, tail / 2), t_quantile(max(1.0, n / 2), tail / 2) * spread)


def independent(n: int, correlation: float) -> float:
    """Return how many independent points tell as much of the scale (Bayley & Hammersley 1946).

    Only the correlation that is beyond its own standard error, 1/√n, counts.
    """
    square = max(0.0, correlation - 1 / math.sqrt(n)) ** 2
    return n * (1 - square) / (1 + square)


def tail_quantile(scores: Floats, alpha: float) -> float:
    """Return the size that is passed with probability alpha, from the outermost tenth (Weissman 1978).

    Beyond what was ever seen the tail is taken as a power law with Hill's index (1975), drawn towards that of a tail
    a little heavier than normal as long as few points tell of it: right for heavy tails, a little wide for normal ones.
    """
    sizes = np.sort(np.abs(scores))
    beyond = max(5, len(sizes) // TAIL_SHARE)
    start = float(sizes[-beyond - 1])
    if start <= 0:
        return 0.0
    seen = float(np.sum(np.log(sizes[-beyond:] / start)))
    index = (seen + PRIOR_POINTS * PRIOR_INDEX) / (beyond + PRIOR_POINTS)
    return float(start * max(1.0, beyond / (len(sizes) * alpha)) ** index)


def autocorrelation(scores: Floats) -> float:
    """Return the lag-1 autocorrelation about 0, of clipped scores; 0 for fewer than three."""
    if len(scores) < 3:
        return 0.0
    clipped = np.clip(scores, -CLIP, CLIP)
    power = float(clipped @ clipped)
    return float(clipped[1:] @ clipped[:-1]) / power if power else 0.0
