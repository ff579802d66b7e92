"""Valid events and files of every kind that is taken, as the tools write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

AT = datetime(2026, 3, 1, 5, tzinfo=UTC)
WHEN = "2026-03-01T05:00:00Z"
_OWN = {
    "event_time": WHEN,
    "source": "airflow eu",
    "component": {"kind": "pipeline", "key": "orders_daily", "name": "Orders of a day"},
    "run": {"key": "scheduled__2026-03-01", "attempt": 1},
}
OWN: dict[str, Any] = {
    "run status": _OWN
    | {"type": "run-status", "status": "COMPLETED", "rows_in": 1200, "rows_out": 1188, "labels": {"team": "sales"},
       "code": {"repo": "git@example.org:sales.git", "commit": "5f2c1e0", "branch": "main", "dirty": False}},
    "stage": _OWN | {"type": "run-status", "status": "RUNNING", "stage": {"key": "load", "name": "Load", "order": 1}},
    "test outcomes": _OWN
    | {
        "type": "test-outcomes",
        "test_outcomes": [
            {"key": "orders.id.unique", "name": "ids are unique", "status": "PASSED", "dataset": "sales.orders",
             "columns": ["id"], "n_scope": 1188, "n_applicable": 1188, "n_fail": 0},
            {"key": "orders.amount.range", "name": "amounts are sane", "status": "FAILED", "severity": "warn",
             "dataset": {"namespace": "warehouse", "name": "orders"}, "n_applicable": 1188, "n_fail": 3,
             "expected": {"low": 0, "high": 10000}, "measure": 3, "unit": "rows", "started_at": WHEN, "ended_at": WHEN},
        ],
    },
    "metric": _OWN | {"type": "metric-log", "key": "rows", "value": 1188, "unit": "rows", "lower": 1000, "upper": 2000},
    "message": _OWN | {"type": "message-log", "level": "WARNING", "message": "One file came twice."},
    "dataset operation": _OWN
    | {"type": "dataset-operation", "operation": "WRITE", "dataset": "sales.orders", "row_count": 1188,
       "columns": [{"name": "id", "type": "BIGINT"}], "lifecycle": "overwrite"},
}  # fmt: skip
# DataKitchen's Events API: kind -> version 1 (flat keys) and version 2 (a nested component).
_FLAT = {
    "event_timestamp": "2026-03-01T05:00:00", "pipeline_key": "orders", "run_key": "42", "run_name": "Orders 42",
    "component_tool": "talend", "metadata": {"host": "etl-1"}, "payload_keys": ["p1"],
}  # fmt: skip
_NESTED = {
    "event_timestamp": "2026-03-01T05:00:00+00:00",
    "component": {"batch_pipeline": {"batch_pipeline_key": "orders", "run_key": "42", "task_key": "load"}},
}
_TESTED = [
    {
        "name": "rows came",
        "status": "PASSED",
        "metric_value": 12.0,
        "min_threshold": 1,
        "dimensions": ["volume"],
    }
]
DATAKITCHEN: dict[str, tuple[Any, Any]] = {
    "run-status": (_FLAT | {"status": "COMPLETED_WITH_WARNINGS"}, _NESTED | {"status": "RUNNING"}),
    "test-outcomes": (_FLAT | {"test_outcomes": _TESTED}, _NESTED | {"test_outcomes": _TESTED}),
    "metric-log": (
        _FLAT | {"metric_key": "rows", "metric_value": 12.5},
        _NESTED | {"metric_entries": [{"key": "rows", "value": 12}, {"key": "bytes", "value": 4e6}]},
    ),
    "message-log": (
        _FLAT | {"log_level": "ERROR", "message": "Disk full."},
        _NESTED | {"log_entries": [{"level": "INFO", "message": "Begun."}]},
    ),
    "dataset-operation": (
        {"dataset_key": "lake.orders", "event_timestamp": WHEN, "operation": "WRITE", "path": "/lake/orders"},
        {"component": {"dataset": {"dataset_key": "lake.orders"}}, "operation": "READ"},
    ),
}
_TIMING = [{"name": "execute", "started_at": "2026-03-01T04:59:58Z", "completed_at": "2026-03-01T04:59:59Z"}]
DBT: dict[str, Any] = {
    "metadata": {
        "dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json", "dbt_version": "1.9.1",
        "generated_at": WHEN, "invocation_id": "0b8f9a53-2a43-4c4e-9b06-5c0b53a0a7a1",
    },
    "results": [
        {"status": "success", "timing": _TIMING, "execution_time": 1.0, "message": "SELECT 1188", "failures": None,
         "unique_id": "model.shop.orders"},
        {"status": "pass", "timing": _TIMING, "execution_time": 0.1, "message": None, "failures": 0,
         "unique_id": "test.shop.not_null_orders_id.cf6c17daed"},
        {"status": "fail", "timing": _TIMING, "execution_time": 0.2, "message": "Got 3 results, configured to fail if != 0",
         "failures": 3, "unique_id": "test.shop.unique_orders_id.fed79b3a6e", "compiled_code": "select id from orders"},
        {"status": "warn", "timing": [], "execution_time": 0.2, "message": "Got 1 result", "failures": 1,
         "unique_id": "test.shop.accepted_values_orders_status.1f2a"},
        {"status": "error", "timing": [], "execution_time": 0.0, "message": "Database Error: column \"id\" does not exist",
         "failures": None, "unique_id": "test.shop.relationships_orders_customer.9be0"},
        {"status": "skipped", "timing": [], "message": None, "failures": None, "unique_id": "unit_test.shop.orders.adds_up"},
    ],
    "elapsed_time": 12.5,
    "args": {"which": "build"},
}  # fmt: skip
MANIFEST: dict[str, Any] = {
    "nodes": {
        "test.shop.unique_orders_id.fed79b3a6e": {
            "name": "unique_orders_id", "column_name": "id", "attached_node": "model.shop.orders",
            "test_metadata": {"name": "unique", "kwargs": {"column_name": "id"}},
            "config": {"severity": "ERROR", "meta": {"owner": "ann"}}, "description": "Every order has its own id.",
        },
        "test.shop.accepted_values_orders_status.1f2a": {
            "name": "accepted_values_orders_status", "config": {"severity": "warn"},
            "test_metadata": {"name": "accepted_values", "kwargs": {}},
        },
        "model.shop.orders": {"name": "orders", "schema": "sales", "alias": "orders"},
    }
}  # fmt: skip
GX: dict[str, Any] = {
    "success": False,
    "results": [
        {"success": False, "expectation_config": {"expectation_type": "expect_column_values_to_not_be_null",
                                                  "kwargs": {"column": "id", "batch_id": "7f"}, "meta": {}},
         "result": {"element_count": 100, "unexpected_count": 4, "unexpected_percent": 4.0,
                    "partial_unexpected_list": [None, None]},
         "exception_info": {"raised_exception": False, "exception_message": None, "exception_traceback": None}},
        {"success": False, "expectation_config": {"type": "expect_column_max_to_be_between", "severity": "warning",
                                                  "kwargs": {"column": "gone", "min_value": 1, "max_value": 9}},
         "result": {},
         "exception_info": {"('column.max', 'x', ())": {"raised_exception": True, "exception_message": "No column gone"}}},
        {"success": True, "expectation_config": {"expectation_type": "expect_column_values_to_be_between",
                                                 "kwargs": {"column": "amount", "min_value": 0, "max_value": 100}},
         "result": {"element_count": 100, "missing_count": 10, "unexpected_count": 0, "observed_value": 12.5}},
    ],
    "statistics": {"evaluated_expectations": 3, "successful_expectations": 1},
    "meta": {"run_id": {"run_name": "nightly", "run_time": "2026-03-01T05:00:00+00:00"},
             "expectation_suite_name": "orders", "active_batch_definition": {"data_asset_name": "orders"}},
}  # fmt: skip
SODA: dict[str, Any] = {
    "definitionName": "orders scan",
    "scanStartTimestamp": "2026-03-01T04:59:00+00:00", "scanEndTimestamp": "2026-03-01T05:00:00+00:00",
    "hasErrors": False, "hasFailures": True, "hasWarnings": False,
    "checks": [
        {"identity": "metric-orders-row_count", "name": "row_count > 0", "type": "generic", "table": "orders",
         "column": None, "outcome": "pass", "outcomeReasons": [], "diagnostics": {"value": 1188}},
        {"identity": "metric-orders-missing", "name": "missing_count(id) = 0", "type": "generic", "table": "orders",
         "column": "id", "outcome": "fail", "outcomeReasons": [], "diagnostics": {"value": 4, "fail": {"greaterThan": 0}}},
        {"identity": "metric-orders-schema", "name": "schema is right", "type": "generic", "table": "orders",
         "outcome": None, "outcomeReasons": [{"code": "x", "message": "The query failed."}]},
    ],
    "logs": [],
}  # fmt: skip
JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites name="orders"><testsuite name="pytest" tests="4" timestamp="2026-03-01T05:00:00+00:00" time="1.5">
<testcase classname="tests.test_orders" name="test_ids[1]" time="0.5"/>
<testcase classname="tests.test_orders" name="test_sum" time="0.7"><failure message="assert 3 == 4">trace</failure></testcase>
<testcase classname="tests.test_orders" name="test_read" time="0.1"><error message="no connection"/></testcase>
<testcase classname="tests.test_orders" name="test_later"><skipped message="not yet"/></testcase>
</testsuite></testsuites>
"""
_JOB = {"eventTime": WHEN, "producer": "https://github.com/OpenLineage/OpenLineage/tree/1.30.0/integration/dbt",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "job": {"namespace": "warehouse", "name": "shop.orders"}}  # fmt: skip
_RUN = {"runId": "7c1c5d2e-0f50-4cb2-9d4b-6b3f1b6f0001"}
OPENLINEAGE: list[Any] = [
    _JOB
    | {"eventType": "START", "run": _RUN | {"facets": {"parent": {"run": {"runId": "p-1"}}}},
       "eventTime": "2026-03-01T04:59:00Z"},
    _JOB
    | {
        "eventType": "COMPLETE",
        "run": _RUN
        | {"facets": {"test": {"tests": [
            {"name": "unique_orders_id", "status": "fail", "severity": "warn", "type": "unique", "expected": "0",
             "actual": "3"},
            {"name": "fresh", "status": "pass"}]}}},
        "inputs": [{"namespace": "warehouse", "name": "sales.orders",
                    "inputFacets": {"dataQualityAssertions": {"assertions": [
                        {"assertion": "unique", "name": "unique_orders_id", "success": False, "column": "id"}]}}}],
        "outputs": [{"namespace": "warehouse", "name": "sales.daily",
                     "facets": {"schema": {"fields": [{"name": "day", "type": "DATE"}]}},
                     "outputFacets": {"outputStatistics": {"rowCount": 31, "size": 4096}}}],
    },
]  # fmt: skip
FILES: dict[str, Any] = {
    "dbt": {"run_results": DBT, "manifest": MANIFEST}, "gx": GX, "soda": SODA, "junit": JUNIT, "openlineage": OPENLINEAGE,
}  # fmt: skip
