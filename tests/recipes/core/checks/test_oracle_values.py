"""Any data, every check of values, sets and rows, both stores: the same numbers as plain Python (oracle_values.py)."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from tests.recipes.core.checks import oracle_values as oracle

TYPES = {
    "n": "BIGINT",
    "x": "DOUBLE",
    "d": "DECIMAL(12,2)",
    "e": "DECIMAL(14,4)",
    "t": "VARCHAR",
    "u": "VARCHAR",
    "flag": "BOOLEAN",
}
TEXTS = [
    "", " ", "\u00a0\t", "a", "A", "a ", "é", "É", "ß", "Я", "я", "☃", "'", "\\", "N/A", " n/a", "7", "-07", "+1x",
    "1" * 18, "1" * 19, "2000-02-29", "1900-02-29", "2001-12-31", "2001-2-3", "0000-01-01", "2001-13-01",
]  # fmt: skip
PLACES = {name: place for place, name in enumerate(TYPES)}

whole = some.integers(-5, 5) | some.sampled_from([2**53 + 1, 2**63 - 1])
floats = some.sampled_from([0.0, 0.1, 0.3, -2.5, 4.0, 1e9, float("nan")])
cents = some.integers(-300, 300).map(lambda number: Decimal(number) / 100)
finer = some.integers(-30, 30).map(lambda number: Decimal(number) / 10) | cents
texts = some.sampled_from(TEXTS)


def maybe(values):
    return some.none() | values


row = some.tuples(*map(maybe, (whole, floats, cents, finer, texts, texts, some.booleans())))
rows = some.lists(row, max_size=10).flatmap(lambda made: some.just(made) | some.just(made + made[:3]))
references = some.lists(some.tuples(maybe(some.integers(-5, 5)), maybe(texts)), min_size=1, max_size=6)
small = settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BROAD = {"min": -1}  # a bound that nothing breaks, for what is compared by its measure


def of(data, *names):
    if len(names) == 1:
        return [each[PLACES[names[0]]] for each in data]
    return [tuple(each[PLACES[name]] for name in names) for each in data]


def single_values(data):
    """Yield (check, what it is given, what it must count) of the checks of one column."""
    yield (
        "not_missing",
        {"column": "t", "sentinels": ["N/A", "7"], "ignore_case": True},
        oracle.not_missing(of(data, "t"), ["N/A", "7"], ignore_case=True)[0],
    )
    yield (
        "not_missing",
        {"column": "u", "sentinels": ["a"], "trim": False},
        oracle.not_missing(of(data, "u"), ["a"], trim=False)[0],
    )
    yield (
        "not_missing",
        {"column": "x", "sentinels": [0, 0.1]},
        oracle.not_missing(of(data, "x"), [0, 0.1])[0],
    )
    for name in TYPES:
        yield "is_null", {"column": name}, oracle.is_null(of(data, name))
        yield "at_least_one", {"column": name}, oracle.at_least_one(of(data, name))
    yield "precision_kept", {"column": "d", "at_least": 0}, oracle.scale(of(data, "d"))
    yield "precision_kept", {"column": "e", "at_least": 0}, oracle.scale(of(data, "e"))
    yield "casing_consistent", {"column": "t"}, oracle.casing(of(data, "t"))
    for nulls in ("ignore", "fail"):
        yield (
            "length",
            {"column": "t", "min": 1, "max": 3, "nulls": nulls},
            oracle.length(of(data, "t"), 1, 3, nulls),
        )
        yield (
            "length",
            {"column": "n", "min": 2, "max": 9, "nulls": nulls},
            oracle.length(of(data, "n"), 2, 9, nulls),
        )
        yield (
            "castable",
            {"column": "t", "type": "integer", "nulls": nulls},
            oracle.castable_to_integer(of(data, "t"), nulls),
        )
        as_date = oracle.castable_to_date(of(data, "t"), nulls)
        yield "castable", {"column": "t", "type": "date", "nulls": nulls}, as_date
        for name in ("x", "d"):
            yield (
                "outlier_fraction",
                {"column": name, "median": 0, "mad": 1, "k": 2, "nulls": nulls, "fail": "> 0"},
                oracle.outliers(of(data, name), -2.9652, 2.9652, nulls),
            )


def whole_columns(data, reference):
    """Yield the same of the checks of keys and sets."""
    yield "duplicate_rows", {}, oracle.duplicate_rows(data)
    but = oracle.duplicate_rows(of(data, "t", "flag"))
    yield "duplicate_rows", {"exclude": ["n", "x", "d", "e", "u"]}, but
    for nulls in ("ignore", "value"):
        for names in (["x"], ["t"], ["d", "flag"]):
            scope, judged, measures = oracle.spread(
                [tuple(each[PLACES[n]] for n in names) for each in data], nulls
            )
            for check in ("distinct_count", "unique_proportion", "top_share", "entropy"):
                params = {"columns": names, "nulls": nulls, "min": 0}
                yield check, params, (scope, judged, None, measures.get(check))
    for nulls in ("ignore", "fail", "value"):
        known = [one for one, _ in reference]
        for check, inside in (("in_set", True), ("not_in_set", False)):
            yield (
                check,
                {"column": "n", "of": "b.known.n", "nulls": nulls},
                oracle.in_reference(of(data, "n"), known, nulls, inside),
            )
            yield (
                check,
                {"column": "t", "of": "b.known.t", "ignore_case": True, "nulls": nulls},
                oracle.in_reference(lower(of(data, "t")), lower([t for _, t in reference]), nulls, inside),
            )
        for check in ("set_equals", "set_contains", "set_within"):
            yield (
                check,
                {"column": "n", "of": "b.known.n", "nulls": nulls},
                oracle.sets(of(data, "n"), known, nulls, check),
            )
            yield (
                check,
                {"column": "t", "values": ["A", "é", "7", None], "ignore_case": True, "nulls": nulls},
                oracle.sets(lower(of(data, "t")), ["a", "é", "7", None], nulls, check),
            )
            yield (
                check,
                {"column": "d", "values": [0, "1.00", 1], "nulls": nulls},
                oracle.sets(of(data, "d"), [0, 1], nulls, check),
            )


def lower(values):
    return [value if value is None else value.lower() for value in values]


def within_rows(data):
    """Yield the same of the checks that compare columns of a row."""
    for nulls in ("ignore", "fail"):
        for op in ("=", "!=", "<", "<=", ">", ">="):
            yield (
                "column_compare",
                {"column": "d", "op": op, "other": "e", "tolerance": 0.5, "nulls": nulls},
                oracle.compare(of(data, "d", "e"), op, 0.5, nulls=nulls),
            )
        yield (
            "column_compare",
            {"column": "n", "op": ">=", "other": "x", "nulls": nulls},
            oracle.compare([(as_float(n), x) for n, x in of(data, "n", "x")], ">=", nulls=nulls),
        )
        yield (
            "column_compare",
            {
                "column": "d",
                "op": "=",
                "other": "e",
                "tolerance": "20 %",
                "tolerance_at_zero": 0.25,
                "nulls": nulls,
            },
            oracle.compare(of(data, "d", "e"), "=", share=20, at_zero=0.25, nulls=nulls),
        )
        for zero in (False, True):
            yield (
                "columns_sum",
                {"columns": ["n", "d"], "total": "e", "tolerance": 1.5, "null_as_zero": zero, "nulls": nulls},
                oracle.columns_sum(of(data, "n", "d", "e"), 1.5, nulls, zero),
            )
            yield (
                "columns_sum",
                {"columns": ["x", "d"], "total": 0.3, "null_as_zero": zero, "nulls": nulls},
                oracle.columns_sum([(x, d, Decimal("0.3")) for x, d in of(data, "x", "d")], 0, nulls, zero),
            )
    for nulls in ("ignore", "fail", "value"):
        yield (
            "distinct_within_row",
            {"columns": ["d", "e", "n"], "nulls": nulls},
            oracle.distinct_within_row(of(data, "d", "e", "n"), nulls),
        )
        yield (
            "distinct_within_row",
            {"columns": ["t", "u"], "nulls": nulls},
            oracle.distinct_within_row(of(data, "t", "u"), nulls),
        )


def as_float(value):
    return None if value is None else float(value)


@small
@given(data=rows, reference=references)
def test_every_check_counts_as_plain_python_does(lay, data, reference):
    laid = lay({"a.data": (TYPES, data), "b.known": ({"n": "BIGINT", "t": "VARCHAR"}, reference)})
    expected = [*single_values(data), *whole_columns(data, reference), *within_rows(data)]

    results = laid.checks(*(laid.spec(check, **params) for check, params, _ in expected))

    for (check, params, (scope, judged, failing, measure)), found in zip(expected, results, strict=True):
        what = f"{check} {params}: {found.sentence}"
        assert found.verdict != "error", what
        assert (found.n_scope, found.n_applicable) == (scope, judged), what
        if measure is not None:
            assert found.measure == pytest.approx(measure, rel=1e-9, abs=1e-9), what
        if failing is not None:
            assert found.n_fail == failing, what
            assert (found.verdict == "fail") == (failing > 0 if judged else check in NOT_SKIPPED), what
            assert bool(found.evidence) == (found.verdict == "fail" and failing > 0), (
                what,
                found.details,
            )
            if check in SHOWN_BY_ROW:
                assert len(found.evidence) == min(20, failing), what


NOT_SKIPPED = {"set_equals", "set_contains"}
SHOWN_BY_ROW = {
    "not_missing", "is_null", "length", "castable", "outlier_fraction", "in_set", "not_in_set", "column_compare",
    "columns_sum", "distinct_within_row", "set_equals", "set_contains", "set_within",
}  # fmt: skip


@small
@given(data=rows)
def test_what_is_missing_is_told_apart_as_plain_python_does(lay, data):
    laid = lay({"a.data": (TYPES, data)})

    found = laid.check("not_missing", column="t", sentinels=["N/A"], ignore_case=True)
    of_floats = laid.check("not_missing", column="x", sentinels=[4])

    for result, values, sentinels in ((found, of(data, "t"), ["N/A"]), (of_floats, of(data, "x"), [4])):
        split = {name: result.details.get(name, 0) for name in ("nulls", "not_a_number", "blank", "sentinel")}
        wanted = oracle.not_missing(values, sentinels, ignore_case=sentinels == ["N/A"])[1]
        assert {name: count for name, count in split.items() if count} == wanted


def test_row_counts_agree_with_plain_python(lay):
    laid = lay({f"a.rows{rows}": ({"n": "BIGINT"}, [[1]] * rows) for rows in (0, 3, 4, 7)})

    for here, there in ((0, 0), (0, 3), (4, 3), (7, 3), (3, 0)):
        for factor, tolerance in ((1, 0), (2, 1), (1.5, "20 %")):
            given = {"of": f"a.rows{there}", "factor": factor, "tolerance": tolerance}
            found = laid.check("row_count_match", dataset=f"a.rows{here}", **given)

            limit = there * factor * 0.2 if tolerance == "20 %" else tolerance
            difference, outside = oracle.row_count_match(here, there, factor, limit)
            assert (found.measure, found.verdict) == (difference, "fail" if outside else "pass"), given
