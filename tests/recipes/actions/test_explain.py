"""How tests would be answered is said before a run, and is what the run then does."""

from __future__ import annotations

from textwrap import dedent

import pytest
from django.test import Client
from django.urls import reverse

from kitchens.models import Snapshot
from recipes.actions.runs.explain import explain_tests
from recipes.actions.runs.plans import Request
from recipes.models import NodeRun, OrderRun
from tests import factories
from tests.small_mesh import SmallMesh

DAILY = {
    "recipe.yaml": """\
        nodes:
          load: {kind: sql, file: load.sql, writes: {flights.raw: MODE}}
          clean: {kind: sql, file: clean.sql, writes: flights.clean}
        tests:
          enough: {node: load, check: row_count, min: 1}
          filled: {node: load, check: not_null, column: id}
          key: {node: load, check: unique, column: id}
          even: {node: load, check: row_expression, expression: "id % 1 = 0"}
          paid: {node: load, check: range, column: miles, min: 0, where: "id > 2"}
          known: {node: clean, check: foreign_key, column: id, to: flights.raw.id}
          asked: {node: clean, check: sql_failing_rows, sql: "SELECT * FROM flights.clean WHERE id < 0"}
        variations:
          production: {}
        """,
    "load.sql": """\
        SELECT i + (SELECT count(*) FROM flights.seen) AS id, i * 1.5 AS miles FROM generate_series(1, 50) AS t(i)
        """,
    "clean.sql": "SELECT id, miles FROM flights.raw\n",
}
SEEN = {
    "recipe.yaml": """\
        nodes:
          load: {kind: sql, file: load.sql, writes: {flights.seen: append}}
        variations: {production: {}}
        """,
    "load.sql": "SELECT i AS id FROM generate_series(1, 60) AS t(i)\n",
}


def request_for(mesh: SmallMesh) -> Request:
    return Request(mesh.kitchen, "flights", "daily", "production", as_of=mesh.now)


def logged(run: OrderRun) -> dict[str, str]:
    """Return the plan that each node of a run wrote into its log."""
    return {row.node: row.outcome["plan"] for row in NodeRun.objects.filter(run=run).order_by("id")}


@pytest.fixture(params=["embedded", pytest.param("postgresql", marks=pytest.mark.postgres)])
def stored(request: pytest.FixtureRequest, settings) -> None:
    """Each kind of data store, with monitors beside the tests."""
    settings.MONITORS, settings.DEFAULT_STORE = True, request.param
    if request.param == "postgresql":
        settings.STORE_URL = request.getfixturevalue("postgres_url")


@pytest.mark.parametrize("mode", ["replace", "append"])
def test_what_is_said_before_a_run_is_what_the_run_then_does(stored, mesh: SmallMesh, mode: str):
    mesh.write("ids", SEEN)
    mesh.write("daily", DAILY | {"recipe.yaml": DAILY["recipe.yaml"].replace("MODE", mode)})
    for _ in range(2):
        mesh.run("ids")
        assert mesh.run().status == "succeeded"
    mesh.run("ids")

    outlook = explain_tests(request_for(mesh))

    assert outlook.trouble == ""
    assert {one.node: one.plan.sentence for one in outlook.nodes} == logged(mesh.run())


def test_tests_of_data_that_is_not_there_yet_are_counted_apart(mesh: SmallMesh):
    mesh.write("ids", SEEN)
    mesh.write("daily", DAILY | {"recipe.yaml": DAILY["recipe.yaml"].replace("MODE", "replace")})

    outlook = explain_tests(request_for(mesh))

    assert (outlook.unseen, outlook.plan.tests) == (7, 0)


def test_explaining_runs_and_publishes_nothing(mesh: SmallMesh):
    mesh.write("ids", SEEN)
    mesh.write("daily", DAILY | {"recipe.yaml": DAILY["recipe.yaml"].replace("MODE", "replace")})
    mesh.run("ids")
    mesh.run()
    before = Snapshot.objects.count(), NodeRun.objects.count()

    explain_tests(request_for(mesh))

    assert (Snapshot.objects.count(), NodeRun.objects.count()) == before


def test_the_order_form_says_how_its_tests_are_answered(mesh: SmallMesh, client: Client):
    mesh.write("ids", SEEN)
    mesh.write("daily", DAILY | {"recipe.yaml": DAILY["recipe.yaml"].replace("MODE", "replace")})
    mesh.run("ids")
    mesh.run()
    client.force_login(factories.make_person("ann", role="viewer"))
    there = ["production", "flights", "daily", "production"]

    form = client.get(reverse("order-new", args=there)).content.decode()
    told = client.get(reverse("order-tests", args=there)).content.decode()

    assert reverse("order-tests", args=there) in form
    assert "7 tests: 3 from statistics, 3 statements, 1 scan." in told


def test_a_value_that_only_the_order_gives_is_named_as_the_reason(mesh: SmallMesh, client: Client):
    recipe = DAILY["recipe.yaml"].replace("MODE", "replace")
    mesh.write(
        "daily", DAILY | {"recipe.yaml": "values:\n  day: {type: date, required: true}\n" + dedent(recipe)}
    )
    client.force_login(factories.make_person("ann", role="viewer"))

    told = client.get(reverse("order-tests", args=["production", "flights", "daily", "production"]))

    assert "It cannot be said before the run." in told.content.decode()
    assert "day" in told.content.decode()
