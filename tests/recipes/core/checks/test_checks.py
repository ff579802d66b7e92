"""Every check by example (examples.yaml), with the same expectations on both stores."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

EXAMPLES = YAML(typ="safe").load(Path(__file__).with_name("examples.yaml").read_text())
EXAMPLES = [*EXAMPLES["rows"], *EXAMPLES["measures"]]


@pytest.fixture(scope="module")
def together(flights):
    """The results of all examples evaluated at once, so that they share their scans."""
    return flights.checks(*(flights.spec(**example["test"]) for example in EXAMPLES))


@pytest.mark.parametrize(
    "place", range(len(EXAMPLES)), ids=lambda place: f"{place}-{EXAMPLES[place]['test']['check']}"
)
def test_an_example_gives_the_same_on_both_stores(together, place):
    expected, found = EXAMPLES[place]["gives"], together[place]

    assert found.verdict == expected["verdict"], found.sentence
    if "numbers" in expected:
        assert [found.n_scope, found.n_applicable, found.n_fail] == expected["numbers"], found.sentence
    if "measure" in expected:
        assert found.measure == expected["measure"]
    assert found.sentence == EXAMPLES[place].get("sentence", found.sentence)
    assert found.verdict == "error" or found.sql.startswith("SELECT ")
    if expected.get("numbers") and found.check != "aggregate_balance":
        assert bool(found.evidence) is (found.verdict in ("fail", "warn"))


def test_tests_give_alone_what_they_give_together(flights, together):
    changing = {"duration_ms"}

    for example, result in zip(EXAMPLES, together, strict=True):
        alone = flights.check(**example["test"])
        assert alone.model_dump(exclude=changing) == result.model_dump(exclude=changing)


ROW_RULES = [
    {"check": "not_null", "column": "id"},
    {"check": "unique", "column": "id"},
    {"check": "in_set", "column": "id", "values": [1]},
    {"check": "range", "column": "delay", "min": 1},
    {"check": "matches", "column": "origin", "format": "iata"},
    {"check": "foreign_key", "column": "origin", "to": "reference.airports.iata"},
    {"check": "row_expression", "expression": "origin > 'A'"},
    {"check": "sql_failing_rows", "sql": "SELECT id FROM flights.none"},
]


@pytest.mark.parametrize("given", ROW_RULES, ids=lambda given: given["check"])
@pytest.mark.parametrize(
    ("on_empty", "verdict", "words"),
    [
        ("", "not_evaluated", "so there was nothing to judge"),
        ("skip", "not_evaluated", "so there was nothing to judge"),
        ("fail", "fail", "and the test counts that as failed"),
        ("pass", "pass", "and the test counts that as passed"),
    ],
)
def test_row_rules_never_pass_silently_on_nothing(flights, given, on_empty, verdict, words):
    result = flights.check(**given, dataset="flights.none", on_empty=on_empty)

    assert result.verdict == verdict
    assert result.sentence == f"flights.none has no rows, {words}."


@pytest.mark.parametrize("given", [rule for rule in ROW_RULES if rule.get("column") != "id"][:-1], ids=str)
def test_a_column_without_any_value_is_not_judged(flights, given):
    result = flights.check(**given, dataset="flights.blank", fail="> 1 %")

    assert (result.verdict, result.n_scope, result.n_applicable, result.n_fail) == ("not_evaluated", 3, 0, 0)
    assert result.sentence.startswith(
        "None of the 3 rows of flights.blank can be judged, for want of values in "
    )


@pytest.mark.parametrize(
    ("function", "value"),
    [
        ("min", -2),
        ("max", 9),
        ("avg", 8.5 / 3),
        ("sum", 8.5),
        ("median", 1.5),
        ("stddev", 5.619905100029122),
        ("count_distinct", 3),
    ],
)
def test_aggregates_leave_out_null_and_nan(flights, function, value):
    result = flights.check("aggregate", column="delay", function=function, min=-100, max=100)

    assert result.measure == pytest.approx(value, rel=1e-12)
    assert result.n_applicable == 3
    assert result.details == {"not_a_number": 1}
    assert result.sentence.endswith(", 1 NaN value left out (expected between -100 and 100).")


def test_a_quantile_is_interpolated(flights):
    result = flights.check("aggregate", column="delay", function="quantile", quantile=0.9, max=5)

    assert result.measure == pytest.approx(7.5)
    assert result.sentence.startswith("The 90 % quantile of delay of flights.clean is 7.5")


def test_rows_from_the_future_do_not_make_data_fresh(flights):
    result = flights.check("freshness", column="landed_at", max_age="2 d")

    assert result.details["future"] == 1
    assert result.details["newest"] == "2001-01-31T08:00:00"


def test_the_clock_is_that_of_the_run_and_no_other(flights):
    test = flights.spec("freshness", column="landed_at", max_age="1 d")

    (late,) = flights.checks(test, as_of=datetime(2001, 3, 1, tzinfo=UTC))

    assert late.verdict == "fail"
    assert late.details["future"] == 0


def test_an_empty_parent_fails_whatever_the_limit(lay):
    data = lay(
        {
            "flights.clean": ({"origin": "VARCHAR"}, [["JFK"], ["LAX"]]),
            "reference.airports": ({"iata": "VARCHAR"}, []),
        }
    )

    result = data.check("foreign_key", column="origin", to="reference.airports.iata", warn="> 100 %")

    assert (result.verdict, result.n_fail) == ("fail", 2)
    assert result.sentence == (
        "reference.airports has no rows, so the 2 rows of flights.clean can find no origin there (100 %)."
    )
    assert result.expected.startswith("reference.airports to have rows")


def test_groups_out_of_balance_are_kept_largest_first(flights):
    result = flights.check("aggregate_balance", of="flights.daily", column="fare", by=["day"])

    assert [row["day"] for row in result.evidence] == ["2001-01-04", "2001-01-02"]
    assert [row["difference"] for row in result.evidence] == [-3.0, 2.2]


def test_the_three_counts_of_uniqueness_are_named(lay):
    data = lay({"a.b": ({"k": "VARCHAR"}, [["a"], ["a"], ["a"], ["b"], [None], [None]])})

    ignoring = data.check("unique", column="k")
    as_value = data.check("unique", column="k", nulls="value")

    counts = {name: ignoring.details[name] for name in ("excess", "values", "rows_involved", "nulls")}
    assert counts == {"excess": 2, "values": 1, "rows_involved": 3, "nulls": 2}
    assert ignoring.details["offending"] == [{"values": {"k": "a"}, "rows": 3}]
    assert as_value.details["excess"] == as_value.n_fail == 3
