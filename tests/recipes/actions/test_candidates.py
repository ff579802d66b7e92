"""Candidates: the merged state is built in a hidden kitchen, with real runs, before it counts."""

from __future__ import annotations

import pytest

from kitchens.actions import merges, upkeep
from kitchens.models import Kitchen, MergeRequest, Person
from kitchens.queries.data import resolve_ids
from recipes.models import NodeRun, OrderRun
from tests.small_mesh import statuses
from tests.three_domains import ThreeDomains

TENTH = "SELECT number, day, cents / 10.0 AS amount FROM sales.raw"


@pytest.fixture
def ran(three: ThreeDomains) -> ThreeDomains:
    """Three domains whose recipes have all run once in production."""
    three.run_all()
    return three


def candidate_of(mesh: ThreeDomains, child: Kitchen) -> MergeRequest:
    """Open a request, build its candidate, and be the worker until it has ended."""
    ann = mesh.person("ann", "operator")
    mesh.forward(60)
    request = merges.open_request(child, mesh.kitchen, title="A change", by=ann, now=mesh.now)
    merges.start_candidate(request, by=ann, now=mesh.now)
    mesh.work()
    request.refresh_from_db()
    return request


def changed(mesh: ThreeDomains, recipe: str, **files: str) -> Kitchen:
    child = mesh.child()
    mesh.save(recipe, files, child)
    return child


def does(request: MergeRequest) -> dict[str, str]:
    return {node["node"]: node["does"] for step in request.candidate_plan["steps"] for node in step["nodes"]}


def test_only_what_is_changed_and_what_is_made_from_it_runs(ran: ThreeDomains) -> None:
    before = len(ran.ledger())

    request = candidate_of(ran, changed(ran, "sales/orders", **{"orders.sql": TENTH}))

    assert (request.candidate_state, request.candidate_note) == (
        "green",
        "Of its nodes 3 ran, 2 did not have to run, 1 kept old rows, 1 never runs here; all tests are green.",
    )
    assert does(request) == {
        "load": "reused", "orders": "runs", "history": "kept", "tell": "left_out",
        "daily": "runs", "count": "reused", "effect": "runs",
    }  # fmt: skip
    assert ran.ledger()[before:] == []
    runs = OrderRun.objects.filter(kitchen=request.candidate).order_by("id")
    assert [statuses(run) for run in runs] == [
        {"orders": "succeeded", "history": "succeeded"},
        {"daily": "succeeded"},
        {"effect": "succeeded"},
    ]
    assert [row[1] for row in ran.rows("marketing.effect", request.candidate)] == [120.0]
    assert [row[1] for row in ran.rows("marketing.effect")] == [12.0]


def test_a_breaking_change_is_red_at_the_consumer_in_the_other_domain(ran: ThreeDomains) -> None:
    child = changed(
        ran, "sales/orders", **{"orders.sql": "SELECT number, day, cents AS amount_in_cents FROM sales.raw"}
    )
    recipe = ran.read("sales/orders", "recipe.yaml", child).replace(
        "column: amount}", "column: amount_in_cents}"
    )
    ran.save("sales/orders", {"recipe.yaml": recipe}, child)

    request = candidate_of(ran, child)

    run = OrderRun.objects.get(kitchen=request.candidate, domain="finance")
    assert request.candidate_state == "red"
    assert request.candidate_note.startswith(
        f"finance/revenue of the domain finance is red in run {run.pk}: daily: "
    )
    assert "amount" in request.candidate_note
    assert not OrderRun.objects.filter(kitchen=request.candidate, domain="marketing").exists()
    assert ran.rows("finance.revenue")[0][1] == 6.0


def test_a_red_test_is_named(ran: ThreeDomains) -> None:
    request = candidate_of(ran, changed(ran, "sales/orders", **{"orders.sql": TENTH + " WHERE number = 1"}))

    assert request.candidate_state == "red"
    assert "the test 'enough orders': " in request.candidate_note


