"""The formulas without scipy, held against scipy."""

import math
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import stats
from scipy.spatial.distance import jensenshannon
from scipy.special import betainc

from recipes.core.statistics import effects
from recipes.core.statistics.tails import f_two_sided, incomplete_beta, normal_two_sided, t_two_sided

untimed = settings(deadline=None, max_examples=50)  # a busy machine is no fault
floats = some.floats(-100, 100).map(lambda value: round(value, 2))
samples = some.lists(floats, min_size=2, max_size=12)
bins = some.lists(some.tuples(some.integers(0, 50), some.integers(0, 50)), min_size=1, max_size=8).filter(
    lambda pairs: sum(one for one, _ in pairs) and sum(two for _, two in pairs)
)


def sample(values):
    return effects.Sample(len(values), statistics.fmean(values), statistics.variance(values))


@untimed
@given(a=some.floats(0.5, 1e4), b=some.floats(0.5, 1e4), x=some.floats(0, 1))
def test_the_incomplete_beta_function_is_that_of_scipy(a, b, x):
    assert incomplete_beta(a, b, x) == pytest.approx(betainc(a, b, x), rel=1e-8, abs=1e-12)


@untimed
@given(value=some.floats(-30, 30), one=some.integers(1, 10**6), other=some.integers(1, 10**6))
def test_tails_are_those_of_scipy(value, one, other):
    assert normal_two_sided(value) == pytest.approx(2 * stats.norm.sf(abs(value)), rel=1e-9)
    assert t_two_sided(value, one) == pytest.approx(2 * stats.t.sf(abs(value), one), rel=1e-6, abs=1e-300)
    ratio = abs(value) + 0.01
    upper = stats.f.sf(ratio, one, other)
    assert f_two_sided(ratio, one, other) == pytest.approx(
        min(1, 2 * min(upper, stats.f.cdf(ratio, one, other))), rel=1e-5, abs=1e-9
    )


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # scipy's own, of samples that hardly vary
@untimed
@given(one=samples, other=samples)
def test_the_test_of_two_means_is_that_of_scipy(one, other):
    found = effects.welch(sample(one), sample(other))

    if found is None:
        assert sample(one).variance == sample(other).variance == 0
    else:
        assert found == pytest.approx(
            stats.ttest_ind(one, other, equal_var=False).pvalue, rel=1e-6, abs=1e-12
        )


def test_effects_of_known_samples():
    one, other = sample([1, 2, 3, 4, 5]), sample([3, 4, 5, 6, 7])

    assert effects.cohen_d(one, other) == pytest.approx(-2 / math.sqrt(2.5))
    assert effects.log_variance_ratio(sample([2, 4, 6]), sample([1, 2, 3])) == pytest.approx(math.log(4))
    assert effects.cohen_h(1.0, 0.29) == pytest.approx(2.0, abs=0.01)  # 100 % filled falls to 29 %
    assert effects.cohen_h(0.5, 0.5) == 0


def test_where_nothing_varies_there_is_no_effect_to_tell():
    still = sample([3, 3, 3])

    assert effects.cohen_d(still, sample([4, 4])) is None
    assert effects.welch(still, sample([4, 4])) is None
    assert effects.log_variance_ratio(still, sample([1, 2])) is None
    assert effects.variance_test(still, sample([1, 2])) is None
    assert effects.cohen_d(effects.Sample(1, 0, 0), effects.Sample(1, 1, 0)) is None


def test_two_shares_are_tested_like_a_table_of_two_by_two():
    table = [[45, 5], [30, 20]]

    p = effects.two_proportions(0.9, 50, 0.6, 50)

    assert p == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)
    assert effects.two_proportions(1.0, 10, 1.0, 20) == 1


@untimed
@given(pairs=bins)
def test_the_distance_of_jensen_and_shannon_is_that_of_scipy(pairs):
    one, other = zip(*pairs, strict=True)

    # scipy takes the root of a rounding error where both sides are alike
    assert effects.jensen_shannon(one, other) ** 2 == pytest.approx(
        jensenshannon(one, other, base=2) ** 2, abs=1e-12
    )


@untimed
@given(pairs=bins)
def test_the_stability_index_is_twice_symmetric_and_never_negative(pairs):
    one, other = zip(*pairs, strict=True)

    index = effects.psi(one, other)

    assert index == pytest.approx(effects.psi(other, one))
    assert index >= 0
    filled = [[count or 0.5 for count in side] for side in (one, other)]
    assert index == pytest.approx(
        stats.entropy(filled[0], filled[1]) + stats.entropy(filled[1], filled[0]), abs=1e-12
    )


@untimed
@given(one=samples, other=samples)
def test_the_largest_step_between_two_samples_is_that_of_scipy(one, other):
    values = sorted({*one, *other})
    counts = [[side.count(value) for value in values] for side in (one, other)]

    assert effects.kolmogorov_smirnov(*counts) == pytest.approx(
        stats.ks_2samp(one, other, method="asymp").statistic
    )


@untimed
@given(
    cells=some.dictionaries(
        some.tuples(some.integers(0, 3), some.integers(0, 3)), some.integers(1, 30), min_size=1
    )
)
def test_the_association_of_categories_is_that_of_scipy(cells):
    rows, columns = sorted({row for row, _ in cells}), sorted({column for _, column in cells})
    table = [[cells.get((row, column), 0) for column in columns] for row in rows]

    found = effects.cramers_v(cells)

    if min(len(rows), len(columns)) == 1:
        assert found is None
    else:
        assert found**2 == pytest.approx(
            stats.contingency.association(table, method="cramer") ** 2, abs=1e-12
        )
