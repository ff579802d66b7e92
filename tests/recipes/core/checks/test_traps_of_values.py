"""Where the two engines differ by themselves in checks of values, sets and rows: each trap with one answer."""

from datetime import date, datetime
from decimal import Decimal

import pytest

NAN = float("nan")


def column_of(lay, kind, *values):
    return lay({"a.b": ({"c": kind}, [[value] for value in values])})


def test_nan_is_missing_an_outlier_and_in_no_relation_to_a_number(lay):
    laid = lay({"a.b": ({"x": "DOUBLE", "y": "DOUBLE"}, [[NAN, 1.0], [1.0, 1.0], [NAN, NAN]])})

    assert laid.check("not_missing", column="x").details["not_a_number"] == 2
    assert laid.check("outlier_fraction", column="x", low=0).n_fail == 2  # NaN is above 0 to both engines
    for op in ("=", "!=", "<", "<=", ">", ">="):
        assert laid.check("column_compare", column="x", op=op, other="y").details["not_a_number"] == 2
        assert laid.check("column_compare", column="x", op=op, other="y").n_fail >= 2
    assert laid.check("columns_sum", columns=["x"], total="y", tolerance=1e9).n_fail == 2
    assert laid.check("precision_kept", column="x", at_least=0).n_applicable == 1


def test_nan_is_one_value_among_others_where_values_are_counted(lay):
    laid = column_of(lay, "DOUBLE", NAN, NAN, 1.0, None)

    assert laid.check("distinct_count", column="c", max=2).measure == 2
    assert laid.check("top_share", column="c", max=1).measure == pytest.approx(2 / 3)
    assert laid.check("duplicate_rows").n_fail == 1
    assert laid.check("set_equals", column="c", values=[1]).details == {
        "extra": 1,
        "nulls": 1,
        "columns": ["c"],
    }


def test_a_null_in_the_other_dataset_does_not_hide_what_it_lacks(lay):
    laid = lay(
        {"a.b": ({"t": "VARCHAR"}, [["x"], ["y"], [None]]), "a.p": ({"k": "VARCHAR"}, [["x"], [None]])}
    )

    result = laid.check("in_set", column="t", of="a.p.k")

    assert (result.n_applicable, result.n_fail, result.evidence) == (2, 1, ({"t": "y"},))
    assert result.details["offending"] == [{"values": {"t": "y"}, "rows": 1}]
    assert laid.check("in_set", column="t", of="a.p.k", nulls="value").n_fail == 1
    assert laid.check("not_in_set", column="t", of="a.p.k").n_fail == 1
    assert laid.check("not_in_set", column="t", of="a.p.k", nulls="value").n_fail == 2
    assert laid.check("set_within", column="t", of="a.p.k").n_fail == 1


def test_the_set_of_another_dataset_may_be_filtered_and_may_be_the_dataset_itself(lay):
    rows = [["x", True, 1], ["y", False, 2], ["z", None, 3]]
    laid = lay({"a.b": ({"t": "VARCHAR", "active": "BOOLEAN", "n": "BIGINT"}, rows)})

    result = laid.check("in_set", column="t", of="a.b.t", of_where="active", where="n < 3")

    assert (result.n_scope, result.n_fail, result.evidence[0]["t"]) == (2, 1, "y")
    assert laid.check("set_contains", column="t", of="a.b.t", where="n = 1").n_fail == 2


def test_an_empty_set_of_another_dataset_fails_whatever_the_limit(lay):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [["x"]]), "a.p": ({"k": "VARCHAR"}, [])})

    result = laid.check("in_set", column="t", of="a.p.k", warn="> 100 %")

    assert (result.verdict, result.n_fail) == ("fail", 1)
    assert result.sentence.startswith(
        "a.p has no rows that count, so the one row of a.b has a value in t that"
    )
    assert laid.check("not_in_set", column="t", of="a.p.k").verdict == "pass"


def test_columns_that_cannot_be_compared_are_an_error_in_words(lay):
    laid = lay({"a.b": ({"n": "BIGINT", "t": "VARCHAR"}, [[1, "1"]]), "a.p": ({"k": "VARCHAR"}, [["1"]])})

    for given in (
        {"check": "in_set", "column": "n", "of": "a.p.k"},
        {"check": "set_equals", "column": "n", "of": "a.p.k"},
        {"check": "column_compare", "column": "n", "op": "=", "other": "t"},
        {"check": "distinct_within_row", "columns": ["n", "t"]},
    ):
        result = laid.check(**given)
        assert (result.verdict, "cannot be compared" in result.sentence) == ("error", True)
    assert laid.check("column_compare", column="t", op="<", other="t").sentence.startswith(
        "t is VARCHAR, which"
    )
    assert laid.check("columns_sum", columns=["t"], total=1).sentence == (
        "columns_sum needs columns of numbers; t is VARCHAR."
    )
    assert laid.check("castable", column="n", type="integer").sentence.endswith("n is BIGINT already.")


