"""A year of history made quickly: rows written straight into the tables after the model of one real run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max

from benchmarks import histories
from benchmarks.report import note
from benchmarks.rows import insert, plain_row, stamp
from hub.common.tables import count_what_is_in_them
from recipes.core.plan import Plan
from recipes.models import NodeRun, OrderRun, TestResult, TestSeries

EVERY = timedelta(minutes=5)
RED = 20  # one run in so many failed
TESTS = 10  # results a run
TURNS = 28  # sets of tests that the runs of a recipe take in turn: so a test has a result a day, about


class Year:
    """The rows of a year, made after one placed run of a recipe with four nodes or more."""

    def __init__(self, model: OrderRun, recipes: list[tuple[str, str]], count: int) -> None:
        self.model, self.recipes, self.count = model, recipes, count
        self.each, self.turns = TESTS, TURNS
        self.round = len(recipes) * TURNS  # runs from one result of a test to its next
        self.all_tests = self.round * TESTS
        self.end = datetime.now(UTC) - timedelta(hours=1)
        self.nodes = list(model.node_runs.all())
        self.first_series = 1 + (TestSeries.objects.aggregate(last=Max("pk"))["last"] or 0)
        self.tests = [test for tests in Plan.model_validate(model.plan).tests.values() for test in tests]

    def at(self, number: int) -> datetime:
        return self.end - (self.count - number) * EVERY

    def run(self, number: int) -> int:
        return self.model.pk + 1 + number

    def recipe_of(self, number: int) -> dict[str, str]:
        domain, recipe = self.recipes[number % len(self.recipes)]
        return {"domain": domain, "recipe": recipe}

    def failed(self, number: int, place: int) -> bool:
        """Say whether a result is red: some all the year, and two tests of each of the newest runs."""
        return (number % RED == 0 and place == 3) or (number >= self.count - self.round and place in (5, 6))

    def series_of(self, number: int, place: int) -> int:
        """Return the place of the series that a result belongs to."""
        turn = number // len(self.recipes) % TURNS
        return (number % len(self.recipes) * TURNS + turn) * TESTS + place

    def named(self, series: int) -> str:
        place, turn = series % TESTS, series // TESTS % TURNS
        return f"{self.tests[place % len(self.tests)].name}, {turn + 1}-{place + 1}"

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
        numbers = {"n_scope": 224, "n_applicable": 224, "unit": "rows", "expected": "between 200 and 260"}
        base = TestResult(run=self.model, node_run=self.nodes[0], attempt=1, at=self.end, **numbers)
        row = plain_row(base) | {"kitchen_id": self.model.kitchen_id}
        del row["id"]
        for number in range(self.count):
            at = stamp(self.at(number))
            for place in range(TESTS):
                test = self.tests[place % len(self.tests)]
                series = self.series_of(number, place)
                failed = self.failed(number, place)
                yield row | {
                    "run_id": self.run(number),
                    "node_run_id": self.node_id(number, place % len(self.nodes)),
                    **self.recipe_of(number),
                    "test": self.named(series),
                    "series_id": self.first_series + series,
                    "measure": 31.0 if failed else 224.0 + number % 17,
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


def build(model: OrderRun, recipes: list[tuple[str, str]], count: int) -> tuple[int, Year]:
    """Write `count` ended runs with nodes and ten test results each; return the id of the newest, and all of them."""
    year = Year(model, recipes, count)
    note(
        f"Writing {count:,} runs, {count * len(year.nodes):,} node runs and {count * TESTS:,} test results …"
    )
    insert(OrderRun, year.runs())
    insert(NodeRun, year.node_runs())
    histories.write(year)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in (one._meta.db_table for one in (OrderRun, NodeRun, TestSeries)):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                )
    return model.pk + count, year


def settle() -> None:
    """Let the database learn what is in its tables, as its upkeep, or the hub's, does within minutes of a change."""
    count_what_is_in_them()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")  # a million rows of a minute are no part of reading them