def test_what_the_kitchen_has_made_already_is_taken_over(ran: ThreeDomains) -> None:
    child = changed(ran, "sales/orders", **{"orders.sql": TENTH})
    made = ran.run("orders", domain="sales", kitchen=child)
    ran.run("revenue", domain="finance", kitchen=child)
    before = NodeRun.objects.count()

    request = candidate_of(ran, child)

    assert request.candidate_state == "green"
    assert does(request) == {
        "load": "reused", "orders": "runs", "history": "kept", "tell": "left_out",
        "daily": "runs", "count": "reused", "effect": "runs",
    }  # fmt: skip
    assert made.status == "succeeded"
    assert NodeRun.objects.count() == before + 4


def test_a_node_with_the_inputs_of_production_is_taken_over_from_the_kitchen(ran: ThreeDomains) -> None:
    child = changed(ran, "sales/orders", **{"orders.sql": TENTH})
    made = ran.run("orders", domain="sales", kitchen=child, nodes=["orders"])
    before = set(NodeRun.objects.values_list("pk", flat=True))

    request = candidate_of(ran, child)

    assert request.candidate_state == "green"
    assert does(request)["orders"] == "from_source"
    step = request.candidate_plan["steps"][0]
    assert step["note"] == f"Data of run {made.pk} is taken over."
    assert sorted(NodeRun.objects.exclude(pk__in=before).values_list("node", flat=True)) == [
        "daily",
        "effect",
        "history",
    ]
    assert made.node_runs.get(node="orders").outcome["snapshots"]["sales.orders"] in (
        resolve_ids(request.candidate).values()
    )


def test_a_change_of_words_only_is_green_at_once(ran: ThreeDomains) -> None:
    child = ran.child()
    recipe = ran.read("sales/orders", "recipe.yaml", child).replace("as they came in", "as they come")
    ran.save("sales/orders", {"recipe.yaml": recipe}, child)

    request = candidate_of(ran, child)

    assert request.candidate_state == "green"
    assert not OrderRun.objects.filter(kitchen=request.candidate).exists()


def test_a_sharper_test_judges_the_rows_that_are_there(ran: ThreeDomains) -> None:
    child = ran.child()
    recipe = ran.read("sales/orders", "recipe.yaml", child).replace("min: 2", "min: 4")
    ran.save("sales/orders", {"recipe.yaml": recipe}, child)

    request = candidate_of(ran, child)

    assert request.candidate_state == "red"
    assert "the test 'enough orders'" in request.candidate_note
    assert ran.ledger().count("load") == 1


def test_a_lost_signal_is_made_good_by_the_upkeep(ran: ThreeDomains, monkeypatch) -> None:
    from recipes.signals import order_run_ended

    monkeypatch.setattr(order_run_ended, "receivers", [])
    order_run_ended.sender_receivers_cache.clear()
    request = candidate_of(ran, changed(ran, "sales/orders", **{"orders.sql": TENTH}))
    assert request.candidate_state == "building"

    for _ in range(3):
        upkeep.work(ran.now)
        ran.work()
    upkeep.work(ran.now)

    request.refresh_from_db()
    assert request.candidate_state == "green"


def test_a_withdrawn_request_stops_what_runs_in_its_candidate(ran: ThreeDomains) -> None:
    ann = ran.person("ann", "operator")
    child = changed(ran, "sales/orders", **{"orders.sql": TENTH})
    request = merges.open_request(child, ran.kitchen, title="A change", by=ann, now=ran.now)
    request = merges.start_candidate(request, by=ann, now=ran.now)

    merges.withdraw(request, by=ann, now=ran.now)
    ran.work()

    assert OrderRun.objects.get(kitchen=request.candidate).status == "cancelled"
    assert NodeRun.objects.filter(kitchen_id=request.candidate_id, status="succeeded").count() == 0


def test_a_green_candidate_becomes_production_with_its_data(ran: ThreeDomains) -> None:
    child = changed(ran, "sales/orders", **{"orders.sql": TENTH})
    request = candidate_of(ran, child)
    runs = ran.run("orders", domain="sales", kitchen=child)
    assert runs.status == "succeeded"
    request.refresh_from_db()
    ann, bob = Person.objects.get(username="ann").actor(), ran.person("bob", "operator")
    merges.approve(request, by=bob, now=ran.now)

    revision = merges.merge(request, by=ann, now=ran.now)

    assert revision.cause == "merge"
    assert [row[1] for row in ran.rows("marketing.effect")] == [120.0]
