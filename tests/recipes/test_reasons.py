"""Every wait says in one sentence what it waits for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kitchens.models import Connection
from recipes.models import Worker
from recipes.queries.reasons import explain_nodes, explain_run
from tests.factories import NOW, make_node_run, make_plan, make_run, make_spec

pytestmark = pytest.mark.django_db

SPECS = (make_spec("load"), make_spec("clean", ["load"]), make_spec("sum", ["load", "clean"]))
NEEDS = {spec.name: spec.needs for spec in SPECS}


def worker(name: str, busy_with: str = "", silent: float = 1) -> None:
    Worker.objects.create(
        name=name, host="h", pid=1, role="worker", started_at=NOW, busy_with=busy_with,
        heartbeat_at=NOW - timedelta(seconds=silent),
    )  # fmt: skip


def reasons(*standing: str, **facts: object) -> list[str]:
    run = make_run(make_plan(SPECS), "running")
    nodes = [make_node_run(run, spec, status, **facts) for spec, status in zip(SPECS, standing, strict=False)]
    return [node.reason for node in explain_nodes(nodes, NEEDS, NOW)]


def test_a_pending_node_names_the_nodes_before_it() -> None:
    assert reasons("pending")[0] == "Waits for the run to begin."
    assert reasons("running", "pending", "pending") == [
        "",
        "Waits for load.",
        "Waits for load, clean.",
    ]
    assert reasons("succeeded", "running", "pending")[2] == "Waits for clean."


def test_a_queued_node_says_how_it_is_with_the_workers() -> None:
    assert reasons("queued")[0].startswith("Waits for a worker, and none is alive.")
    worker("gone", silent=600)
    assert "none is alive" in reasons("queued")[0]
    worker("one", busy_with="load of run 7")
    assert reasons("queued")[0] == "Waits for a free worker: the only one is busy."
    worker("two", busy_with="load of run 8")
    assert reasons("queued")[0] == "Waits for a free worker: all 2 are busy."
    worker("three")
    assert reasons("queued")[0] == "Waits for a worker."


def test_a_node_held_by_a_limit_names_the_limit() -> None:
    warehouse = Connection.objects.create(name="warehouse", kind="postgresql", max_parallel=1, created_at=NOW)
    run = make_run(make_plan(SPECS), "running")
    key = str(warehouse.pk)
    nodes = [
        make_node_run(run, SPECS[0], "running", limit_key=key),
        make_node_run(run, SPECS[1], "queued", limit_key=key),
    ]
    assert explain_nodes(nodes, NEEDS, NOW)[1].reason == (
        "Waits for a free place: the connection warehouse takes 1 at a time."
    )

    run.kitchen.max_parallel_nodes = 1
    run.kitchen.save()
    nodes[1].reason = ""
    assert explain_nodes(nodes, NEEDS, NOW)[1].reason == (
        "Waits for a free place: the kitchen production runs 1 at a time."
    )


def test_a_retry_names_its_time() -> None:
    said = reasons(
        "waiting", reason="Tried again after try 1 failed: asleep.", ready_at=NOW + timedelta(seconds=90)
    )

    assert said == ["Tried again after try 1 failed: asleep. The next try is at 10:01:30 UTC."]


def test_what_runs_or_has_settled_costs_no_query() -> None:
    run = make_run(make_plan(SPECS), "running")
    nodes = [make_node_run(run, SPECS[0]), make_node_run(run, SPECS[1], "running")]

    with CaptureQueriesContext(connection) as seen:
        explain_nodes(nodes, NEEDS, NOW)

    assert len(seen) == 0


def test_a_run_says_what_it_waits_for() -> None:
    waiting = make_run(status="pending", reason="Waits for run 812, which writes flights.daily too.")

    assert explain_run(waiting, NOW) == "Waits for run 812, which writes flights.daily too."
    assert "none is alive" in explain_run(make_run(status="queued", reason="Waits for a worker."), NOW)