def test_capitals_are_the_same_whatever_the_locale_of_the_database(lay):
    laid = column_of(lay, "VARCHAR", "Ärger", "ÄRGER", "ärger", "ЯНВАРЬ", "январь", "Σ", "σ", "İ", "ß", "ẞ")

    assert laid.check("casing_consistent", column="c").n_fail == 5
    assert laid.check("in_set", column="c", values=["ärger", "Январь"], ignore_case=True).n_fail == 5
    assert laid.check("not_missing", column="c", sentinels=["ÄrGeR"], ignore_case=True).n_fail == 3


def test_characters_are_counted_and_not_bytes(lay):
    laid = column_of(lay, "VARCHAR", "é", "☃☃", "👍👍👍", "")

    assert laid.check("length", column="c", min=1, max=2).n_fail == 2
    assert laid.check("precision_kept", column="c", at_least=4).measure == 3


def test_blanks_of_every_kind_stand_for_nothing(lay):
    laid = column_of(lay, "VARCHAR", "", " ", "\t\n", "\u00a0", "\u3000 ", "\ufeff", " x ", "0", None)

    result = laid.check("not_missing", column="c", sentinels=["x"])

    assert (result.n_applicable, result.n_fail) == (9, 8)
    assert {name: result.details[name] for name in ("nulls", "blank", "sentinel")} == {
        "nulls": 1,
        "blank": 6,
        "sentinel": 1,
    }
    assert laid.check("not_missing", column="c", sentinels=["x"], trim=False).n_fail == 7


def test_decimals_are_added_exactly_and_floats_to_a_billionth(lay):
    rows = [[Decimal("0.10"), Decimal("0.20"), Decimal("0.30"), 0.1, 0.2, 0.3, 2**62]]
    types = {name: "DECIMAL(12,2)" for name in "abc"} | {name: "DOUBLE" for name in "xyz"} | {"n": "BIGINT"}
    laid = lay({"a.b": (types, rows)})

    assert laid.check("columns_sum", columns=["a", "b"], total="c").verdict == "pass"
    assert laid.check("columns_sum", columns=["a", "b"], total=0.3).verdict == "pass"
    assert laid.check("columns_sum", columns=["a", "b"], total="0.3").verdict == "error"  # a text is a column
    assert laid.check("columns_sum", columns=["x", "y"], total="z").verdict == "pass"  # 0.30000000000000004
    assert laid.check("columns_sum", columns=["n"], total=2**62).verdict == "pass"
    assert laid.check("columns_sum", columns=["n"], total=2**62 + 1).verdict == "fail"
    assert laid.check("column_compare", column="x", op="=", other="a").verdict == "pass"
    assert laid.check("column_compare", column="z", op="=", other="y", tolerance=0.1).verdict == "pass"


def test_large_whole_numbers_do_not_overflow_when_they_are_added(lay):
    laid = lay({"a.b": ({"m": "BIGINT", "n": "BIGINT"}, [[2**63 - 1, 2**63 - 1], [-(2**63), 2**63 - 1]])})

    assert laid.check("columns_sum", columns=["m", "n"], total=-1).n_fail == 1
    assert laid.check("column_compare", column="m", op="=", other="n", tolerance=1).n_fail == 1


def test_a_share_of_zero_is_nothing_unless_a_tolerance_is_given_for_it(lay):
    laid = lay(
        {"a.b": ({"a": "DECIMAL(12,2)", "b": "DECIMAL(12,2)"}, [["0.01", "0"], ["0", "0"], ["104", "100"]])}
    )
    given = {"check": "column_compare", "column": "a", "op": "=", "other": "b", "tolerance": "5 %"}

    assert laid.check(**given).n_fail == 1
    assert laid.check(**given, tolerance_at_zero=0.01).n_fail == 0


def test_days_and_moments_are_compared_as_moments(lay):
    rows = [[date(2001, 1, 1), datetime(2001, 1, 1)], [date(2001, 1, 1), datetime(2001, 1, 1, 23)]]
    laid = lay({"a.b": ({"day": "DATE", "at": "TIMESTAMP"}, rows)})

    assert laid.check("column_compare", column="day", op="=", other="at").n_fail == 1
    assert laid.check("column_compare", column="at", op=">=", other="day").n_fail == 0
    assert laid.check("column_compare", column="at", op=">=", other="day", tolerance=1).verdict == "error"
    assert laid.check("distinct_within_row", columns=["day", "at"]).n_fail == 1


