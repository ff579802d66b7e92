"""Where the two engines differ by themselves: each trap of the reference, with one answer."""

from datetime import UTC, date, datetime
from decimal import Decimal

NAN = float("nan")


def test_nan_is_no_number_in_a_range_and_does_not_poison_an_average(lay):
    laid = lay({"a.b": ({"x": "DOUBLE"}, [[1.0], [NAN], [3.0]])})

    assert laid.check("range", column="x", min=0).n_fail == 1  # NaN is above 0 to both engines
    assert laid.check("aggregate", column="x", function="avg", max=2).measure == 2.0
    assert laid.check("aggregate", column="x", function="max", max=3).measure == 3.0


def test_a_column_of_nothing_but_nan_has_no_aggregate(lay):
    laid = lay({"a.b": ({"x": "DOUBLE"}, [[NAN]])})

    assert laid.check("aggregate", column="x", function="avg", max=2).verdict == "fail"  # on_empty


def test_an_infinite_aggregate_is_an_error_and_no_pass(lay):
    laid = lay({"a.b": ({"x": "DOUBLE"}, [[float("inf")], [1.0]])})

    for function in ("avg", "sum", "max", "stddev"):
        assert laid.check("aggregate", column="x", function=function, min=0).verdict == "error"


def test_division_of_whole_numbers_is_not_cut_off_and_by_nothing_is_unknown(lay):
    laid = lay({"a.b": ({"n": "BIGINT", "of": "BIGINT"}, [[1, 2], [3, 4], [1, 0]])})

    result = laid.check("row_expression", expression="n / of > 0.6")

    assert (result.n_applicable, result.n_fail, result.details["unknown"]) == (2, 1, 1)
    assert laid.check("row_expression", expression="n % of < 2").n_applicable == 2


def test_a_null_in_a_list_does_not_hide_what_is_not_in_it(lay):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [["x"], ["y"]])})

    assert laid.check("in_set", column="t", values=["x", None]).n_fail == 1


def test_a_null_in_the_parent_does_not_hide_orphans(lay):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [["x"], ["y"]]), "a.p": ({"t": "VARCHAR"}, [["x"], [None]])})

    assert laid.check("foreign_key", column="t", to="a.p.t").n_fail == 1


def test_a_dropped_copy_of_equal_rows_is_seen(lay):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [["x"], ["x"]]), "a.c": ({"t": "VARCHAR"}, [["x"], ["x"], ["x"]])})

    assert laid.check("aggregate_balance", of="a.c", by=["t"]).verdict == "fail"


def test_dates_are_days_and_not_years(lay):
    rows = [[date(2001, 1, day), datetime(2001, 1, day, 23, 59)] for day in range(1, 5)]
    laid = lay({"a.b": ({"day": "DATE", "at": "TIMESTAMP"}, rows)})

    assert laid.check("aggregate", column="day", function="count_distinct", min=4).verdict == "pass"
    assert laid.check("row_expression", expression="CAST(at AS DATE) = day").verdict == "pass"
    assert laid.check("range", column="at", max="2001-01-04").n_fail == 1
    assert laid.check("range", column="day", max="2001-01-03T12:00:00").n_fail == 1


def test_moments_with_a_zone_are_compared_as_moments(lay):
    moment = datetime(2001, 1, 31, 13, tzinfo=UTC)
    laid = lay(
        {"a.b": ({"at": "TIMESTAMP WITH TIME ZONE"}, [[moment], [datetime(2001, 1, 31, 11, tzinfo=UTC)]])}
    )

    result = laid.check("freshness", column="at", max_age="2 h")

    assert (result.verdict, result.measure, result.details["future"]) == ("pass", 1.0, 1)
    assert laid.check("range", column="at", max="2001-01-31T14:00:00+01:00").n_fail == 0
    assert laid.check("range", column="at", max="2001-01-31T13:59:00+01:00").n_fail == 1


def test_decimals_are_exact_and_large_numbers_whole(lay):
    rows = [[Decimal("0.10"), 2**53 + 1], [Decimal("0.20"), 2**53]]
    laid = lay({"a.b": ({"d": "DECIMAL(18,2)", "n": "BIGINT"}, rows)})

    assert laid.check("aggregate", column="d", function="sum", min=0.3, max=0.3).verdict == "pass"
    assert laid.check("range", column="d", min=0.1, max=0.2).verdict == "pass"
    assert laid.check("in_set", column="n", values=[2**53]).n_fail == 1
    assert laid.check("aggregate", column="n", function="sum", min=1).verdict == "pass"


def test_sums_of_floats_may_differ_by_the_order_of_adding(lay):
    values = [0.1, 0.2, 0.3, 1e9, -1e9]
    here, there = ([[value] for value in order] for order in (values, values[::-1]))
    laid = lay({"a.b": ({"x": "DOUBLE"}, here), "a.c": ({"x": "DOUBLE"}, [*there, [0.0]])})

    result = laid.check("aggregate_balance", of="a.c", column="x", tolerance=1e-6)

    assert result.verdict == "pass"


def test_names_and_texts_of_every_kind_are_quoted(lay):
    names = ["select", "umlaut ä", "it's", "semi;colon--", "a.b", "{curly}", "100%", "☃"]
    laid = lay({"a.b": (dict.fromkeys(names, "VARCHAR"), [["'; DROP TABLE x --"] * 8, [None] * 8])})

    for name in names:
        assert laid.check("not_null", column=name).n_fail == 1
        found = laid.check("in_set", column=name, values=["\\", "'", '"'])
        assert found.evidence, (name, found.details)
        assert (found.n_fail, found.evidence[0][name]) == (1, "'; DROP TABLE x --")
        assert found.sentence.startswith(f"The one row of a.b has a value in {name} that")
        assert laid.check("unique", column=name).verdict == "pass"


def test_capitals_in_names_do_not_matter(lay):
    laid = lay({"a.b": ({"Id": "BIGINT", "Name": "VARCHAR"}, [[1, "x"], [1, None]])})

    assert laid.check("not_null", column="name").n_fail == 1
    assert laid.check("not_null", column="NAME", where="ID = 1").n_fail == 1
    assert laid.check("unique", columns=["ID"]).n_fail == 1


def test_trailing_blanks_and_capitals_are_part_of_a_text(lay):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [["a"], ["a "], ["A"], [""]])})

    assert laid.check("unique", column="t").verdict == "pass"
    assert laid.check("in_set", column="t", values=["a"]).n_fail == 3
