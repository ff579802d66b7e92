"""Limits of shares: binomial, wider by Laney where shares vary more than chance, exact where events are rare."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from scipy import stats

from recipes.core.statistics.baseline import Baseline, Value, judge, judge_share
from recipes.core.statistics.proportions import Shares, learn_shares, limits, most_events
from recipes.core.statistics.shares import learn_share
from recipes.core.statistics.wishes import Wish
from tests.recipes.core.statistics.series import MONDAY


@pytest.mark.parametrize(("events", "rows", "n"), [(0, 10_000, 500), (3, 900, 1000), (40, 5000, 300)])
@pytest.mark.parametrize("tail", [0.00135, 0.05])
def test_rare_events_have_the_limits_of_the_beta_binomial_that_scipy_has(events, rows, n, tail):
    exact = stats.betabinom(n, events + 0.5, rows - events + 0.5)

    assert most_events(Shares(events, rows, 1.0), n, tail) == exact.ppf(1 - tail)


def test_shares_as_chance_has_them_get_binomial_limits():
    random = np.random.default_rng(1)
    past = learn_shares([int(x) for x in random.binomial(2000, 0.1, 60)], [2000] * 60)

    low, high = limits(past, 2000, 0.0027)

    assert past.dispersion == pytest.approx(1, abs=0.15)
    assert (high - low) / 2 == pytest.approx(3 * np.sqrt(0.1 * 0.9 / 2000), rel=0.2)


def test_shares_that_vary_more_than_chance_get_wider_limits():
    random = np.random.default_rng(2)
    rates = np.clip(random.normal(0.1, 0.02, 200), 0.01, 1)
    events = [int(x) for x in random.binomial(100_000, rates)]
    past = learn_shares(events, [100_000] * 200)

    low, high = limits(past, 100_000, 0.0027)
    out = [not low <= x / 100_000 <= high for x in events]

    assert past.dispersion == pytest.approx(0.02 / np.sqrt(0.09 / 100_000), rel=0.15)
    assert sum(out) <= 3


def test_an_event_that_never_was_may_happen_but_not_often():
    never = Shares(0, 100_000, 1.0)

    assert limits(never, 1000, 0.0027)[1] <= 0.002
    assert limits(Shares(100_000, 100_000, 1.0), 1000, 0.0027) == (
        1 - limits(never, 1000, 0.0027)[1],
        1.0,
    )


def test_without_rows_there_is_no_share():
    with pytest.raises(ValueError, match="there is no share to learn from"):
        learn_shares([0], [0])


def share_points(rows: int, shares) -> list[Value]:
    return [Value(MONDAY + timedelta(days=day), share, rows=rows) for day, share in enumerate(shares)]


def test_few_rows_vary_more_than_many():
    baseline = learn_share(
        share_points(10_000, [1.0, 1.1, 0.9, 1.0] * 5), Wish("share", scale="share", season="none")
    )
    at = baseline.origin + timedelta(days=1)

    assert judge(baseline, at, 2.0, rows=100).single == ""
    assert judge(baseline, at, 2.0, rows=10_000).single == "high"
    assert judge(baseline, at, 2.0, rows=0) is None
    assert Baseline.from_dict(baseline.as_dict()) == baseline


def test_a_share_needs_eight_points_with_rows():
    assert (
        learn_share(share_points(0, [1.0] * 9), Wish("share", scale="share", season="none"))
        == "It has 0 of the 8 results it needs."
    )


def test_a_share_that_is_its_limit_but_for_the_last_digit_is_no_alarm():
    values = [Value(MONDAY + timedelta(days=day), 0.0, rows=24) for day in range(30)]
    baseline = learn_share(values, Wish(of="it", scale="share", season="none", direction="up", alpha=0.01))
    most = judge_share(baseline, baseline.shares, 0.0, 24).high

    just_so = judge_share(baseline, baseline.shares, most * (1 + 1e-15), 24)
    beyond = judge_share(baseline, baseline.shares, most * 1.001, 24)

    assert (just_so.single, beyond.single) == ("", "high")
