"""Empty data, columns without values, row filters and limits: what every check of values, sets and rows does with them."""

import pytest

from recipes.core.checks import CHECKS

COUNTING = [
    {"check": "not_missing", "column": "origin"},
    {"check": "is_null", "column": "origin"},
    {"check": "unique_key", "columns": ["id"]},
    {"check": "duplicate_rows"},
    {"check": "in_set", "column": "origin", "of": "reference.airports.iata"},
    {"check": "not_in_set", "column": "origin", "of": "reference.airports.iata"},
    {"check": "set_equals", "column": "origin", "values": ["JFK"]},
    {"check": "set_contains", "column": "origin", "values": ["SFO"]},
    {"check": "set_within", "column": "origin", "of": "reference.airports.iata"},
    {"check": "outlier_fraction", "column": "delay", "high": 1},
    {"check": "matches", "column": "origin", "format": "json"},
    {"check": "not_matches", "column": "origin", "pattern": "J.*"},
    {"check": "length", "column": "origin", "max": 2},
    {"check": "castable", "column": "origin", "type": "number"},
    {"check": "castable", "column": "origin", "type": "date", "formats": ["%Y"]},
    {"check": "json_schema", "column": "origin", "shape": {}},
    {"check": "casing_consistent", "column": "origin"},
    {"check": "column_compare", "column": "fare", "op": ">", "other": "delay"},
    {"check": "columns_sum", "columns": ["fare", "delay"], "total": 0},
    {"check": "distinct_within_row", "columns": ["fare", "delay"]},
]
MEASURING = [
    {"check": "at_least_one", "column": "origin"},
    {"check": "distinct_count", "column": "origin", "min": 0},
    {"check": "unique_proportion", "column": "origin", "min": 0},
    {"check": "top_share", "column": "origin", "min": 0},
    {"check": "entropy", "column": "origin", "min": 0},
    {"check": "precision_kept", "column": "origin", "at_least": 0},
]
JUDGES_NULL = {"not_missing", "is_null", "at_least_one", "duplicate_rows"}
NO_ROWS = {
    "skip": ("not_evaluated", "flights.none has no rows, so there was nothing to judge."),
    "fail": ("fail", "flights.none has no rows, and the test counts that as failed."),
    "pass": ("pass", "flights.none has no rows, and the test counts that as passed."),
}


def run(flights, cases, **more):
    """Return the results of all cases, evaluated together."""
    return zip(cases, flights.checks(*(flights.spec(**case, **more) for case in cases)), strict=True)


@pytest.mark.parametrize("on_empty", ["", "skip", "fail", "pass"])
def test_nothing_never_passes_silently(flights, on_empty):
    for case, found in run(flights, COUNTING + MEASURING, dataset="flights.none", on_empty=on_empty):
        usual = CHECKS[case["check"]].on_empty
        assert (found.verdict, found.sentence) == NO_ROWS[on_empty or usual], case
        assert (found.n_scope, found.n_applicable) == (0, 0)


def test_what_may_not_be_empty_fails_by_itself_and_what_must_be_empty_passes():
    assert {
        name: CHECKS[name].on_empty for name in ("at_least_one", "set_equals", "set_contains", "is_null")
    } == {
        "at_least_one": "fail",
        "set_equals": "fail",
        "set_contains": "fail",
        "is_null": "pass",
    }
    assert CHECKS["row_count_match"].on_empty == "compare"


def test_a_column_without_any_value_is_not_judged(flights):
    cases = [case for case in COUNTING + MEASURING if case["check"] not in JUDGES_NULL]

    for case, found in run(flights, cases, dataset="flights.blank", on_empty="skip"):
        assert (found.verdict, found.n_scope, found.n_applicable) == ("not_evaluated", 3, 0), case
        assert found.sentence.startswith(
            "None of the 3 rows of flights.blank can be judged, for want of values in "
        )


def test_nulls_fail_where_the_test_says_so(flights):
    cases = [case for case in COUNTING if "fail" in CHECKS[case["check"]].nulls]
    assert len(cases) >= 14

    for case, found in run(flights, cases, dataset="flights.blank", nulls="fail"):
        assert found.verdict == "fail", (case, found.sentence)
        assert found.n_fail in (1, 2, 3)


def test_the_row_filter_holds_for_all(flights):
    for case, found in run(flights, COUNTING + MEASURING, where="ID = 1"):
        assert found.n_scope == 1, (case, found.sentence)
        assert " where ID = 1" in found.sentence, case


def test_limits_are_counts_and_shares_of_what_was_judged(flights):
    strict = dict(enumerate(run(flights, COUNTING, warn="> 0", fail="> 100 %")))
    shares = dict(enumerate(run(flights, COUNTING, fail="> 0 %")))

    for place, (case, found) in strict.items():
        assert found.verdict == ("warn" if found.n_fail else "pass"), (case, found.sentence)
        assert shares[place][1].verdict == ("fail" if found.n_fail else "pass"), case
    assert sum(found.n_fail > 0 for _, found in strict.values()) >= 15


def test_limits_compare_the_measure_where_there_is_one(flights):
    for case, found in run(flights, MEASURING, fail="> 0.1"):
        assert found.verdict == ("fail" if found.measure > 0.1 else "pass"), case
    difference = flights.check("row_count_match", of="reference.airports", tolerance=9, warn="!= 0")
    assert (difference.verdict, difference.measure) == ("warn", 1)


def test_row_counts_are_compared_also_where_there_are_none(flights):
    assert flights.check("row_count_match", dataset="flights.none", of="flights.none").verdict == "pass"
    assert flights.check("row_count_match", dataset="flights.none", of="flights.blank").verdict == "fail"
    assert flights.check(
        "row_count_match", dataset="flights.none", of="flights.none", on_empty="fail"
    ).verdict == ("fail")


def test_checks_of_single_rows_share_one_scan(flights):
    alone = {"unique_key", "duplicate_rows", "casing_consistent", "set_equals", "set_contains", "set_within"}
    cases = [
        case
        for case in COUNTING
        if case["check"] not in alone | {"json_schema", "in_set", "not_in_set"}
        and not case.get("formats")
        and case.get("format") != "json"
    ]
    before = len(flights.session.executed())

    results = run(flights, [*cases, *MEASURING[:1], *MEASURING[-1:]], fail="> 100000")

    assert {found.verdict for _, found in results} == {"pass"}
    assert len(flights.session.executed()) - before == 1
