"""Files of other tools say what they said there: no status is turned into a better one."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from hub.common.errors import HubError, InvalidError
from hub.trials.events import examples
from monitoring.core.events.files import FileKind, read_file, with_manifest
from monitoring.core.events.importing import Given

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def outcomes(kind: FileKind, found, **given) -> dict:
    body = found.encode() if isinstance(found, str) else json.dumps(found).encode()
    reads = list(read_file(kind, body, Given(NOW, **given)))
    assert [read.fault for read in reads if read.fault] == []
    return {one.name: one for read in reads for one in read.event.outcomes}


def run_of(kind: FileKind, found) -> str:
    body = found.encode() if isinstance(found, str) else json.dumps(found).encode()
    return next(read.event.status.status for read in read_file(kind, body, Given(NOW)) if read.place == "run")


def test_dbt_keeps_what_its_failures_count():
    found = outcomes(FileKind.DBT, examples.FILES["dbt"])

    unique = found["unique_orders_id"]
    assert (unique.verdict, unique.n_fail, unique.details["n_fail_unit"]) == ("fail", 3, "duplicated values")
    assert (unique.dataset, unique.columns, unique.owner, unique.severity) == (
        "sales.orders",
        ("id",),
        "ann",
        "stop",
    )
    assert (found["relationships_orders_customer"].verdict, found["orders.adds_up"].verdict) == (
        "error",
        "skipped",
    )
    assert found["accepted_values_orders_status"].severity == "warn"


def test_dbt_without_its_manifest_still_has_verdicts():
    found = outcomes(FileKind.DBT, examples.DBT)

    assert found["unique_orders_id"].verdict == "fail"
    assert found["unique_orders_id"].dataset == ""


def test_the_files_of_dbt_may_come_apart():
    body = with_manifest(json.dumps(examples.DBT).encode(), json.dumps(examples.MANIFEST).encode())

    assert [read.fault for read in read_file(FileKind.DBT, body, Given(NOW)) if read.fault] == []


def test_an_expectation_that_raised_is_an_error_and_no_failure():
    found = outcomes(FileKind.GX, examples.GX)

    gone = found["expect_column_max_to_be_between gone"]
    assert (gone.verdict, gone.message, gone.expected) == ("error", "No column gone", "between 1 and 9")
    amount = found["expect_column_values_to_be_between amount"]
    assert (amount.n_scope, amount.n_applicable, amount.n_fail) == (100, 90, 0)


def test_values_of_failing_rows_are_not_taken_from_files():
    assert all(
        one.evidence is None for kind in FileKind for one in outcomes(kind, examples.FILES[kind]).values()
    )


def test_a_check_of_soda_without_an_outcome_was_not_evaluated():
    found = outcomes(FileKind.SODA, examples.SODA)

    assert found["schema is right"].verdict == "not_evaluated"
    assert found["schema is right"].message == "The query failed."


def test_junit_tells_errors_from_failures():
    found = outcomes(FileKind.JUNIT, examples.JUNIT)

    assert {name.rpartition("::")[2]: str(one.verdict) for name, one in found.items()} == {
        "test_ids[1]": "pass", "test_sum": "fail", "test_read": "error", "test_later": "skipped",
    }  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in FileKind if kind is not FileKind.OPENLINEAGE])
def test_a_file_with_something_red_is_a_failed_run(kind):
    assert run_of(kind, examples.FILES[kind]) == "FAILED"


def test_a_test_in_both_facets_of_openlineage_counts_once_with_what_either_says():
    found = outcomes(FileKind.OPENLINEAGE, examples.OPENLINEAGE)

    test = found["unique_orders_id"]
    assert (test.dataset, test.columns, test.severity, test.expected, test.measure) == (
        "sales.orders", ("id",), "warn", "0", 3.0,
    )  # fmt: skip


def test_facets_of_openlineage_add_up():
    silent = examples.OPENLINEAGE[1] | {
        "eventType": "RUNNING",
        "inputs": [],
        "run": examples.OPENLINEAGE[0]["run"],
    }

    assert set(outcomes(FileKind.OPENLINEAGE, [*examples.OPENLINEAGE, silent])) >= {
        "unique_orders_id",
        "fresh",
    }


def test_a_failed_run_of_openlineage_says_nothing_of_its_tests():
    failed = examples.OPENLINEAGE[1] | {"eventType": "FAIL"}

    assert outcomes(FileKind.OPENLINEAGE, failed)["fresh"].verdict == "pass"


@pytest.mark.parametrize(
    "bomb", ["<!DOCTYPE a [<!ENTITY b 'c'>]><testsuites/>", "<a/>", "<testsuites/>", "<testsuites>"]
)
def test_xml_that_is_no_junit_is_refused(bomb):
    with pytest.raises(HubError):
        list(read_file(FileKind.JUNIT, bomb.encode(), Given(NOW)))


def test_a_file_of_another_kind_is_refused_with_a_hint():
    with pytest.raises(InvalidError) as refused:
        list(read_file(FileKind.DBT, b"{}", Given(NOW)))

    assert "right kind of file" in refused.value.remedy


@pytest.mark.parametrize(
    "strange", ["[" * 3000 + "]" * 3000, '{"a":' * 3000 + "1" + "}" * 3000, "NaN", "9" * 5000, '"\\ud800"']
)
def test_a_part_that_nothing_can_hold_spoils_no_other(strange):
    text = json.dumps(examples.SODA).replace('"row_count > 0"', strange)

    reads = list(read_file(FileKind.SODA, text.encode(), Given(NOW)))

    assert [read.fault is None for read in reads] == [False, True, True, True]
