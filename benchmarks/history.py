"""A year of history made quickly: rows written straight into the tables after the model of one real run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from benchmarks.report import note
from recipes.core.plan import Plan
from recipes.models import NodeRun, OrderRun, TestResult

BATCH = 20_000
EVERY = timedelta(minutes=5)
RED = 20  # one run in so many failed
TESTS = 10  # results a run


def plain_row(thing: models.Model) -> dict[str, Any]:
    """Return column -> database value of an object."""
    return {
        field.column: field.get_db_prep_save(field.pre_save(thing, add=False), connection)
        for field in thing._meta.concrete_fields
    }


def insert(model: type[models.Model], rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows of column -> value in batches, as fast as each database allows."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= BATCH:
            _insert(model._meta.db_table, batch)
            batch = []
    if batch:
        _insert(model._meta.db_table, batch)


def _insert(table: str, batch: list[dict[str, Any]]) -> None:
    columns = ", ".join(f'"{name}"' for name in batch[0])
    marks = ", ".join(["%s"] * len(batch[0]))
    values = [tuple(row.values()) for row in batch]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', values)


def stamp(at: datetime) -> Any:
    """Return a moment as the database's driver takes it."""
    return at if connection.vendor == "postgresql" else at.replace(tzinfo=None).isoformat(" ")


class Year:
    """The rows of a year, made after one placed run of a recipe with four nodes or more."""

    def __init__(self, model: OrderRun, recipes: list[tuple[str, str]], count: int) -> None:
        self.model, self.recipes, self.count = model, recipes, count
        self.end = datetime.now(UTC) - timedelta(hours=1)
        self.nodes = list(model.node_runs.all())
        self.tests = [test for tests in Plan.model_validate(model.plan).tests.values() for test in tests]

    def at(self, number: int) -> datetime:
        return self.end - (self.count - number) * EVERY

    def runs(self) -> Iterator[dict[str, Any]]:
        base = plain_row(self.model) | {"slot": None, "done": len(self.nodes), "tests_total": TESTS}
        for number in range(self.count):
            domain, recipe = self.recipes[number % len(self.recipes)]
            at, failed = self.at(number), number % RED == 0
            yield base | {
                "id": self.model.pk + 1 + number,
                "chain": self.model.pk + 1 + number,
                "domain": domain,
                "recipe": recipe,
                "status": "failed" if failed else "succeeded",
                "reason": "Failed at orders: 31 of 224 rows name an unknown shop." if failed else "",
                **dict.fromkeys(("placed_at", "turn_at", "started_at"), stamp(at)),
                "ended_at": stamp(at + timedelta(seconds=70)),
                "tests_failed": int(failed),
            }

    def node_runs(self) -> Iterator[dict[str, Any]]:
        bases = [plain_row(node) | {"attempt": 1, "unmet": 0} for node in self.nodes]
        for number in range(self.count):
            at = self.at(number)
            for place, base in enumerate(bases):
                yield base | {
                    "id": self.node_id(number, place),
                    "run_id": self.model.pk + 1 + number,
                    "status": "failed" if number % RED == 0 and place == 1 else "succeeded",
                    "started_at": stamp(at + timedelta(seconds=place * 15)),
                    "ended_at": stamp(at + timedelta(seconds=place * 15 + 12)),
                }

    def node_id(self, number: int, place: int) -> int:
        return self.nodes[-1].pk + 1 + number * len(self.nodes) + place

    def results(self) -> Iterator[dict[str, Any]]:
        numbers = {"n_scope": 224, "n_applicable": 224, "measure": 224.0, "unit": "rows"}
        base = TestResult(run=self.model, node_run=self.nodes[0], attempt=1, at=self.end, **numbers)
        row = plain_row(base) | {"kitchen_id": self.model.kitchen_id}
        del row["id"]
        for number in range(self.count):
            domain, recipe = self.recipes[number % len(self.recipes)]
            at = stamp(self.at(number))
            for place in range(TESTS):
                test = self.tests[place % len(self.tests)]
                failed = number % RED == 0 and place == 3
                yield row | {
                    "run_id": self.model.pk + 1 + number,
                    "node_run_id": self.node_id(number, place % len(self.nodes)),
                    "domain": domain,
                    "recipe": recipe,
                    "test": test.name if place < len(self.tests) else f"{test.name} {place}",
                    "check_name": test.check,
                    "dataset": test.dataset,
                    "severity": "stop",
                    "verdict": "fail" if failed else "pass",
                    "sentence": "31 of 224 rows name an unknown shop."
                    if failed
                    else "All 224 rows keep the rule.",
                    "n_fail": 31 if failed else 0,
                    "at": at,
                }


def build(model: OrderRun, recipes: list[tuple[str, str]], count: int) -> int:
    """Write `count` ended runs with their nodes and ten test results each; return the id of the newest."""
    year = Year(model, recipes, count)
    note(
        f"Writing {count:,} runs, {count * len(year.nodes):,} node runs and {count * TESTS:,} test results …"
    )
    insert(OrderRun, year.runs())
    insert(NodeRun, year.node_runs())
    insert(TestResult, year.results())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in (OrderRun._meta.db_table, NodeRun._meta.db_table):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                )
        cursor.execute("ANALYZE")
    return model.pk + count
