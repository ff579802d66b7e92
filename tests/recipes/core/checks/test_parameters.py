import pytest

from recipes.core.checks import CHECKS, check_parameters, check_test, datasets_read, skipped
from recipes.core.spec.model import TestSpec


def spec(check, **given):
    fields = {
        key: given.pop(key)
        for key in ("where", "warn", "fail", "nulls", "on_empty", "dataset")
        if key in given
    }
    return TestSpec(name="t", node="n", check=check, params=given, **{"dataset": "a.b"} | fields)


def test_an_unknown_check_is_told_with_the_near_one_and_all_others():
    (fault,) = check_parameters("uniqe", {})

    assert fault.startswith("There is no check uniqe. Did you mean unique? The checks are aggregate, ")


@pytest.mark.parametrize(
    ("check", "params", "fault"),
    [
        ("row_count", {"mim": 3}, "row_count has no parameter mim. Did you mean min? It takes min and max."),
        ("row_count", {"min": "many"}, "row_count: min must be a whole number, not 'many'."),
        ("row_count", {"min": True}, "row_count: min must be a whole number, not True."),
        (
            "row_count",
            {"min": 5, "max": 2},
            "row_count: min (5) is above max (2): no number of rows can pass.",
        ),
        ("not_null", {}, "not_null needs column. It takes column."),
        ("unique", {}, "unique: give either column or columns."),
        ("unique", {"column": "a", "columns": ["b"]}, "unique: give either column or columns."),
        ("unique", {"columns": ["a", "a"]}, "unique: columns names a column twice."),
        ("range", {"column": "a"}, "range: range needs a bound: min, max, above or below."),
        (
            "range",
            {"column": "a", "max": "as_of + 3 moons"},
            "range: “3 moons” is not a span of time. Write a number and a unit: 20 min, 26 h, 2 d, 1 w.",
        ),
        (
            "matches",
            {"column": "a", "format": "mail"},
            "matches: there is no format mail. Did you mean email?",
        ),
        (
            "matches",
            {"column": "a", "pattern": "(a"},
            "matches: The pattern has a group that is not closed, at character 2.",
        ),
        (
            "foreign_key",
            {"column": "a", "to": "x.y"},
            "foreign_key: to must name dataset and column, such as reference.airports.iata;",
        ),
        (
            "freshness",
            {"column": "a", "max_age": "soon"},
            "freshness: max_age: “soon” is not a span of time.",
        ),
        (
            "aggregate",
            {"column": "a", "function": "quantile", "max": 1},
            "aggregate: function: quantile and the parameter quantile (0 to 1) belong together.",
        ),
        (
            "aggregate_balance",
            {"of": "nodots"},
            "aggregate_balance: of must name a dataset, such as flights.clean, not nodots.",
        ),
        (
            "aggregate_balance",
            {"of": "a.b", "tolerance": "much"},
            "aggregate_balance: tolerance: “much” is not a tolerance.",
        ),
        (
            "aggregate_balance",
            {"of": "a.b", "function": "sum"},
            "aggregate_balance: function sum needs column.",
        ),
        ("sql_failing_rows", {}, "sql_failing_rows: give either sql or file."),
        ("in_set", {"column": "a", "values": []}, "in_set: give either values or of."),
        ("in_set", {"column": "a", "values": [1], "of": "a.b.c"}, "in_set: give either values or of."),
        ("in_set", {"column": "a", "of": "a.b"}, "in_set: of must name dataset and column, such as"),
        (
            "set_within",
            {"column": "a", "values": [1], "of_where": "x"},
            "set_within: of_where is a condition",
        ),
        ("unique_key", {"columns": []}, "unique_key: columns is not right: "),
        ("unique_key", {"columns": ["a", "a"]}, "unique_key: columns names a column twice."),
        (
            "not_missing",
            {"column": "a", "pattern": "(?=x)"},
            "not_missing: The pattern uses a group with (?…;",
        ),
        ("length", {"column": "a"}, "length: give a bound: min or max."),
        (
            "length",
            {"column": "a", "min": 3, "max": 2},
            "length: min (3) is above max (2): no text can pass.",
        ),
        ("castable", {"column": "a", "type": "colour"}, "castable: type is not right: "),
        (
            "castable",
            {"column": "a", "type": "integer", "formats": ["%d"]},
            "castable: formats are for dates",
        ),
        (
            "castable",
            {"column": "a", "type": "date", "formats": ["%Q"]},
            "castable: formats: “%Q” is no form",
        ),
        (
            "matches",
            {"column": "a", "format": "zip"},
            "matches: format: zip and the parameter country belong",
        ),
        (
            "matches",
            {"column": "a", "format": "zip", "country": "XY"},
            "matches: the form of postal codes of XY is not known; use a pattern.",
        ),
        (
            "matches",
            {"column": "a", "format": "iban", "anywhere": True},
            "matches: format iban looks at the whole text",
        ),
        ("json_schema", {"column": "a"}, "json_schema: give either shape or file."),
        (
            "json_schema",
            {"column": "a", "shape": {"type": "nonsense"}},
            "json_schema: shape: $.type is not right: 'nonsense' is not valid",
        ),
        (
            "json_schema",
            {"column": "a", "shape": {"$ref": "http://127.0.0.1/x"}},
            "json_schema: shape: it refers to http://127.0.0.1/x; a schema may refer only to parts of itself",
        ),
        (
            "json_schema",
            {"column": "a", "shape": {"$schema": "urn:mine"}},
            "json_schema: shape: it is written in urn:mine, which is not known;",
        ),
        ("json_schema", {"column": "a", "shape": {"const": "x" * 200_001}}, "json_schema: shape: it is 200,"),
        ("precision_kept", {"column": "a"}, "precision_kept needs at_least."),
        (
            "outlier_fraction",
            {"column": "a", "median": 1},
            "outlier_fraction: give either fences (low, high) or median and mad together.",
        ),
        (
            "outlier_fraction",
            {"column": "a", "low": 2, "high": 1},
            "outlier_fraction: low (2.0) is above high",
        ),
        ("column_compare", {"column": "a", "op": "<>", "other": "b"}, "column_compare: op is not right: "),
        (
            "column_compare",
            {"column": "a", "op": "=", "other": "b", "tolerance": "some"},
            "column_compare: tolerance: “some” is not a tolerance.",
        ),
        (
            "column_compare",
            {"column": "a", "op": "=", "other": "b", "tolerance": 1, "tolerance_at_zero": 1},
            "column_compare: tolerance_at_zero goes with a tolerance in percent;",
        ),
        (
            "columns_sum",
            {"columns": ["a"], "total": True},
            "columns_sum: total: it must be a column or a number",
        ),
        ("columns_sum", {"columns": ["a", "a"], "total": 1}, "columns_sum: columns names a column twice."),
        ("distinct_within_row", {"columns": ["a"]}, "distinct_within_row: columns is not right: "),
        ("distinct_count", {"max": 2}, "distinct_count: give either column or columns."),
        ("distinct_count", {"column": "a", "min": 3, "max": 2}, "distinct_count: min (3) is above max (2)"),
        ("top_share", {"column": "a", "max": 40}, "top_share: max is not right: "),
        ("row_count_match", {"of": "nodots"}, "row_count_match: of must name a dataset"),
        ("row_count_match", {"of": "a.b", "factor": 0}, "row_count_match: factor is not right: "),
    ],
)
def test_wrong_parameters_are_full_sentences(check, params, fault):
    faults = check_parameters(check, params)

    assert len(faults) == 1
    assert faults[0].startswith(fault)
    assert faults[0].endswith((".", "?"))


