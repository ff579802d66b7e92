"""Sharing of scans, faults that stay with the guilty, evidence."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from kitchens.core.stores.base import StoreError

ERRORS = YAML(typ="safe").load(Path(__file__).with_name("examples.yaml").read_text())["errors"]


def test_row_rules_of_one_filter_cost_one_query(flights):
    tests = [
        flights.spec("row_count"),
        flights.spec("not_null", column="id"),
        flights.spec("range", column="id", min=1),
        flights.spec("matches", column="origin", format="iata"),
        flights.spec("freshness", column="landed_at", max_age="2 d"),
        flights.spec("aggregate", column="fare", function="median", max=100),
    ]
    before = len(flights.session.executed())

    results = flights.checks(*tests)

    assert [result.verdict for result in results] == ["pass"] * 6
    assert len(flights.session.executed()) - before == 1


def test_another_filter_is_another_scan_unless_all_rows_are_read_anyway(flights):
    filtered = [flights.spec("row_count", where=where) for where in ("id > 1", "ID  > 1", "id > 2")]
    counts = []

    for tests in (filtered, [flights.spec("row_count"), *filtered]):
        before = len(flights.session.executed())
        results = flights.checks(*tests)
        counts.append(len(flights.session.executed()) - before)

    assert counts == [2, 1]
    assert [result.n_scope for result in results] == [4, 3, 3, 2]


def test_only_the_guilty_of_a_shared_scan_is_an_error(flights):
    innocent = [flights.spec("not_null", name=f"innocent {n}", column="id") for n in range(5)]
    guilty = flights.spec("row_expression", name="guilty", expression="CAST(origin AS INTEGER) > 1")

    results = flights.checks(*innocent[:3], guilty, *innocent[3:])

    assert [result.verdict for result in results] == ["pass", "pass", "pass", "error", "pass", "pass"]
    assert results[3].sentence.startswith("The test could not be measured: ")
    assert results[3].sql.startswith("SELECT ")
    assert results[3].n_fail is None


@pytest.mark.parametrize("example", ERRORS, ids=lambda example: example["sentence"])
def test_what_cannot_be_measured_is_an_error_in_words_and_never_green(flights, example):
    result = flights.check(**example["test"])

    assert result.verdict == "error"
    assert result.sentence.startswith(example["sentence"])


def test_severity_and_description_of_the_test_travel_with_the_result(flights):
    result = flights.check("row_count", min=99, severity="log", name="enough flights")

    assert (result.test, result.severity, result.verdict) == ("enough flights", "log", "fail")


def test_files_of_the_recipe_hold_sql(flights):
    test = flights.spec("sql_failing_rows", file="wrong.sql")

    (result,) = flights.checks(
        test, files={"wrong.sql": "SELECT id FROM flights.clean WHERE id = 3 ORDER BY fare;"}
    )

    assert result.n_fail == 2
    assert [row["id"] for row in result.evidence] == [3, 3]


def test_another_dialect_is_turned_into_the_hubs(flights):
    test = flights.spec(
        "row_expression", expression="origin ~ '^[A-Z]+$' AND id::text <> ''", where="id::text = '1'"
    )

    (result,) = flights.checks(test, dialect="postgres")

    assert (result.verdict, result.n_scope) == ("pass", 1)


def test_evidence_is_capped_ordered_whole_and_plain(lay):
    types = {
        "n": "BIGINT",
        "text": "VARCHAR",
        "when": "TIMESTAMP",
        "share": "DOUBLE",
        "name with \"quotes'": "VARCHAR",
    }
    rows = [[n, "long " * 100, datetime(2001, 1, 1), float("inf"), None] for n in range(50, 0, -1)]
    data = lay({"a.b": (types, rows)})

    result = data.check("range", column="n", min=100)

    assert result.n_fail == 50
    assert [row["n"] for row in result.evidence] == list(range(1, 21)), result.details
    assert set(result.evidence[0]) == set(types)
    assert result.evidence[0]["when"] == "2001-01-01T00:00:00"
    assert result.evidence[0]["share"] == "inf"
    assert len(result.evidence[0]["text"]) == 200
    assert result.details["columns"] == ["n"]
    json.dumps([result.evidence, result.details], allow_nan=False)


def test_evidence_that_cannot_be_fetched_does_not_change_the_verdict(flights, monkeypatch):
    asked = flights.session.query

    def refuses_rows(sql, **options):
        if "ORDER BY" in sql:
            raise StoreError("The store is tired.")
        return asked(sql, **options)

    monkeypatch.setattr(flights.session, "query", refuses_rows)

    result = flights.check("not_null", column="origin")

    assert (result.verdict, result.n_fail, result.evidence) == ("fail", 1, ())
    assert result.details["evidence_failed"] == "The store is tired."


def test_no_tests_cost_nothing(flights):
    before = len(flights.session.executed())

    assert flights.checks() == ()
    assert len(flights.session.executed()) == before


def test_more_tests_than_one_statement_holds(flights):
    tests = [flights.spec("range", name=str(n), column="id", min=-n) for n in range(250)]

    results = flights.checks(*tests)

    assert [result.test for result in results] == [str(n) for n in range(250)]
    assert {result.verdict for result in results} == {"pass"}
