"""Tests of what other tools have told: events come in by HTTP, a run is ordered, its tests have heard of them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from monitoring.models import ExternalComponent
from recipes.actions.runs.told import told_to_tests
from recipes.core.spec.model import TestSpec
from recipes.models import OrderRun, TestResult
from tests.small_mesh import SmallMesh

RECIPE = """
    description: After the warehouse
    nodes:
      load: {kind: python, file: load.py, writes: flights.raw}
    tests:
      the warehouse is done: {node: load, check: run_status, component: orders, within: 6 h, severity: warn}
      few are rejected: {node: load, check: event_metric, component: orders, metric: rejected, max: 10, severity: warn}
      nobody complains: {node: load, check: log_pattern, component: orders, pattern: gave up, severity: warn}
      it is cheap: {node: load, check: run_cost, component: orders, of: cost, max: 5, severity: warn}
      it writes little: {node: load, check: run_cost, of: rows, max: 2, severity: warn}
    fixtures:
      small: {description: Two flights}
    variations:
      production: {}
"""
LOAD = """
    def run(context):
        context.write("flights.raw", [{"n": n} for n in range(3)])
"""
FIXTURE = {"fixtures/small/flights.raw.csv": "n\n1\n2\n"}
NOTHING_TOLD = "No event has ever told of a component orders; the page Events lists those there are."


@pytest.fixture
def tool(mesh: SmallMesh, client: Client):
    """Send an event of the component `orders` by HTTP, as a person who may."""
    mesh.write("daily", {"recipe.yaml": RECIPE, "load.py": LOAD} | FIXTURE)
    mesh.person("ann")
    client.login(username="ann", password="calm control room")
    sent = iter(range(1000))

    def send(kind: str, at: datetime | None = None, **facts: Any) -> None:
        event = {
            "type": kind,
            "event_id": f"e{next(sent)}",
            "event_time": (at or mesh.now).isoformat(),
            "source": "airflow",
            "component": {"kind": "pipeline", "key": "orders"},
            "run": {"key": "r-1"},
        }
        body = json.dumps(event | facts)
        answer = client.post("/api/v1/events", data=body, content_type="application/json")
        assert answer.status_code == 200, answer.content

    return send


def verdicts(run: OrderRun) -> dict[str, str]:
    return dict(TestResult.objects.filter(run=run, counts=True).values_list("test", "verdict"))


def sentences(run: OrderRun) -> dict[str, str]:
    return dict(TestResult.objects.filter(run=run, counts=True).values_list("test", "sentence"))


def test_a_run_hears_what_events_told_until_its_node_begins(mesh: SmallMesh, tool):
    tool("run-status", mesh.now - timedelta(hours=1), status="COMPLETED", cost=3.5)
    tool("metric-log", mesh.now - timedelta(minutes=9), metric_key="rejected", metric_value=4, unit="rows")
    tool("message-log", level="INFO", message="all handed over")

    run = mesh.run()

    assert verdicts(run) == {
        "the warehouse is done": "pass",
        "few are rejected": "pass",
        "nobody complains": "pass",
        "it is cheap": "pass",
        "it writes little": "fail",
    }
    assert sentences(run)["few are rejected"] == (
        "rejected of orders was 4 rows at 2026-03-10 08:51 UTC (expected at most 10)."
    )


def test_what_went_wrong_elsewhere_turns_the_tests_red(mesh: SmallMesh, tool):
    tool("run-status", status="FAILED", cost=50)
    tool("metric-log", metric_key="rejected", metric_value=400)
    tool("message-log", level="ERROR", message="gave up after 3 tries")

    run = mesh.run()

    found = verdicts(run)
    assert {name for name, verdict in found.items() if verdict == "fail"} == set(found)
    (row,) = TestResult.objects.get(run=run, test="nobody complains").evidence
    assert row["message"] == "gave up after 3 tries"


def test_a_component_nobody_has_told_of_is_an_error_that_says_where_to_look(mesh: SmallMesh, tool):
    run = mesh.run()

    assert verdicts(run)["the warehouse is done"] == "error"
    assert sentences(run)["the warehouse is done"] == NOTHING_TOLD


def test_an_old_event_is_no_answer_and_a_later_one_is_by_the_next_run(mesh: SmallMesh, tool):
    tool("run-status", mesh.now - timedelta(hours=7), status="COMPLETED")
    late = mesh.run()
    tool("run-status", status="COMPLETED", run={"key": "r-2"})

    assert "it is missing" in sentences(late)["the warehouse is done"]
    assert verdicts(mesh.run())["the warehouse is done"] == "pass"


def test_what_happens_after_the_run_does_not_count(mesh: SmallMesh, tool):
    tool("run-status", mesh.now, status="COMPLETED")
    tool("run-status", mesh.now + timedelta(hours=2), status="FAILED", run={"key": "r-2"})

    assert verdicts(mesh.run())["the warehouse is done"] == "pass"


def test_a_kitchen_hears_of_its_own_component_and_else_of_that_of_production(mesh: SmallMesh, tool):
    tool("run-status", status="COMPLETED")
    kitchen = mesh.child()
    of_production = mesh.run(kitchen=kitchen)
    tool("run-status", status="FAILED", environment="sandbox")
    of_its_own = mesh.run(kitchen=kitchen)

    assert verdicts(of_production)["the warehouse is done"] == "pass"
    assert verdicts(of_its_own)["the warehouse is done"] == "fail"
    assert verdicts(mesh.run())["the warehouse is done"] == "pass"


def test_messages_of_a_component_that_another_domain_has_claimed_are_not_told(mesh: SmallMesh, tool):
    tool("message-log", level="ERROR", message="gave up after 3 tries")
    ExternalComponent.objects.update(domain="sales")

    assert verdicts(mesh.run())["nobody complains"] == "pass"
    ExternalComponent.objects.update(domain="flights")
    assert verdicts(mesh.run())["nobody complains"] == "fail"


def test_a_run_with_fixtures_hears_of_nothing(mesh: SmallMesh, tool):
    tool("run-status", status="FAILED")

    run = mesh.run(kitchen=mesh.child(), fixtures="small")

    assert verdicts(run)["the warehouse is done"] == "learning"


def test_two_tools_with_one_key_have_to_be_told_apart(mesh: SmallMesh, tool):
    tool("run-status", status="COMPLETED")
    tool("run-status", status="COMPLETED", source="dagster")

    said = sentences(mesh.run())["the warehouse is done"]

    assert said == "orders is a component of airflow and dagster; say which by `source`."


@pytest.mark.parametrize(("many", "queries"), [(1, 2), (3, 4)])
def test_it_costs_a_query_and_one_for_each_test(
    mesh: SmallMesh, tool, django_assert_num_queries, many, queries
):
    from recipes.actions.runs.context import run_context

    tool("run-status", status="COMPLETED")
    context = run_context(mesh.run().pk, ())
    tests = [
        TestSpec(name=f"t{number}", node="load", check="run_status", params={"component": "orders"})
        for number in range(many)
    ]

    with django_assert_num_queries(queries):
        told = told_to_tests(context, tests, mesh.now)

    assert {one["status"] for one in told.values()} == {"COMPLETED"}
