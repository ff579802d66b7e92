"""The series of a test: one row over time, kept by the node that judges it."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection

from recipes.models import TestResult, TestSeries
from tests.factories import FLIGHT_TESTS, FLIGHTS, make_node_run, make_result, make_run

RECIPE = {
    "recipe.yaml": """
        description: Rows, as many as are asked for
        values: {rows: {type: integer, default: 3}, tries: {type: integer, default: 0}}
        nodes: {load: {kind: python, file: load.py, writes: flights.raw, retries: 1, backoff: 1}}
        tests:
          enough: {node: load, check: row_count, min: 3, dataset: flights.raw}
          no null: {node: load, check: not_null, column: n, dataset: flights.raw, severity: warn}
        variations: {production: {}}
    """,
    "load.py": """
        def run(context):
            context.write("flights.raw", [{"n": n} for n in range(context.values["rows"])])
    """,
}


def test_a_series_follows_its_newest_result(mesh) -> None:
    mesh.write("daily", RECIPE)
    mesh.run()
    mesh.forward(60)
    first_red = mesh.run(values={"rows": 1})
    mesh.forward(60)
    mesh.run(values={"rows": 2})

    series = TestSeries.objects.get(test="enough")

    assert (series.verdict, series.n_results, series.n_red, series.node) == ("fail", 3, 2, "load")
    assert series.red_since == first_red.test_results.get(test="enough").at
    assert series.last == TestResult.objects.filter(test="enough").latest("pk")
    assert set(series.results.values_list("test", flat=True)) == {"enough"}


def test_a_green_result_ends_the_red_of_a_series(mesh) -> None:
    mesh.write("daily", RECIPE)
    mesh.run(values={"rows": 1})
    mesh.run()

    series = TestSeries.objects.get(test="enough")

    assert (series.verdict, series.red_since, series.n_red) == ("pass", None, 1)


def test_a_series_knows_the_column_it_is_about_and_its_severity(mesh) -> None:
    mesh.write("daily", RECIPE)
    mesh.run()

    series = TestSeries.objects.get(test="no null")

    assert (series.column, series.severity, series.check_name) == ("n", "warn", "not_null")


def test_kitchens_have_series_of_their_own(mesh) -> None:
    mesh.write("daily", RECIPE)
    mesh.run()
    child = mesh.child()
    mesh.run(kitchen=child, values={"rows": 1})

    verdicts = dict(TestSeries.objects.filter(test="enough").values_list("kitchen_id", "verdict"))

    assert verdicts == {mesh.kitchen.pk: "pass", child.pk: "fail"}


@pytest.mark.django_db
def test_the_migration_gives_old_results_their_series() -> None:
    """In chunks of two, so that more than one is needed."""
    migration = import_module("recipes.migrations.0003_series_of_tests")
    for verdict, tries in (("pass", 1), ("fail", 2), ("error", 1)):
        run = make_run()
        node_run = make_node_run(run, FLIGHTS[0])
        node_run.attempt = tries
        node_run.save()
        for attempt in range(1, tries + 1):
            make_result(node_run, FLIGHT_TESTS[0], verdict, attempt=attempt)
    make_result(node_run, FLIGHT_TESTS[1], "warn")
    migration.CHUNK, before = 2, migration.CHUNK

    migration.fill_series(None, SimpleNamespace(connection=connection))

    migration.CHUNK = before
    series = TestSeries.objects.get(test="enough flights")
    reds = TestResult.objects.filter(test="enough flights", verdict__in=["fail", "error"], counts=True)
    assert (series.verdict, series.n_results, series.n_red, series.node) == ("error", 3, 2, "load")
    assert series.red_since == reds.first().at
    assert series.last == reds.last()
    assert list(TestResult.objects.filter(counts=False).values_list("verdict", "attempt")) == [("fail", 1)]
    assert not TestResult.objects.filter(series=None).exists()
    assert TestSeries.objects.get(test="no flight twice").n_warned == 1
