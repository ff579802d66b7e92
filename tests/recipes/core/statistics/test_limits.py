"""Limits of a short past, a scale that accidents do not move, tails as they are."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.robust
from scipy import stats

from recipes.core.statistics import limits
from recipes.core.statistics.tails import t_quantile

FALSE_ALARMS = {
    7: 3.1,
    14: 1.2,
    20: 0.86,
    30: 0.62,
    100: 0.36,
}  # percent, of mean ± 3 SD learnt from n points
MULTIPLIERS = {7: 5.24, 14: 3.82, 20: 3.53, 30: 3.33, 100: 3.09}  # that give 0.27 %


@pytest.mark.parametrize(("n", "percent"), FALSE_ALARMS.items())
def test_three_deviations_of_a_short_past_alarm_too_often(n, percent):
    assert 100 * limits.mean_and_deviations(3, n) == pytest.approx(percent, rel=0.05)


@pytest.mark.parametrize("n", FALSE_ALARMS)
def test_the_simulation_alarms_as_often(n):
    random = np.random.default_rng(n)
    past, new = random.standard_normal((60_000, n)), random.standard_normal(60_000)

    out = np.abs(new - past.mean(axis=1)) > 3 * past.std(axis=1, ddof=1)

    assert out.mean() == pytest.approx(limits.mean_and_deviations(3, n), rel=0.15)


@pytest.mark.parametrize(("n", "multiplier"), MULTIPLIERS.items())
def test_the_multiplier_of_a_short_past(n, multiplier):
    assert limits.multiplier_of_mean(0.0027, n) == pytest.approx(multiplier, abs=0.01)


def test_one_empty_load_ruins_the_deviation_and_not_the_mad():
    past = 1000 * (1 + 0.03 * stats.norm.ppf((np.arange(30) + 0.5) / 30))
    past[17] = 0.0

    by_deviation = 3 * past.std(ddof=1) / 1000
    by_mad = 3 * limits.robust_scale(past - np.median(past)) / 1000

    assert by_deviation == pytest.approx(0.55, abs=0.03)
    assert by_mad == pytest.approx(0.09, abs=0.01)


def test_the_scale_is_the_mad_that_statsmodels_has():
    residuals = np.random.default_rng(5).standard_t(4, 200)

    assert limits.robust_scale(residuals) == pytest.approx(
        statsmodels.robust.mad(residuals, center=0), rel=1e-4
    )


def test_where_most_points_are_equal_the_mean_deviation_is_taken_and_then_the_floor():
    assert limits.robust_scale(np.array([0.0, 0.0, 0.0, 4.0])) == pytest.approx(limits.MEAN_TO_SIGMA)
    assert limits.robust_scale(np.zeros(9), floor=0.01) == 0.01


@pytest.mark.parametrize(("name", "draw"), [("normal", "standard_normal"), ("heavy", "heavy")])
@pytest.mark.parametrize("n", [15, 40, 90, 200])
def test_single_points_alarm_no_more_often_than_wanted(name, draw, n):
    random = np.random.default_rng(n)
    alarms = []
    for _ in range(300):
        past = random.standard_t(3, n) if draw == "heavy" else random.standard_normal(n)
        scale = limits.robust_scale(past)
        limit = scale * limits.multiplier(past / scale, 0.0027)
        alarms.append(2 * (stats.t(3) if draw == "heavy" else stats.norm).sf(limit))

    assert np.mean(alarms) < (0.005 if draw == "heavy" else 0.0027)


def test_of_a_very_short_past_the_limit_is_wide_but_not_blind():
    random = np.random.default_rng(1)
    found = [limits.multiplier(random.standard_normal(6), 0.0027) for _ in range(300)]

    assert 5 < np.median(found) < 15


def test_dependent_points_count_for_fewer():
    assert limits.independent(100, 0.0) == 100
    assert limits.independent(100, 0.05) == 100  # within its own error
    assert limits.independent(100, 0.8) == pytest.approx(100 * (1 - 0.49) / (1 + 0.49))


def test_the_tail_of_a_power_law_is_found():
    sizes = stats.pareto(3).ppf((np.arange(5000) + 0.5) / 5000)

    assert limits.tail_quantile(sizes, 0.0005) == pytest.approx(stats.pareto(3).isf(0.0005), rel=0.1)


def test_the_autocorrelation_of_a_series_is_found():
    random = np.random.default_rng(2)
    values = np.zeros(4000)
    for place in range(1, 4000):
        values[place] = 0.6 * values[place - 1] + 0.8 * random.standard_normal()

    assert limits.autocorrelation(values) == pytest.approx(0.6, abs=0.05)
    assert limits.autocorrelation(values[:2]) == 0.0


@pytest.mark.parametrize("freedom", [1.0, 2.9, 7.34, 36.7, 500.0])
@pytest.mark.parametrize("tail", [0.4, 0.00135, 5e-7])
def test_the_quantile_of_t_is_that_of_scipy(freedom, tail):
    assert t_quantile(freedom, tail) == pytest.approx(stats.t.isf(tail, freedom), rel=1e-9)
