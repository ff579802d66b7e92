"""Any data, checks of order, spans, two datasets and drift, both stores: the same as plain Python (oracle_joins.py)."""

import math
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some
from scipy import stats
from scipy.spatial.distance import jensenshannon

from tests.recipes.core.checks import oracle_joins as oracle
from tests.recipes.core.checks.conftest import laying

AS_OF = datetime(2001, 1, 31, 12)  # the clock of conftest.py
TYPES = {"n": "BIGINT", "x": "DOUBLE", "d": "DECIMAL(12,2)", "t": "VARCHAR", "day": "DATE", "until": "DATE"}
whole = some.integers(-3, 6) | some.sampled_from([2**62, -(2**62)])
floats = some.sampled_from([0.0, 0.1, 0.5, -2.5, 1e9, float("nan")])
decimals = some.integers(-30, 30).map(lambda tenths: Decimal(tenths) / 10)
texts = some.sampled_from(["a", "A", "é", "'", ""])
days = some.integers(0, 12).map(lambda offset: date(2001, 1, 20) + timedelta(days=offset))


@pytest.fixture
def lay(store):
    """Sessions of one test only: a module of them would take too many connections."""
    with laying(store) as laid:
        yield laid


def maybe(values):
    return some.none() | values


row = some.tuples(*map(maybe, (whole, floats, decimals, texts, days, days)))
rows = some.lists(row, max_size=9)
# Not shrunk: each example is a session with many statements, and the message names the check that is off.
small = settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def named(data):
    return [dict(zip(TYPES, values, strict=True)) for values in data]


def in_order(data):
    """Yield (check, what it is given, what it must count) for one dataset."""
    for value, by, strict, direction in (
        ("x", [], False, "increasing"),
        ("x", ["t"], True, "decreasing"),
        ("n", ["t"], True, "increasing"),
        ("d", [], False, "decreasing"),
    ):
        yield (
            "monotonic",
            {
                "column": value,
                "order_by": ["day"],
                "partition_by": by,
                "strict": strict,
                "direction": direction,
            },
            oracle.monotonic(data, value, "day", by, strict, direction == "increasing"),
        )
    for value, step, by in (("n", 1, []), ("n", 2, ["t"]), ("d", Decimal("0.1"), []), ("day", 1, ["t"])):
        yield (
            "sequential",
            {"column": value, "step": step, "partition_by": by},
            oracle.sequential(data, value, step, by)[:3],
        )
    for touching, by in ((True, []), (True, ["t"]), (False, ["t"])):
        yield (
            "no_overlap",
            {"start": "day", "end": "until", "partition_by": by, "touching": touching},
            oracle.no_overlap(data, "day", "until", by, touching),
        )
    first, last = date(2001, 1, 22), date(2001, 1, 31)
    for grain in ("day", "week", "month"):
        yield (
            "period_complete",
            {"column": "day", "first": "2001-01-22", "last": "as_of", "grain": grain},
            oracle.periods([one["day"] for one in data], first, last, grain),
        )
    weekend = {date(2001, 1, 27), date(2001, 1, 28)}
    yield (
        "period_complete",
        {"column": "day", "first": "2001-01-22", "last": "as_of", "business_days": True},
        oracle.periods([one["day"] for one in data], first, last, "day", weekend),
    )
    at = [one | {"day": one["day"] and datetime.combine(one["day"], datetime.min.time())} for one in data]
    for mode in ("gain", "match"):
        yield (
            "window_compare",
            {"column": "day", "window": "5 d", "by": ["t"], "mode": mode},
            oracle.windows(at, "day", ["t"], AS_OF, timedelta(days=5), mode),
        )
    counted = oracle.categories([one["t"] for one in data], ["a", None, "z"])
    yield "dimension_volume", {"column": "t", "expected": ["a", None, "z"]}, (counted[0], *counted)


@small
@given(data=rows)
def test_checks_of_one_dataset_count_as_plain_python_does(lay, data):
    laid = lay({"a.data": (TYPES, data)})
    expected = list(in_order(named(data)))

    results = laid.checks(*(laid.spec(check, **params) for check, params, _ in expected))

    for (check, params, counts), found in zip(expected, results, strict=True):
        what = f"{check} {params}: {found.sentence}"
        assert (found.n_scope, found.n_applicable, found.n_fail) == counts, what
        if counts[1]:
            assert found.verdict == ("fail" if counts[2] else "pass"), what
        assert bool(found.evidence) is bool(counts[2]), what


@small
@given(here=rows, there=rows)
def test_checks_of_two_datasets_count_as_plain_python_does(lay, here, there):
    laid = lay({"a.here": (TYPES, here), "a.there": (TYPES, there)})
    one, two = named(here), named(there)
    names = ["n", "x", "t", "day"]
    sides = [[tuple(row[name] for name in names) for row in side] for side in (one, two)]
    sums = [sum((row["d"] or 0 for row in side), Decimal(0)) for side in (one, two)]

    for mode in ("bag", "set"):
        found = laid.check("set_reconcile", of="a.there", columns=names, mode=mode)
        assert (found.n_scope, found.n_applicable, found.n_fail) == oracle.reconcile(*sides, mode), (
            found.sentence
        )
        assert found.verdict == ("fail" if found.n_fail else "pass")
    for given_, told in (
        ({}, {}),
        ({"tolerance": 2}, {"tolerance": 2}),
        ({"tolerance": "50 %"}, {"share": 50}),
    ):
        rows_ = laid.check("location_balance", stages=["a.there", "a.here"], **given_)
        assert rows_.n_fail == oracle.hops([Decimal(len(two)), Decimal(len(one))], **told), rows_.sentence
        summed = laid.check(
            "location_balance", stages=["a.there", "a.here", "a.there"], measure="sum(d)", **given_
        )
        assert summed.n_fail == oracle.hops([sums[1], sums[0], sums[1]], **told), summed.sentence
        assert summed.details["chain"][1]["change"] == float(sums[0] - sums[1])


