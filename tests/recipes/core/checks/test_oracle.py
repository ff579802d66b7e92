"""Any data, every check, both stores: the same numbers as plain Python (oracle.py)."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from tests.recipes.core.checks import oracle

AS_OF = datetime(2001, 1, 31, 12)  # the clock of conftest.py
TYPES = {
    "n": "BIGINT",
    "x": "DOUBLE",
    "d": "DECIMAL(12,2)",
    "t": "VARCHAR",
    "day": "DATE",
    "at": "TIMESTAMP",
    "flag": "BOOLEAN",
}
TEXTS = ["", " ", "a", "A", "a ", "é", "É", "ß", "☃", "'", '"', "\\", "%", "_", "a\nb", "JFK", "NULL", "null"]

whole = some.integers(-5, 5) | some.sampled_from([2**53 + 1, -(2**62), 2**63 - 1])
floats = some.sampled_from([0.0, -0.0, 0.1, 0.5, -2.5, 1e9, float("nan")])
decimals = some.integers(-300, 300).map(lambda cents: Decimal(cents) / 100)
days = some.integers(-40, 5).map(lambda offset: date(2001, 1, 31) + timedelta(days=offset))
moments = some.integers(-3_000_000, 90_000).map(lambda seconds: AS_OF + timedelta(seconds=seconds))
texts = some.sampled_from(TEXTS)


def maybe(values):
    return some.none() | values


rows = some.lists(
    some.tuples(*map(maybe, (whole, floats, decimals, texts, days, moments, some.booleans()))), max_size=10
)
parents = some.lists(some.tuples(maybe(some.integers(-5, 5)), maybe(texts)), min_size=1, max_size=6)
# Not shrunk: each example is a session with some fifty statements, and the message names the check that is off.
small = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def of(data, name):
    return [row[list(TYPES).index(name)] for row in data]


def and_(left, right):
    """AND of three-valued logic."""
    return False if False in (left, right) else None if None in (left, right) else True


def rule(row):
    """n / (n - 1) > 0.5 AND flag, as SQL reads it."""
    n, flag = row[0], row[6]
    ratio = None if n is None or n == 1 else n / (n - 1) > 0.5
    return and_(ratio, flag)


def expectations(data, parent):
    """Yield (check, what it is given, what it must count)."""
    keys = [(row[0],) for row in data]
    for nulls in ("ignore", "fail", "value"):
        yield "unique", {"column": "t", "nulls": nulls}, oracle.unique([(t,) for t in of(data, "t")], nulls)
        yield (
            "unique",
            {"columns": ["x", "flag"], "nulls": nulls},
            oracle.unique([(row[1], row[6]) for row in data], nulls),
        )
        yield (
            "in_set",
            {"column": "t", "values": ["a", "'", None], "nulls": nulls},
            oracle.in_set(of(data, "t"), ["a", "'", None], nulls),
        )
        yield (
            "not_in_set",
            {"column": "n", "values": [1, 2**63 - 1], "nulls": nulls},
            oracle.in_set(of(data, "n"), [1, 2**63 - 1], nulls, inside=False),
        )
        yield (
            "foreign_key",
            {"column": "n", "to": "b.parent.n", "nulls": nulls},
            oracle.foreign_key(keys, [(p[0],) for p in parent], nulls),
        )
        yield (
            "foreign_key",
            {"columns": ["n", "t"], "to": "b.parent", "to_columns": ["n", "t"], "nulls": nulls},
            oracle.foreign_key([(row[0], row[3]) for row in data], parent, nulls),
        )
    for nulls in ("ignore", "fail"):
        yield (
            "range",
            {"column": "x", "min": -2.5, "max": 0.5, "nulls": nulls},
            oracle.in_range(of(data, "x"), nulls, least=-2.5, most=0.5),
        )
        yield (
            "range",
            {"column": "d", "above": -1, "below": 1.5, "nulls": nulls},
            oracle.in_range(of(data, "d"), nulls, above=-1, below=Decimal("1.5")),
        )
        yield (
            "matches",
            {"column": "t", "pattern": r"\w*|.b", "nulls": nulls},
            oracle.matches(of(data, "t"), "[0-9A-Za-z_]*|[^\n]b", nulls),
        )
        yield (
            "row_expression",
            {"expression": "n / (n - 1) > 0.5 AND flag", "nulls": nulls},
            oracle.row_expression(data, rule, nulls),
        )
    yield (
        "range",
        {"column": "n", "min": -(2**62), "max": 2**53 + 1},
        oracle.in_range(of(data, "n"), least=-(2**62), most=2**53 + 1),
    )
    yield (
        "range",
        {"column": "day", "max": "as_of - 1 d"},
        oracle.in_range(of(data, "day"), most=date(2001, 1, 30)),
    )
    yield "range", {"column": "at", "below": "as_of"}, oracle.in_range(of(data, "at"), below=AS_OF)
    for name in TYPES:
        yield "not_null", {"column": name}, oracle.not_null(of(data, name))
        yield (
            "aggregate",
            {"column": name, "function": "count_distinct", "min": -1},
            oracle.aggregate(of(data, name), "count_distinct"),
        )
    for name in ("x", "d"):
        for function in ("min", "max", "avg", "sum", "median", "stddev"):
            yield (
                "aggregate",
                {"column": name, "function": function, "min": -1e12},
                oracle.aggregate(of(data, name), function),
            )
    yield (
        "aggregate",
        {"column": "d", "function": "quantile", "quantile": 0.3, "min": -1e12},
        oracle.aggregate(of(data, "d"), "quantile", 0.3),
    )
    yield "freshness", {"column": "at", "max_age": "5000 d"}, oracle.freshness(of(data, "at"), AS_OF)
    yield "freshness", {"column": "day", "max_age": "5000 d"}, oracle.freshness(of(data, "day"), AS_OF)


@small
@given(data=rows, parent=parents)
def test_every_check_counts_as_plain_python_does(lay, data, parent):
    laid = lay({"a.data": (TYPES, data), "b.parent": ({"n": "BIGINT", "t": "VARCHAR"}, parent)})
    expected = list(expectations(data, parent))

    results = laid.checks(*(laid.spec(check, **params) for check, params, _ in expected))

    for (check, params, (scope, applicable, failing, measure)), found in zip(expected, results, strict=True):
        what = f"{check} {params}: {found.sentence}"
        if check == "aggregate" and measure is None and applicable:
            assert found.verdict == "error", what  # a standard deviation of one value
            continue
        assert (found.n_scope, found.n_applicable) == (scope, applicable), what
        if measure is not None:
            assert found.measure == pytest.approx(float(measure), rel=1e-9, abs=1e-9), what
        if failing is not None:
            assert found.n_fail == failing, what
            assert found.verdict == ("not_evaluated" if not applicable else "fail" if failing else "pass"), (
                what
            )
            assert len(found.evidence) == min(20, failing) or check == "unique" or not failing, what


groups = some.lists(some.tuples(maybe(some.sampled_from(["a", "b", "é", ""])), maybe(decimals)), max_size=8)


@small
@given(here=groups, there=groups)
def test_balances_agree_with_plain_python(lay, here, there):
    types = {"g": "VARCHAR", "v": "DECIMAL(12,2)"}
    laid = lay({"a.here": (types, here), "a.there": (types, there)})
    whole_here, whole_there = ([("", value) for _, value in side] or [("", None)] for side in (here, there))
    variants = [{}, {"tolerance": 0.5}, {"tolerance": "20 %"}, {"fails_when": "less"}, {"fails_when": "more"}]
    cases = [(function, given) for function in ("sum", "count", "count_distinct") for given in variants]

    tests = [
        laid.spec("aggregate_balance", of="a.there", column="v", function=function, by=["g"], **given)
        for function, given in cases
    ]
    sums = [laid.spec("aggregate_balance", of="a.there", column="v", **given) for given in variants]
    results = laid.checks(*tests, *sums)

    for (function, given_), found in zip(cases, results[: len(cases)], strict=True):
        assert (found.n_scope, found.n_applicable, found.n_fail) == oracle.balance(
            here, there, function, **told(given_)
        ), found.sentence
    for given_, found in zip(variants, results[len(cases) :], strict=True):
        assert found.n_fail == oracle.balance(whole_here, whole_there, "sum", **told(given_))[2], (
            found.sentence
        )


def told(given):
    return {"share": 20} if given.get("tolerance") == "20 %" else given