def test_all_faults_come_at_once():
    assert len(check_parameters("aggregate", {"colum": "a", "function": "sume", "min": "low"})) == 4


def test_a_value_still_open_is_judged_once_it_is_there():
    params = {"min": "{{ least }}", "max": 5}

    assert check_parameters("row_count", params) == []
    assert check_parameters("row_count", params, resolved=True) == [
        "row_count: min must be a whole number, not '{{ least }}'."
    ]


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_every_parameter_may_wait_for_its_value(check):
    fields = CHECKS[check].parameters.model_fields
    required = {name: "{{ x }}" for name, field in fields.items() if field.is_required()}

    assert [fault for fault in check_parameters(check, required) if "{{" in fault] == []


def test_limits_and_policies_are_checked_with_the_test():
    assert check_test(spec("not_null", column="a", fail="5")) == [
        "fail: “5” is not a limit. Write a comparison with a number, such as “> 0”, “> 1 %” or “< 0.9”."
    ]
    assert check_test(spec("row_count", warn="> 1 %")) == [
        "warn: row_count measures one number, so “> 1 %” has nothing to be a share of. Leave out the %."
    ]
    assert check_test(spec("not_null", column="a", nulls="ignore")) == [
        "not_null has no rule for nulls: ignore. Leave it out."
    ]
    assert check_test(spec("range", column="a", min=1, nulls="value")) == [
        "range has no rule for nulls: value. It knows nulls: ignore or fail."
    ]
    assert check_test(spec("aggregate", column="a", function="sum")) == [
        "aggregate needs a limit: min, max, warn or fail."
    ]
    assert check_test(spec("not_null", column="a", dataset="")) == ["not_null needs the dataset it is about."]
    assert check_test(spec("sql_failing_rows", sql="SELECT 1", where="a > 1")) == [
        "sql_failing_rows takes no where: put the condition into its SQL."
    ]
    assert check_test(spec("aggregate", column="a", function="sum", fail="> 5")) == []
    assert check_test(spec("not_null", column="a", fail="{{ limit }}")) == []


def test_a_test_says_which_datasets_it_reads():
    assert datasets_read(spec("foreign_key", column="a", to="reference.airports.iata")) == {
        "a.b",
        "reference.airports",
    }
    assert datasets_read(spec("aggregate_balance", of="c.d")) == {"a.b", "c.d"}
    assert datasets_read(spec("in_set", column="x", of="c.d.e")) == {"a.b", "c.d"}
    assert datasets_read(spec("in_set", column="x", values=[1])) == {"a.b"}
    assert datasets_read(spec("row_count_match", of="c.d", factor="{{ f }}")) == {"a.b", "c.d"}
    assert datasets_read(spec("row_count_match", of=7)) == {"a.b"}
    assert datasets_read(spec("foreign_key", column="a")) == {"a.b"}
    assert datasets_read(spec("row_count")) == {"a.b"}
    assert datasets_read(spec("nonsense")) == {"a.b"}


def test_a_skipped_test_says_why():
    result = skipped(spec("row_count"), "Its node did not run, because load failed.")

    assert result.verdict == "skipped"
    assert result.sentence == "Its node did not run, because load failed."
