"""A year of history made quickly: rows written straight into the tables, for measuring pages only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from benchmarks.report import note
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from recipes.models import NodeRun, Order, OrderRun, TestResult

BATCH = 20_000
DOMAINS = ("sales", "logistics", "finance", "marketing", "reference")
RECIPES = ("daily", "hourly", "monthly", "catalogue")
NODES = ("load", "clean", "join", "sum_up")
END = datetime(2026, 11, 1, tzinfo=UTC)


def plain_row(thing: models.Model) -> dict[str, Any]:
    """Return column -> database value of an unsaved object, without its id where that is automatic."""
    return {
        field.column: field.get_db_prep_save(field.pre_save(thing, add=True), connection)
        for field in thing._meta.concrete_fields
    }


def insert(model: type[models.Model], rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows of column -> value in batches, as fast as each database allows."""
    table, batch = model._meta.db_table, []
    for row in rows:
        batch.append(row)
        if len(batch) >= BATCH:
            _insert(table, batch)
            batch = []
    if batch:
        _insert(table, batch)


def _insert(table: str, batch: list[dict[str, Any]]) -> None:
    columns = ", ".join(f'"{name}"' for name in batch[0])
    values = [tuple(row.values()) for row in batch]
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                for value in values:
                    copy.write_row(value)
        else:
            marks = ", ".join(["%s"] * len(batch[0]))
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', values)


def stamp(at: datetime) -> Any:
    return at if connection.vendor == "postgresql" else at.replace(tzinfo=None).isoformat(" ")


def runs(kitchen: Kitchen, count: int) -> Iterator[dict[str, Any]]:
    """Yield `count` finished runs over a year, one in twenty failed; ids from 1."""
    order = Order.objects.create(
        kitchen=kitchen,
        domain="sales",
        recipe="daily",
        variation="production",
        placed_at=END,
        kind="schedule",
    )
    base = plain_row(
        OrderRun(
            order=order,
            kitchen=kitchen,
            domain="",
            recipe="",
            variation="production",
            commit="0" * 40,
            plan={},
            placed_at=END,
            total=len(NODES),
            done=len(NODES),
            tests_total=10,
        )
    )
    plan = json.dumps(
        {
            "domain": "sales",
            "recipe": "daily",
            "variation": "production",
            "commit": "",
            "tree": "",
            "nodes": [{"name": node, "kind": "sql"} for node in NODES],
        }
    )
    for number in range(1, count + 1):
        at = END - timedelta(minutes=(count - number) * 5)
        failed = number % 20 == 0
        yield base | {
            "id": number,
            "chain": number,
            "domain": DOMAINS[number % 5],
            "recipe": RECIPES[number % 4],
            "status": "failed" if failed else "succeeded",
            "plan": plan,
            "reason": "Failed at clean: 31 of 224 rows name an unknown airport." if failed else "",
            "placed_at": stamp(at),
            "started_at": stamp(at),
            "ended_at": stamp(at + timedelta(seconds=70)),
            "tests_failed": int(failed),
        }


def node_runs(count: int) -> Iterator[dict[str, Any]]:
    base = plain_row(NodeRun(run_id=1, node="", kind="sql", place=0, attempt=1))
    for run in range(1, count + 1):
        at = END - timedelta(minutes=(count - run) * 5)
        for place, node in enumerate(NODES):
            failed = run % 20 == 0 and place == 1
            yield base | {
                "id": (run - 1) * len(NODES) + place + 1,
                "run_id": run,
                "node": node,
                "place": place,
                "status": "failed" if failed else "succeeded",
                "started_at": stamp(at + timedelta(seconds=place * 15)),
                "ended_at": stamp(at + timedelta(seconds=place * 15 + 12)),
            }


def test_results(kitchen: Kitchen, runs_count: int, each: int) -> Iterator[dict[str, Any]]:
    base = plain_row(
        TestResult(
            run_id=1,
            node_run_id=1,
            attempt=1,
            kitchen_id=kitchen.pk,
            domain="",
            recipe="",
            test="",
            check_name="row_count",
            dataset="sales.orders",
            severity="stop",
            verdict="pass",
            sentence="224 rows, at least 150 expected.",
            n_scope=224,
            n_applicable=224,
            n_fail=0,
            measure=224.0,
            unit="rows",
            expected="at least 150",
            at=END,
        )
    )
    for run in range(1, runs_count + 1):
        at = stamp(END - timedelta(minutes=(runs_count - run) * 5))
        for test in range(each):
            failed = run % 20 == 0 and test == 3
            yield base | {
                "run_id": run,
                "node_run_id": (run - 1) * len(NODES) + test % len(NODES) + 1,
                "at": at,
                "domain": DOMAINS[run % 5],
                "recipe": RECIPES[run % 4],
                "test": f"test number {test}",
                "dataset": f"{DOMAINS[run % 5]}.table_{test}",
                "verdict": "fail" if failed else "pass",
            }


def build(kitchen: Kitchen, run_count: int, tests_each: int) -> None:
    """Write a year of history: `run_count` runs with four nodes and `tests_each` test results each."""
    note(f"Writing {run_count:,} runs and {run_count * tests_each:,} test results for {THE_HUB.name} …")
    insert(OrderRun, runs(kitchen, run_count))
    insert(NodeRun, node_runs(run_count))
    results = (
        {k: v for k, v in row.items() if k != "id"} for row in test_results(kitchen, run_count, tests_each)
    )
    insert(TestResult, results)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for model in (OrderRun, NodeRun):
                table = model._meta.db_table
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                )
        cursor.execute("ANALYZE")