keyed = some.dictionaries(some.integers(0, 6), row, max_size=6)


@small
@given(here=keyed, there=keyed)
def test_differences_of_tables_are_those_of_plain_python(lay, here, there):
    types = {"key": "BIGINT"} | TYPES
    laid = lay(
        {
            name: (types, [[key, *values] for key, values in side.items()])
            for name, side in (("a.here", here), ("a.there", there))
        }
    )
    one, two = (
        [dict(zip(types, (key, *values), strict=True)) for key, values in side.items()]
        for side in (here, there)
    )
    for columns, given_, told in (
        (list(TYPES), {}, {}),
        (["n", "x", "d"], {"tolerance": 0.5}, {"tolerance": 0.5}),
        (["n", "d"], {"tolerance": "20 %"}, {"share": 20}),
    ):
        found = laid.check("table_diff", of="a.there", key=["key"], columns=columns, **given_)
        counts, cells = oracle.table_diff(one, two, "key", columns, **told)
        assert {name: found.details[name] for name in counts} == counts, found.sentence
        assert found.details["changed_cells"] == cells, found.sentence
        assert (found.n_scope, found.n_fail) == (len(here.keys() | there.keys()), sum(counts.values()))


numbers = some.lists(
    some.sampled_from([0.0, 0.5, 1.0, 2.0, 3.5, float("nan")]) | some.none(), min_size=1, max_size=12
)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # scipy's own, of samples that hardly vary
@small
@given(here=numbers, there=numbers)
def test_distances_and_shifts_are_those_of_scipy(lay, here, there):
    laid = lay(
        {"a.here": ({"x": "DOUBLE"}, [[x] for x in here]), "a.there": ({"x": "DOUBLE"}, [[x] for x in there])}
    )
    sides = [[x for x in side if oracle.known(x)] for side in (here, there)]
    against = {"column": "x", "of": "a.there"}

    ks = laid.check("distribution_drift", method="ks", max=0.5, **against)
    if all(sides):
        assert ks.measure == pytest.approx(stats.ks_2samp(*sides, method="asymp").statistic)
    else:
        assert ks.verdict == ("error" if sides[0] else "not_evaluated")

    js = laid.check("distribution_drift", method="js", bins=[0.5, 2], max=0.5, **against)
    counts = [[side.count(None), sum(map(oracle.is_nan, side))] for side in (here, there)]
    for count, side in zip(counts, sides, strict=True):
        count += [sum(x < 0.5 for x in side), sum(0.5 <= x < 2 for x in side), sum(x >= 2 for x in side)]
    assert js.measure**2 == pytest.approx(jensenshannon(*counts, base=2) ** 2, abs=1e-9)

    mean, spread = (laid.check(check, **against) for check in ("mean_shift", "variance_shift"))
    if min(map(len, sides)) < 2:
        assert mean.verdict == spread.verdict == ("error" if sides[0] else "not_evaluated")
        return
    (n, one, first), (m, two, second) = (oracle.mean_and_variance(side) for side in sides)
    if first + second:
        pooled = math.sqrt(((n - 1) * first + (m - 1) * second) / (n + m - 2))
        assert mean.measure == pytest.approx((one - two) / pooled, abs=1e-9)
        assert mean.details["p"] == pytest.approx(stats.ttest_ind(*sides, equal_var=False).pvalue, abs=1e-9)
    assert (spread.verdict == "error") is (not first or not second)
    if first and second:
        assert spread.measure == pytest.approx(math.log(first / second), abs=1e-9)


pairs = some.lists(
    some.tuples(maybe(some.integers(0, 4)), maybe(some.sampled_from([0.0, 1.0, 2.5]))), max_size=12
)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@small
@given(data=pairs)
def test_dependence_is_that_of_scipy(lay, data):
    laid = lay({"a.data": ({"n": "BIGINT", "x": "DOUBLE"}, data)})
    both = [pair for pair in data if None not in pair]
    one, two = zip(*both, strict=True) if both else ((), ())

    ranked = laid.check("dependence", columns=["n", "x"], min=-1)
    crossed = laid.check("dependence", columns=["n", "x"], method="cramers_v", min=0)

    if min(len(set(one)), len(set(two))) < 2:
        assert ranked.verdict == crossed.verdict == ("error" if both else "fail")
        return
    table = [[sum(pair == (n, x) for pair in both) for x in sorted(set(two))] for n in sorted(set(one))]
    assert ranked.measure == pytest.approx(stats.spearmanr(one, two).statistic, abs=1e-9)
    assert crossed.measure == pytest.approx(stats.contingency.association(table, method="cramer"), abs=1e-7)
