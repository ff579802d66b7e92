"""How many points a chart takes until it signals (average run length), exactly or by simulation; limits for a wanted one.

The equations are solved by Gauss-Legendre quadrature (Nyström). Points are independent and normal with variance 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]
NODES = 60
SETTLED = 1e-9  # the limits of an EWMA are steady once they move by less than this share
ENDLESS = 1e10  # points; beyond it the equations cannot be solved exactly, nor need they
GREATEST_SHIFT = 2.5  # that residuals clipped at three still show
LONGEST = 20_000  # steps of a simulation


def normal_density(x: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi))


def shewhart(limit: float, shift: float = 0.0) -> float:
    """Return the run length of single points against ± `limit` standard deviations: 1 / P(outside)."""
    return float(1.0 / (ndtr(-limit - shift) + ndtr(shift - limit)))


@lru_cache(maxsize=256)
def ewma(weight: float, limit: float, shift: float = 0.0, *, steady: bool = False) -> float:
    """Return the run length of an EWMA that starts at its centre.

    `steady`: against its limits of the long run (Crowder 1987, one integral equation). Otherwise against the exact
    limits, narrow at first, L √(λ (1 − (1 − λ)^2t) / (2 − λ)): the density of its value is carried forward until
    the limits stand still, and the equation gives the rest.
    """
    width = limit * math.sqrt(weight / (2 - weight))
    at, share = _nodes(width)
    carry = (1 - weight) * at
    kernel = normal_density((at[None, :] - carry[:, None]) / weight - shift) / weight * share[None, :]
    rest = np.linalg.solve(np.eye(NODES) - kernel, np.ones(NODES))
    if steady:
        from_centre = normal_density(at / weight - shift) / weight * share
        return float(1.0 + from_centre @ rest)
    return _from_exact_limits(weight, limit, shift, rest)


def _from_exact_limits(weight: float, limit: float, shift: float, rest: NDArray[np.floating[Any]]) -> float:
    """Sum P(no signal yet) over the steps with moving limits, then add what follows from where it then stands."""
    long_run = math.sqrt(weight / (2 - weight))
    expected, points, mass = 0.0, np.zeros(1), np.ones(1)
    step = 0
    while True:
        expected += float(mass.sum())
        step += 1
        spread = long_run * math.sqrt(1 - (1 - weight) ** (2 * step))
        at, share = _nodes(limit * spread)
        moved = (at[None, :] - (1 - weight) * points[:, None]) / weight - shift
        mass = (mass[:, None] * normal_density(moved) / weight).sum(axis=0) * share
        points = at
        if 1 - spread / long_run < SETTLED:
            return expected + float(mass @ rest)


@lru_cache(maxsize=256)
def cusum(allowance: float, threshold: float, shift: float = 0.0) -> float:
    """Return the run length of a two-sided CUSUM (k, h) that starts at 0.

    One side: the equation of Page 1954, with its atom at 0. Both: 1/L = 1/L₊ + 1/L₋ (Kemp 1971).
    """
    up, down = (_one_sided(allowance, threshold, sign * shift) for sign in (1, -1))
    return 1.0 / (1.0 / up + 1.0 / down)


def _one_sided(allowance: float, threshold: float, shift: float) -> float:
    at, share = _gauss()
    at, share = (at + 1) * threshold / 2, share * threshold / 2
    start = np.concatenate([[0.0], at])
    kernel = np.empty((NODES + 1, NODES + 1))
    kernel[:, 0] = ndtr(allowance - shift - start)
    kernel[:, 1:] = normal_density(at[None, :] - start[:, None] + allowance - shift) * share[None, :]
    return float(np.linalg.solve(np.eye(NODES + 1) - kernel, np.ones(NODES + 1))[0])


@lru_cache(maxsize=256)
def limit_of_shewhart(run_length: float) -> float:
    """Return the limit in standard deviations at which single points give one false alarm in so many."""
    return float(-ndtri(0.5 / run_length))


@lru_cache(maxsize=256)
def limit_of_ewma(weight: float, run_length: float) -> float:
    """Return the L at which an EWMA gives one false alarm in so many points, with limits of the long run."""
    return float(brentq(lambda limit: math.log(ewma(weight, limit, steady=True) / run_length), 0.5, 5.0))


@lru_cache(maxsize=256)
def limit_of_cusum(allowance: float, run_length: float) -> float:
    """Return the h at which a two-sided CUSUM gives one false alarm in so many points."""
    return float(brentq(lambda limit: math.log(cusum(allowance, limit) / run_length), 0.5, 12.0))


def shift_seen(run_length: Callable[[float], float], within: float) -> float | None:
    """Return the smallest shift, in standard deviations, that is signalled within so many points on average.

    None where it is so great that the clipping of residuals would hide it.
    """

    def off(shift: float) -> float:
        length = run_length(shift)
        return math.log(length / within) if 1 <= length < ENDLESS else math.log(ENDLESS / within)

    return float(brentq(off, 0.0, GREATEST_SHIFT)) if off(GREATEST_SHIFT) < 0 else None


def simulated(
    chart: str,
    weight: float,
    limit: float,
    *,
    shift: float = 0.0,
    rho: float = 0.0,
    runs: int = 20_000,
    seed: int = 0,
) -> float:
    """Return the average run length of many simulated series, all at once.

    `chart`: shewhart, ewma (exact limits) or cusum. Values have variance 1 and lag-1 autocorrelation `rho` (AR(1)).
    """
    random = np.random.default_rng(seed)
    noise = random.standard_normal(runs)
    state = np.zeros((runs, 2))
    total = 0
    for step in range(1, LONGEST):
        value = noise + shift
        if chart == "cusum":
            state[:, 0] = np.maximum(0.0, state[:, 0] + value - weight)
            state[:, 1] = np.maximum(0.0, state[:, 1] - value - weight)
            out = state.max(axis=1) > limit
        elif chart == "ewma":
            state[:, 0] = (1 - weight) * state[:, 0] + weight * value
            spread = math.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * step)))
            out = np.abs(state[:, 0]) > limit * spread
        else:
            out = np.abs(value) > limit
        total += step * int(out.sum())
        noise, state = noise[~out], state[~out]
        if not noise.size:
            return total / runs
        noise = rho * noise + math.sqrt(1 - rho * rho) * random.standard_normal(noise.size)
    raise ValueError(f"After {LONGEST} points {noise.size} of {runs} series have given no signal.")


def _nodes(width: float) -> tuple[Floats, Floats]:
    """Return nodes and weights for integrals from −width to width."""
    at, share = _gauss()
    return at * width, share * width


@cache
def _gauss() -> tuple[Floats, Floats]:
    return np.polynomial.legendre.leggauss(NODES)
