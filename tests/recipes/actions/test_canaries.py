"""Canaries: the merged state runs beside its target, slot by slot, and promotion goes on once enough were green."""

from __future__ import annotations

from datetime import datetime

import pytest

from kitchens.actions import merges, upkeep
from kitchens.models import Kitchen, MergeRequest
from recipes.actions.schedules import fire_due
from recipes.models import OrderRun
from tests.small_mesh import statuses
from tests.three_domains import ThreeDomains

TENTH = "SELECT number, day, cents / 10.0 AS amount FROM sales.raw"


@pytest.fixture
def ran(three: ThreeDomains) -> ThreeDomains:
    three.run_all()
    Kitchen.objects.filter(pk=three.kitchen.pk).update(
        policy={"approvals": 0, "runs_green": False, "canary_runs": 2}
    )
    three.kitchen.refresh_from_db()
    return three


def candidate_of(mesh: ThreeDomains, sql: str) -> MergeRequest:
    child = mesh.child()
    mesh.save("sales/orders", {"orders.sql": sql}, child)
    ann = mesh.person("ann", "operator")
    request = merges.open_request(child, mesh.kitchen, title="A change", by=ann, now=mesh.now)
    merges.start_candidate(request, by=ann, now=mesh.now)
    merges.merge_when_green(request, True, by=ann, now=mesh.now)
    mesh.work()
    request.refresh_from_db()
    return request


def next_day(mesh: ThreeDomains, day: int, hour: int = 5) -> None:
    """Let a slot of the schedule fire, and work until nothing is left."""
    mesh.now = datetime(2026, 3, day, hour, 0, 1, tzinfo=mesh.now.tzinfo)
    fire_due(mesh.now)
    mesh.work()


def test_each_slot_of_production_runs_in_the_canary_too_but_nothing_external(ran: ThreeDomains) -> None:
    request = candidate_of(ran, TENTH)
    assert (request.canary_state, request.canary_seen) == ("running", 0)

    next_day(ran, 11)

    request.refresh_from_db()
    assert (request.canary_state, request.canary_seen) == ("running", 1)
    assert request.canary.tier == "canary"
    run = OrderRun.objects.get(kitchen=request.canary, status="succeeded")
    assert set(statuses(run)) == {"load", "orders", "history"}
    assert ran.ledger().count("tell") == 2  # the first run, and production's slot


def test_enough_green_runs_let_the_promotion_go_on_by_itself(ran: ThreeDomains) -> None:
    request = candidate_of(ran, TENTH)
    for day in (11, 12):
        next_day(ran, day)
        upkeep.work(ran.now)
        ran.work()
    for _ in range(4):  # data moved in production: its candidate is built anew
        merges.go_on(ran.now)
        ran.work()

    request.refresh_from_db()
    assert (request.canary_state, request.state) == ("green", "merged")
    request.canary.refresh_from_db()
    assert request.canary.state == "retired"


def test_a_red_run_stops_it_and_says_why(ran: ThreeDomains) -> None:
    day = "day: {type: date, default: '{{ yesterday }}'}"
    recipe = ran.read("sales/orders", "recipe.yaml").replace('day: {type: date, default: "2026-03-09"}', day)
    ran.save("sales/orders", {"recipe.yaml": recipe})
    request = candidate_of(ran, TENTH + " WHERE day < DATE '2026-03-10'")
    assert request.canary_state == "running"

    next_day(ran, 11)

    request.refresh_from_db()
    assert (request.state, request.canary_state) == ("open", "red")
    said = request.events.filter(what="canary.red").get().sentence
    assert said.startswith("The canary is red. sales/orders production is red in run ")
    assert "enough orders" in said


def test_what_is_scheduled_nowhere_needs_no_canary_run(ran: ThreeDomains) -> None:
    ran.kitchen.schedules.update(paused=True)

    request = candidate_of(ran, TENTH)

    assert (request.canary_state, request.canary_seen, request.canary) == ("green", 2, None)
