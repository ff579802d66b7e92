"""Where the two engines, or a hasty formula, go wrong: order, spans, periods, two datasets, drift, each with one answer."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from tests.recipes.core.checks.conftest import laying

NAN = float("nan")
DAY = {"day": "DATE"}


@pytest.fixture
def lay(store):
    """Sessions of one test only: a module of them would take too many connections."""
    with laying(store) as laid:
        yield laid


def test_rows_of_one_place_are_taken_in_the_order_that_breaks_least(lay):
    rows = [[1, 5], [1, 3], [2, 4], [2, 6]]
    laid = lay(
        {
            "a.b": ({"place": "BIGINT", "n": "BIGINT"}, rows),
            "a.c": ({"place": "BIGINT", "n": "BIGINT"}, rows[::-1]),
        }
    )

    for dataset in ("a.b", "a.c"):
        found = laid.check("monotonic", dataset=dataset, column="n", order_by=["place"])
        assert (found.n_fail, found.details["ties"]) == (1, 2)
        assert [row["n"] for row in found.evidence] == [4]
        assert found.sentence.endswith("; 2 rows share a place with the row before (25 %).")


def test_nan_is_no_place_in_an_order_and_no_gap(lay):
    laid = lay({"a.b": ({"at": "BIGINT", "x": "DOUBLE"}, [[1, 1.0], [2, NAN], [3, 2.0], [4, None]])})

    found = laid.check("monotonic", column="x", order_by=["at"], strict=True)

    assert (found.verdict, found.n_scope, found.n_applicable) == ("pass", 4, 2)
    assert found.details == {"not_judged": 2}


def test_a_step_between_the_ends_of_whole_numbers_does_not_overflow(lay):
    laid = lay({"a.b": ({"n": "BIGINT"}, [[-(2**63)], [2**63 - 1]])})

    found = laid.check("sequential", column="n")

    assert (found.verdict, found.details["gaps"]) == ("fail", 1)
    assert found.evidence[0]["step from it"] == str(2**64 - 1)


def test_decimals_follow_each_other_exactly(lay):
    laid = lay({"a.b": ({"d": "DECIMAL(12,2)"}, [[Decimal(cents) / 100] for cents in (10, 20, 30, 40)])})

    assert laid.check("sequential", column="d", step=0.1).verdict == "pass"


def test_every_span_inside_of_a_long_one_is_named_not_only_its_neighbour(lay):
    spans = [[1, 100], [2, 3], [5, 6], [8, 9], [100, 101]]
    laid = lay({"a.b": ({"start": "BIGINT", "stop": "BIGINT"}, spans)})

    found = laid.check("no_overlap", start="start", end="stop")

    assert (found.n_fail, [row["start"] for row in found.evidence]) == (3, [2, 5, 8])
    assert laid.check("no_overlap", start="start", end="stop", touching=False).n_fail == 4


def test_an_open_span_overlaps_all_that_start_later_and_a_turned_one_fails(lay):
    laid = lay({"a.b": ({"start": "BIGINT", "stop": "BIGINT"}, [[1, None], [5, 6], [None, 3], [9, 7]])})

    found = laid.check("no_overlap", start="start", end="stop")

    assert (found.n_applicable, found.n_fail, found.details["turned_round"]) == (3, 2, 1)
    assert (
        found.sentence
        == "2 of 3 rows of a.b are not apart from start to stop; 1 span ends before it starts (66.7 %)."
    )


def test_a_missing_end_of_the_range_is_seen_and_rows_outside_do_not_help(lay):
    rows = [[date(2001, 1, 1)], [date(2001, 1, 2)], [date(2001, 2, 9)], [None]]
    laid = lay({"a.b": (DAY, rows)})

    found = laid.check("period_complete", column="day", first="2001-01-01", last="2001-01-03")

    assert found.details == {"missing": ["2001-01-03"], "null_dates": 1, "rows_outside": 1}
    assert found.evidence == ({"day": "2001-01-03"},)


def test_days_are_counted_as_days_and_moments_in_utc(lay):
    late = datetime.fromisoformat("2001-01-01T23:30:00-02:00")  # is 2 January in UTC
    laid = lay(
        {
            "a.b": ({"at": "TIMESTAMP WITH TIME ZONE"}, [[late]]),
            "a.c": ({"at": "TIMESTAMP"}, [[datetime(2001, 1, d)] for d in (1, 2, 3, 4)]),
        }
    )

    zoned = laid.check("period_complete", column="at", first="2001-01-01", last="2001-01-02")

    assert zoned.details["missing"] == ["2001-01-01"]
    assert (
        laid.check(
            "period_complete", dataset="a.c", column="at", first="2001-01-01", last="2001-01-04"
        ).n_fail
        == 0
    )


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"business_days": True}, ["2001-12-24", "2001-12-25", "2001-12-26"]),
        ({"holidays": "DE"}, ["2001-12-23", "2001-12-24"]),
        ({"holidays": "US", "business_days": True}, ["2001-12-24", "2001-12-26"]),
        ({"grain": "week"}, ["2001-12-24"]),
    ],
    ids=str,
)
def test_weekends_and_holidays_are_not_expected(lay, given, missing):
    laid = lay({"a.b": (DAY, [[date(2001, 12, 22)]])})

    found = laid.check("period_complete", column="day", first="2001-12-22", last="2001-12-26", **given)

    assert found.details["missing"] == missing


def test_a_range_of_days_off_expects_nothing(lay):
    laid = lay({"a.b": (DAY, [])})
    given = {"column": "day", "first": "2001-01-06", "last": "2001-01-07", "business_days": True}

    found = laid.check("period_complete", **given)

    assert (found.verdict, found.sentence) == (
        "pass",
        "No business day is expected from 2001-01-06 to 2001-01-07.",
    )
    assert laid.check("period_complete", **given, on_empty="fail").verdict == "fail"


def test_one_of_three_equal_rows_is_missed_where_a_set_would_see_nothing(lay):
    laid = lay(
        {
            "a.b": ({"t": "VARCHAR"}, [["x"], ["x"], [None]]),
            "a.c": ({"t": "VARCHAR"}, [["x"], ["x"], ["x"], [None]]),
        }
    )

    found = laid.check("set_reconcile", of="a.c")

    assert (found.details["only_here"], found.details["only_there"]) == (0, 1)
    assert found.evidence == ({"t": "x", "rows here": 2, "rows there": 3},)
    assert laid.check("set_reconcile", of="a.c", mode="set").verdict == "pass"


def test_two_empty_sides_agree_and_nothing_against_something_does_not(lay):
    laid = lay({"a.b": ({"n": "BIGINT"}, []), "a.c": ({"n": "BIGINT"}, []), "a.d": ({"n": "BIGINT"}, [[1]])})

    for check, given in (("set_reconcile", {}), ("table_diff", {"key": ["n"]})):
        assert laid.check(check, of="a.c", **given).verdict == "pass"
        assert laid.check(check, of="a.d", **given).verdict == "fail"
        assert laid.check(check, of="a.c", **given, on_empty="skip").verdict == "not_evaluated"
    assert laid.check("location_balance", stages=["a.b", "a.c"]).verdict == "pass"
    assert (
        laid.check("location_balance", stages=["a.b", "a.d"], tolerance="100 %").verdict == "fail"
    )  # a share of 0 is 0


def test_whole_numbers_and_decimals_are_the_same_row(lay):
    laid = lay({"a.b": ({"n": "BIGINT"}, [[1], [2]]), "a.c": ({"n": "DECIMAL(12,2)"}, [[1], [2]])})

    assert laid.check("set_reconcile", of="a.c").verdict == "pass"
    assert laid.check("table_diff", of="a.c", key=["n"]).verdict == "pass"


@pytest.mark.parametrize(
    ("types", "values"),
    [
        (("DATE", "TIMESTAMP"), (date(2001, 1, 1), datetime(2001, 1, 1))),
        (("BIGINT", "DOUBLE"), (7, 7.0)),
        (("DECIMAL(12,2)", "DOUBLE"), (Decimal("7.50"), 7.5)),
        (("VARCHAR", "VARCHAR"), ("é'", "é'")),
        (("UUID", "UUID"), (UUID(int=7), UUID(int=7))),
        (("BOOLEAN", "BOOLEAN"), (True, True)),
    ],
    ids=str,
)
def test_keys_of_one_family_pair_rows_whatever_their_types(lay, types, values):
    sides = [({"k": kind, "n": "BIGINT"}, [[value, 1]]) for kind, value in zip(types, values, strict=True)]
    laid = lay({"a.b": sides[0], "a.c": sides[1]})

    assert laid.check("table_diff", of="a.c", key=["k"]).sentence == "a.b and a.c agree in 1 row."
    assert laid.check("set_reconcile", of="a.c").verdict == "pass"


def test_two_columns_of_one_name_are_no_single_number(lay):
    laid = lay({"a.b": ({"n": "BIGINT"}, [[1]]), "a.c": ({"n": "BIGINT"}, [[2]])})

    assert laid.check("sql_metric", sql="SELECT * FROM a.b AS x, a.c AS y", min=0).verdict == "error"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([[1, 1], [1, 2]], "id cannot be the key: 1 value of it in a.b stand in several rows."),
        ([[None, 1]], "1 row of a.b cannot be paired, without a value in id."),
    ],
)
def test_a_key_that_pairs_no_rows_is_an_error_and_no_pass(lay, rows, sentence):
    laid = lay({"a.b": ({"id": "BIGINT", "n": "BIGINT"}, rows), "a.c": ({"id": "BIGINT", "n": "BIGINT"}, [])})

    found = laid.check("table_diff", of="a.c", key=["id"], ignore=["extra", "missing"])

    assert (found.verdict, found.sentence) == ("error", sentence)


def test_a_tolerance_of_a_share_of_zero_is_zero(lay):
    types = {"id": "BIGINT", "x": "DOUBLE"}
    laid = lay({"a.b": (types, [[1, 0.1], [2, 110.0]]), "a.c": (types, [[1, 0.0], [2, 100.0]])})

    found = laid.check("table_diff", of="a.c", key=["id"], tolerance="10 %")

    assert found.evidence[0]["id"] == 1
    assert found.n_fail == 1


def test_sums_of_floats_and_large_decimals_balance_over_stages(lay):
    values = [0.1, 0.2, 0.3, 1e9, -1e9]
    large = [[Decimal("99999999999999999.99")], [Decimal("0.01")]]
    laid = lay(
        {
            "a.b": ({"x": "DOUBLE"}, [[value] for value in values]),
            "a.c": ({"x": "DOUBLE"}, [[value] for value in values[::-1]]),
            "a.d": ({"x": "DECIMAL(38,2)"}, large),
            "a.e": ({"x": "DECIMAL(38,2)"}, large[:1]),
        }
    )

    assert (
        laid.check("location_balance", stages=["a.b", "a.c"], measure="sum(x)", tolerance=1e-6).verdict
        == "pass"
    )
    lost = laid.check("location_balance", stages=["a.d", "a.e"], measure="sum(x)")
    assert (lost.verdict, lost.measure) == ("fail", -0.01)  # a double would not see it


def test_null_is_a_category_and_a_share_of_nothing_is_no_number(lay):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [["a"], [None]]), "a.none": ({"t": "VARCHAR"}, [])})

    found = laid.check("dimension_volume", column="t", expected=["a"])
    assert (found.n_fail, found.details["new"]) == (1, ["NULL"])
    assert laid.check("dimension_volume", column="t", expected=["a"], nulls="ignore").verdict == "pass"
    assert laid.check("dimension_volume", column="t", expected=["a"], new=True).verdict == "pass"
    empty = laid.check("dimension_volume", dataset="a.none", column="t", expected=["a"], min_share={"a": 50})
    assert (empty.verdict, empty.evidence[0]["wrong"], empty.n_fail) == ("fail", "vanished", 1)


def test_more_categories_than_are_read_are_counted_all_the_same(lay):
    rows = [[f"c{n:04}"] for n in range(1500)]
    laid = lay({"a.b": ({"t": "VARCHAR"}, rows)})

    found = laid.check("dimension_volume", column="t", expected=["c1499", "gone"])

    assert (found.n_applicable, found.n_fail, found.details["vanished"]) == (1501, 1500, ["gone"])


def test_an_empty_bin_makes_no_infinite_distance_and_null_has_a_bin(lay):
    laid = lay({"a.b": ({"x": "DOUBLE"}, [[1.0], [None], [NAN]]), "a.c": ({"x": "DOUBLE"}, [[5.0]] * 3)})

    found = laid.check("distribution_drift", column="x", of="a.c", bins=[2], max=5)

    assert {one["bin"] for one in found.details["bins"]} == {"no value", "NaN", "under 2", "2 and more"}
    assert (found.verdict, found.measure) == ("pass", pytest.approx(found.measure))
    assert 0 < found.measure < 5


def test_an_effect_without_certainty_and_certainty_without_an_effect_both_pass(lay):
    few = {"a.b": ({"x": "DOUBLE"}, [[0.0], [3.0]]), "a.c": ({"x": "DOUBLE"}, [[1.0], [5.0]])}
    many = [[float(n % 7)] for n in range(7000)]
    shifted = [[row[0] + 0.2] for row in many]
    laid = lay(few | {"a.many": ({"x": "DOUBLE"}, many), "a.shifted": ({"x": "DOUBLE"}, shifted)})

    little = laid.check("mean_shift", column="x", of="a.c")
    against = {"dataset": "a.many", "column": "x", "of": "a.shifted"}
    certain = laid.check("mean_shift", **against)

    assert little.verdict == certain.verdict == "pass"
    assert abs(little.measure) > 0.5
    assert certain.details["p"] < 0.001
    assert laid.check("mean_shift", **against, effect=0.05).verdict == "fail"
    assert (
        laid.check(
            "mean_shift", dataset="a.many", column="x", of="a.shifted", effect=0.05, direction="up"
        ).verdict
        == "pass"
    )


def test_two_constants_and_an_empty_reference_are_errors(lay):
    laid = lay(
        {
            "a.b": ({"x": "DOUBLE"}, [[1.0], [1.0]]),
            "a.c": ({"x": "DOUBLE"}, [[2.0], [2.0]]),
            "a.none": ({"x": "DOUBLE"}, []),
        }
    )

    for check in ("mean_shift", "variance_shift"):
        assert laid.check(check, column="x", of="a.c").verdict == "error"
        assert (
            laid.check(check, column="x", of="a.none").sentence == "The reference a.none has no value in x."
        )


def test_completeness_falls_only_where_effect_and_certainty_agree(lay):
    rows = [[None]] * 10 + [["x"]] * 90
    laid = lay({"a.b": ({"t": "VARCHAR"}, rows)})

    fallen = laid.check("completeness_shift", column="t", baseline=0.99, baseline_rows=1000)
    alike = laid.check("completeness_shift", column="t", baseline=0.92, baseline_rows=1000)
    risen = laid.check("completeness_shift", column="t", baseline=0.5, baseline_rows=1000, direction="down")

    assert [fallen.verdict, alike.verdict, risen.verdict] == ["fail", "pass", "pass"]
    assert len(fallen.evidence) == 10


def test_a_column_with_one_value_depends_on_nothing(lay):
    laid = lay({"a.b": ({"n": "BIGINT", "m": "BIGINT"}, [[1, 1], [1, 2]])})

    for method in ("spearman", "cramers_v"):
        found = laid.check("dependence", columns=["n", "m"], method=method, min=0)
        assert (found.verdict, found.sentence[:22]) == ("error", "One of n and m has a s")


def test_a_window_ends_at_the_clock_and_leaves_out_the_future(lay):
    rows = [
        ["a", datetime(2001, 1, 20)],
        ["a", datetime(2001, 2, 3)],
        ["b", None],
        ["c", datetime(2001, 1, 31, 12)],
    ]
    laid = lay({"a.b": ({"t": "VARCHAR", "at": "TIMESTAMP"}, rows)})

    found = laid.check("window_compare", column="at", window="1 w", by=["t"])

    assert (found.verdict, found.details["future"], found.details["null_dates"]) == ("fail", 1, 1)
    assert [row["t"] for row in found.evidence] == ["a"]
    assert laid.check("window_compare", column="at", window="1 h", by=["t"]).verdict == "not_evaluated"


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        (
            "SELECT sum(n) FROM a.none",
            "The SQL gives NULL; it must give a number. Use coalesce where NULL means 0.",
        ),
        ("SELECT n FROM a.none", "The SQL gives no row; it must give one number."),
        ("SELECT n FROM a.b", "The SQL gives more than one row; it must give one number."),
        ("SELECT min(n), max(n) FROM a.b", "The SQL gives 2 columns; it must give one number."),
        ("SELECT * FROM a.two", "The SQL gives 2 columns; it must give one number."),
        ("SELECT 'x'", "The SQL gives 'x', a str; it must give a number."),
        ("SELECT max(n) > 1 FROM a.b", "The SQL gives True, a bool; it must give a number."),
        ("SELECT CAST('NaN' AS DOUBLE)", "The result of the SQL is nan: that is no number to judge."),
        ("SELECT now()", "sql uses"),
        ("DROP TABLE a.b", "sql must be one SELECT."),
    ],
)
def test_a_statement_that_gives_no_single_number_is_an_error(lay, sql, sentence):
    laid = lay(
        {
            "a.b": ({"n": "BIGINT"}, [[1], [2]]),
            "a.none": ({"n": "BIGINT"}, []),
            "a.two": ({"n": "BIGINT", "m": "BIGINT"}, [[1, 2]]),
        }
    )

    found = laid.check("sql_metric", sql=sql, min=0)

    assert found.verdict == "error"
    assert found.sentence.startswith(sentence)


def test_a_number_of_sql_is_judged_by_bounds_or_limits(lay):
    laid = lay({"a.b": ({"n": "BIGINT"}, [[1], [4]])})
    sql = "SELECT avg(n) FROM a.b"

    assert laid.check("sql_metric", sql=sql, min=3).verdict == "fail"
    assert laid.check("sql_metric", sql=sql, warn="> 2", fail="> 3").verdict == "warn"
    assert laid.check("sql_metric", sql=sql, max=2.5).sentence == "The SQL gives 2.5 (expected at most 2.5)."


def test_a_dataset_that_is_gone_fails_its_schema_and_its_consumers(lay):
    laid = lay({"a.b": ({"Id": "BIGINT"}, [[1]])})

    for check in ("schema_match", "exposure_valid"):
        found = laid.check(check, dataset="a.gone", columns=["id"])
        assert (found.verdict, found.n_fail) == ("fail", 1)
        assert found.sentence == "There is no dataset a.gone."
        assert laid.check(check, columns={"ID": "INT8"}).verdict == "pass"


def test_changes_of_columns_are_told_apart(lay):
    types = {"id": "BIGINT", "name": "VARCHAR", "fare": "DECIMAL(12,2)", "extra": "DATE"}
    laid = lay({"a.b": (types, [[1, None, None, None], [2, None, None, None]])})
    expected = {"names": "VARCHAR", "id": "INTEGER", "fare": "DECIMAL"}

    found = laid.check("schema_match", columns=expected, order=True, not_null=["name"])

    assert {name: found.details[name] for name in ("added", "dropped", "retyped", "nullable")} == {
        "added": ["name", "extra"],
        "dropped": ["names"],
        "retyped": ["id"],
        "nullable": ["name"],
    }
    assert found.details["perhaps_renamed"] == {"names": "name"}
    only = laid.check("schema_match", columns=["id", "fare", "name"], order=True, allow=["add"])
    assert (only.n_fail, only.details) == (1, {"reordered": ["name"]}) or only.details == {
        "reordered": ["fare"]
    }
    assert laid.check("schema_match", columns=["name", "id"], allow=["add"]).verdict == "pass"


def test_the_order_of_columns_may_be_named_apart_from_their_types(lay):
    laid = lay({"a.b": ({"name": "VARCHAR", "id": "BIGINT"}, [["a", 1]])})
    types = {"id": "BIGINT", "name": "VARCHAR"}

    assert laid.check("schema_match", columns=types, order=["name", "id"]).verdict == "pass"
    assert laid.check("schema_match", columns=types, order=["id", "name"]).n_fail == 1


def test_an_infinite_average_is_an_error(lay):
    laid = lay({"a.b": ({"x": "DOUBLE"}, [[float("inf")], [1.0]]), "a.c": ({"x": "DOUBLE"}, [[1.0], [2.0]])})

    assert laid.check("mean_shift", column="x", of="a.c").verdict == "error"


def test_names_of_every_kind_are_quoted(lay):
    name = 'it\'s "odd"; -- ä {x} 100%'
    types = {"id": "BIGINT", name: "BIGINT", "day": "DATE"}
    rows = [[1, 1, date(2001, 1, 30)], [2, 3, date(2001, 1, 31)]]
    laid = lay({"a.b": (types, rows), "a.c": (types, rows)})
    same = {"of": "a.c", "columns": [name]}
    for check, given in (
        ("monotonic", {"column": name, "order_by": ["id"]}),
        ("no_overlap", {"start": "id", "end": name}),
        ("set_reconcile", same),
        ("table_diff", same | {"key": ["id"]}),
        ("location_balance", {"stages": ["a.b", "a.c"], "measure": f"sum({name})"}),
        ("dimension_volume", {"column": name, "expected": [1, 3]}),
        ("distribution_drift", {"column": name, "of": "a.c", "max": 0.1}),
        ("mean_shift", {"column": name, "of": "a.c"}),
        ("dependence", {"columns": ["id", name], "min": 0.9}),
        ("window_compare", {"column": "day", "window": "9 d", "by": [name]}),
    ):
        found = laid.check(check, **given)
        assert found.verdict in ("pass", "not_evaluated"), found.sentence
    gap = laid.check("sequential", column=name)
    assert gap.evidence[0][name] == 3


def test_moments_of_the_clock_have_no_zone_of_their_own(lay):
    at = datetime(2001, 1, 31, 11, tzinfo=UTC)
    laid = lay(
        {"a.b": ({"t": "VARCHAR", "at": "TIMESTAMP WITH TIME ZONE"}, [["a", at], ["a", at.replace(day=30)]])}
    )

    assert laid.check("window_compare", column="at", window="1 d", by=["t"]).verdict == "pass"
