"""Baselines: what is learnt, how points are judged by it, and that it never changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from holidays import country_holidays
from scipy import stats

from recipes.core.statistics.backtest import replay
from recipes.core.statistics.baseline import Baseline, Value, judge
from recipes.core.statistics.centres import local_trend
from recipes.core.statistics.training import learn
from recipes.core.statistics.wishes import Wish
from tests.recipes.core.statistics.series import MONDAY, on_working_days, series

ROWS = Wish("rows")
KINDS = {
    "plain": {"weekly": False},
    "weekly": {},
    "weekly with trend": {"trend": 0.005},
    "weekly and heavy": {"kind": "heavy"},
    "weekly and autocorrelated": {"kind": "autocorrelated"},
}
SEEDS = range(8)


@pytest.fixture(scope="module")
def replays():
    return {name: [replay(series(seed, **facts), ROWS) for seed in SEEDS] for name, facts in KINDS.items()}


@pytest.fixture(scope="module")
def weekly() -> Baseline:
    return learn(series(1), ROWS)


@pytest.mark.parametrize("name", KINDS)
def test_a_loss_of_half_on_a_working_day_is_caught(replays, name):
    caught = [one.caught(lambda rows: rows * 0.5, on_working_days) for one in replays[name]]

    assert np.mean(caught) > 0.98


@pytest.mark.parametrize("name", KINDS)
def test_false_alarms_are_at_most_one_in_two_hundred_points(replays, name):
    alarms = sum(len({one.point.at for one in (*found.fired, *found.lasting)}) for found in replays[name])
    points = sum(len(found.judged) for found in replays[name])

    assert points == 99 * len(SEEDS)
    assert alarms / points <= 0.005


def test_the_model_fits_the_series_and_has_a_name(replays):
    names = {name: found[0].judged[-1].baseline.model for name, found in replays.items()}

    assert names["plain"] == "local level"
    assert names["weekly"] == "typical kind of day"
    assert names["weekly with trend"] == "typical weekday with trend"


def test_a_lasting_loss_of_an_eighth_is_told_within_a_week():
    told = []
    for seed in range(6):
        values = series(seed, weekly=False)
        last = values[99].at
        baseline = learn(values[:100], ROWS)
        lost = [replace(one, value=one.value * 0.88) for one in values[100:107]]
        found = [judge(baseline, one.at, one.value, lost[:place]) for place, one in enumerate(lost)]
        told.append(any(one.lasting == "down" or one.single for one in found))
        assert baseline.origin == last

    assert sum(told) >= 5


def test_a_cusum_tells_it_too():
    baseline = learn(series(3, weekly=False)[:100], replace(ROWS, lasting="cusum"))
    lost = [Value(MONDAY + timedelta(days=100 + day), 900.0) for day in range(7)]

    found = judge(baseline, lost[-1].at, 900.0, lost[:-1])

    assert baseline.memory.kind == "cusum"
    assert found.lasting == "down"


def test_dependent_points_get_no_chart_with_a_memory():
    assert learn(series(1, weekly=False, kind="autocorrelated"), ROWS).memory is None


def test_a_baseline_is_the_same_after_a_round_trip_and_is_named_by_its_content(weekly):
    again = Baseline.from_dict(json.loads(json.dumps(weekly.as_dict())))

    assert again == weekly
    assert again.id == weekly.id
    assert replace(weekly, multiplier=9.0).id != weekly.id


def test_a_baseline_of_an_unknown_format_is_refused(weekly):
    with pytest.raises(ValueError, match="does not know baselines of format 99"):
        Baseline.from_dict(weekly.as_dict() | {"format": 99})


def test_learning_twice_gives_the_same(weekly):
    assert learn(series(1), ROWS) == weekly


def test_judging_is_the_same_whatever_came_in_between(weekly):
    at = weekly.origin + timedelta(days=3)
    later = [Value(at + timedelta(days=1), 5.0)]

    assert judge(weekly, at, 700.0) == judge(weekly, at, 700.0, later)


def test_a_baseline_judges_only_what_comes_after_it_and_for_a_week(weekly):
    assert not weekly.holds(ROWS.asked, weekly.origin)
    assert weekly.holds(ROWS.asked, weekly.origin + timedelta(days=7))
    assert not weekly.holds(ROWS.asked, weekly.origin + timedelta(days=8))
    assert not weekly.holds(replace(ROWS, direction="down").asked, weekly.origin + timedelta(days=1))


def test_what_the_budget_allows_does_not_outdate_a_baseline():
    assert replace(ROWS, budget=0.0001).asked == ROWS.asked


def test_a_smaller_budget_of_false_alarms_makes_wider_limits(weekly):
    assert learn(series(1), replace(ROWS, budget=0.00005)).multiplier > weekly.multiplier


def test_nothing_below_the_least_effect_is_an_alarm():
    baseline = learn(series(1, weekly=False), replace(ROWS, min_effect=0.4))
    at = baseline.origin + timedelta(days=1)

    assert judge(baseline, at, 650.0).single == ""
    assert judge(baseline, at, 550.0).single == "low"


@pytest.mark.parametrize(("direction", "singles"), [("up", ["", "high"]), ("down", ["low", ""])])
def test_one_direction_alarms_on_one_side(direction, singles):
    baseline = learn(series(1, weekly=False), replace(ROWS, direction=direction))
    at = baseline.origin + timedelta(days=1)

    assert [judge(baseline, at, rows).single for rows in (100.0, 5000.0)] == singles


def test_an_empty_load_nobody_marked_is_left_out_and_told():
    values = series(1)
    values[60] = replace(values[60], value=0.0)

    baseline = learn(values, ROWS)

    assert [at for at, _ in baseline.excluded] == [values[60].at]
    assert baseline.multiplier * baseline.sigma < 1.3 * (lambda b: b.multiplier * b.sigma)(
        learn(series(1), ROWS)
    )


def test_points_left_out_are_told_with_the_reason():
    values = series(1)
    values[50] = replace(values[50], value=10.0, left_out="part of an incident")

    assert learn(values, ROWS).excluded == ((values[50].at, "part of an incident"),)


@pytest.mark.parametrize(
    ("points", "season", "missing"),
    [
        (7, "none", "It has 7 of the 8 results it needs."),
        (8, "auto", "It has seen 8 of the 21 days it needs to tell a weekly pattern from noise."),
        (20, "week", "It has seen 20 of the 21 days it needs to tell a weekly pattern from noise."),
    ],
)
def test_what_is_missing_is_told(points, season, missing):
    assert learn(series(1, n=points), replace(ROWS, season=season)) == missing


@pytest.mark.parametrize(("points", "season"), [(8, "none"), (21, "auto")])
def test_with_enough_points_it_has_learnt(points, season):
    assert isinstance(learn(series(1, n=points), replace(ROWS, season=season)), Baseline)


def test_hours_are_told_apart():
    values = [
        Value(MONDAY + timedelta(hours=hour), 1000.0 + (hour * 37) % 11 if 6 <= hour % 24 < 20 else 50.0)
        for hour in range(24 * 10)
    ]

    baseline = learn(values, replace(ROWS, season="day"))
    night, day = (baseline.origin + timedelta(hours=hours) for hours in (1, 8))

    assert baseline.model == "typical hour"
    assert judge(baseline, night, 50.0).single == ""
    assert judge(baseline, day, 50.0).single == "low"


def test_holidays_are_days_of_their_own():
    closed = country_holidays("US", years=2026)
    values = [
        replace(one, value=200.0) if one.at.date() in closed else one for one in series(1, n=324)
    ]  # to Tuesday, 24 November; on Thursday is Thanksgiving

    baseline = learn(values, replace(ROWS, country="US"))
    thanksgiving = baseline.origin + timedelta(days=2)

    assert "2026-11-26" in baseline.holidays
    assert judge(baseline, thanksgiving, 200.0).single == ""
    assert judge(baseline, thanksgiving, 1000.0).single == "high"
    assert judge(baseline, thanksgiving - timedelta(days=1), 200.0).single == "low"


def test_a_day_of_a_type_never_seen_is_not_judged(weekly):
    christmas = replace(weekly, holidays=((weekly.origin + timedelta(days=1)).date().isoformat(),))

    assert judge(christmas, weekly.origin + timedelta(days=1), 1.0) is None


def test_the_power_says_what_is_seen_nine_times_in_ten():
    random = np.random.default_rng(8)
    baseline = learn(series(2, weekly=False), ROWS)
    at, centre = baseline.origin + timedelta(days=1), 1000.0
    drop = baseline.power.drop

    lost = centre * (1 - drop) * np.exp(baseline.sigma * random.standard_normal(2000))
    caught = np.mean([bool(judge(baseline, at, float(rows)).single) for rows in lost])

    assert 0.05 < drop < 0.35
    assert caught == pytest.approx(0.9, abs=0.06)
    assert baseline.power.sentence().startswith("At today's noise it sees a one-run drop of ")


def test_a_lasting_drop_is_seen_sooner_than_a_single_one():
    power = learn(series(2, weekly=False), ROWS).power

    assert power.lasting < power.drop / 2


def test_the_drift_is_the_slope_of_theil_and_sen():
    days, values = np.arange(28.0), np.random.default_rng(4).standard_normal(28).cumsum()

    found = local_trend(days, values, np.array([""] * 28))

    assert found.drift == pytest.approx(stats.theilslopes(values, days).slope)
