"""The run lengths of the charts, as they stand in docs/control-charts.md: solved, and simulated."""

from __future__ import annotations

import numpy as np
import pytest

from recipes.core.statistics import run_lengths
from recipes.core.statistics.memory import Memory

WITHIN = 0.05
# chart, weight, limit: points until a signal without a change, with one of 1σ and of 2σ; without one for ρ = .25 and .5
FIGURES = [
    ("shewhart", 0.0, 3.0, (370, 44, 6.3), ()),
    ("ewma", 0.2, 2.962, (500, 9.4, 2.8), (138, 59)),
    ("ewma", 0.1, 2.814, (490, 8.2, 2.6), (133, 58)),
    ("ewma", 0.2, 2.86, (370, 8.6, 2.7), (111, 50)),
    ("cusum", 0.5, 5.0, (475, 10.4, 4.0), (115, 52)),
    ("cusum", 0.5, 4.0, (166, 8.3, 3.4), (61, 34)),
]
SHIFTS = [(chart, w, x, shift, told[shift]) for chart, w, x, told, _ in FIGURES for shift in (0, 1, 2)]
DEPENDENT = [
    (chart, w, x, rho, length)
    for chart, w, x, _, told in FIGURES
    for rho, length in zip((0.25, 0.5), told, strict=False)
]


def solved(chart: str, weight: float, limit: float, shift: float) -> float:
    if chart == "shewhart":
        return run_lengths.shewhart(limit, shift)
    return getattr(run_lengths, chart)(weight, limit, shift)


@pytest.mark.parametrize(("chart", "weight", "limit", "shift", "length"), SHIFTS)
def test_the_equations_give_the_run_lengths(chart, weight, limit, shift, length):
    assert solved(chart, weight, limit, shift) == pytest.approx(length, rel=WITHIN)


@pytest.mark.parametrize(("chart", "weight", "limit", "shift", "length"), SHIFTS)
def test_the_simulation_agrees_with_the_equations(chart, weight, limit, shift, length):
    runs = 4_000 if shift == 0 else 10_000

    found = run_lengths.simulated(chart, weight, limit, shift=shift, runs=runs, seed=11)

    assert found == pytest.approx(solved(chart, weight, limit, shift), rel=0.05)


@pytest.mark.parametrize(("chart", "weight", "limit", "rho", "length"), DEPENDENT)
def test_dependent_points_make_charts_with_a_memory_fire_early(chart, weight, limit, rho, length):
    found = run_lengths.simulated(chart, weight, limit, rho=rho, runs=20_000, seed=11)

    assert found == pytest.approx(length, rel=WITHIN)


@pytest.mark.parametrize(
    ("weight", "limit", "length"),
    [(0.4, 3.054, 500), (0.1, 2.814, 500), (0.05, 2.615, 500), (0.03, 2.437, 500)],
)
def test_the_limits_of_the_long_run_are_those_of_lucas_and_saccucci(weight, limit, length):
    assert run_lengths.ewma(weight, limit, steady=True) == pytest.approx(length, rel=0.005)
    assert run_lengths.limit_of_ewma(weight, length) == pytest.approx(limit, abs=0.002)


def test_the_cusum_of_hawkins_and_olwell_has_its_run_length():
    assert run_lengths.cusum(0.5, 4.7740) == pytest.approx(370, rel=0.002)
    assert run_lengths.limit_of_cusum(0.5, 370) == pytest.approx(4.774, abs=0.002)


def test_the_limit_of_single_points_is_the_normal_quantile():
    assert run_lengths.limit_of_shewhart(370.398) == pytest.approx(3, abs=1e-6)


def test_a_shift_is_seen_when_the_chart_is_so_quick():
    shift = run_lengths.shift_seen(lambda size: run_lengths.shewhart(3.0, size), 6.303)

    assert shift == pytest.approx(2, abs=1e-3)


def test_series_that_never_signal_are_told():
    with pytest.raises(ValueError, match="have given no signal"):
        run_lengths.simulated("shewhart", 0.0, 40.0, runs=1)


@pytest.mark.parametrize("chart", [Memory("ewma", 0.2, 2.962), Memory("cusum", 0.5, 5.0)])
def test_the_chart_of_single_steps_is_the_one_whose_run_lengths_are_known(chart):
    random = np.random.default_rng(3)
    lengths = []
    for _ in range(400):
        state, points = chart.start, 0
        while not chart.fires(state):
            state, points = chart.step(state, 1.0 + random.standard_normal()), points + 1
        lengths.append(points)
    wanted = (
        run_lengths.ewma(0.2, 2.962, 1.0, steady=True)
        if chart.kind == "ewma"
        else run_lengths.cusum(0.5, 5.0, 1.0)
    )

    assert np.mean(lengths) == pytest.approx(wanted, rel=0.1)