def test_what_one_store_casts_and_the_other_refuses_has_one_answer(lay):
    texts = [
        "1",
        " 1",
        "1e3",
        "1.0",
        "0x10",
        "1_000",
        "yes",
        "t",
        "TRUE",
        "2001-02-29",
        "2000-02-29",
        "2001-1-1",
    ]
    texts += [
        "2001-01-01 24:00:00",
        "2001-01-01T23:59:59.123456Z",
        "2001-01-01 10:00+02:00",
        "infinity",
        "1" * 19,
        None,
    ]
    laid = column_of(lay, "VARCHAR", *texts)
    castable = {
        "integer": 1, "number": 4, "boolean": 1, "date": 1, "timestamp": 3, "uuid": 0,
    }  # fmt: skip

    for kind, right in castable.items():
        result = laid.check("castable", column="c", type=kind)
        assert (result.n_applicable, result.n_applicable - result.n_fail) == (17, right), kind
    assert laid.check("castable", column="c", type="integer", trim=True).n_fail == 15


def test_zeros_at_the_end_of_a_decimal_do_not_count(lay):
    laid = column_of(lay, "DECIMAL(12,4)", Decimal("1.5000"), Decimal("-2.0000"), None)

    assert laid.check("precision_kept", column="c", at_least=1).measure == 1
    assert laid.check("precision_kept", column="c", at_least=2).evidence[0] == {"c": "1.5000"}
    assert laid.check("precision_kept", column="c", what="decimals", at_least=0.5).measure == 0.5


def test_numbers_written_differently_are_one_entry_of_a_set(lay):
    laid = column_of(lay, "DECIMAL(12,2)", Decimal("1.00"), Decimal("2.50"))

    assert laid.check("set_equals", column="c", values=[1, "1.0", 2.5]).verdict == "pass"
    (missing,) = laid.check("set_contains", column="c", values=[1, 3]).evidence
    assert (Decimal(missing["c"]), missing["missing or extra"]) == (3, "missing")


def test_a_dropped_copy_of_equal_rows_is_seen_by_the_number_of_rows(lay):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [["x"]]), "a.c": ({"t": "VARCHAR"}, [["x"], ["x"]])})

    assert (
        laid.check("set_equals", column="t", of="a.c.t").verdict == "pass"
    )  # of values, and these are the same
    result = laid.check("row_count_match", of="a.c")
    assert (result.verdict, result.measure) == ("fail", -1)
    assert result.sentence == "a.b has 1 row, a.c 2: 1 less than expected (expected 2 rows)."


def test_names_of_columns_and_values_of_every_kind_are_quoted(lay):
    names = ["it's", "umlaut ä", "missing or extra", "a value", "select"]
    laid = lay(
        {"a.b": (dict.fromkeys(names, "VARCHAR"), [["'; DROP TABLE x --"] * len(names), ["\\"] * len(names)])}
    )

    for name in names:
        for given in (
            {"check": "not_missing", "sentinels": ["'; DROP TABLE x --"]},
            {"check": "in_set", "values": ["'"]},
            {"check": "set_within", "values": ["'"]},
            {"check": "in_set", "of": f"a.b.{name}", "of_where": "FALSE"},
            {"check": "matches", "format": "json"},
            {"check": "top_share", "max": 0.1},
            {"check": "casing_consistent"},
        ):
            result = laid.check(**given, column=name)
            assert result.verdict in ("fail", "pass"), (name, given, result.sentence)
            assert "evidence_failed" not in result.details, (name, given, result.details)
        assert laid.check(
            "distinct_within_row", columns=[name, "select"] if name != "select" else names
        ).verdict == ("fail")


def test_what_is_not_there_is_an_error_and_never_green(lay):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [["x"]])})

    for given in (
        {"check": "in_set", "column": "t", "of": "a.b.gone"},
        {"check": "set_equals", "column": "t", "of": "a.gone.t"},
        {"check": "row_count_match", "of": "a.gone"},
        {"check": "duplicate_rows", "exclude": ["t", "gone"]},
        {"check": "duplicate_rows", "exclude": ["T"]},
        {"check": "not_missing", "column": "gone"},
        {"check": "precision_kept", "column": "t", "what": "scale", "at_least": 1},
    ):
        assert laid.check(**given).verdict == "error", given
