"""Candidates: the merged state is built in a hidden kitchen, with real runs, before it counts."""

from __future__ import annotations

import threading
from datetime import timedelta

from django.db import connection

from kitchens.actions import merges, upkeep
from kitchens.models import MergeRequest, Person
from recipes.actions import candidates
from recipes.models import NodeRun, OrderRun
from tests.small_mesh import statuses
from tests.three_domains import TENTH, ThreeDomains, candidate_of, changed, does


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


def test_a_candidate_of_an_earlier_day_has_the_clock_of_that_day(ran: ThreeDomains) -> None:
    ann, then = ran.person("ann", "operator"), ran.now - timedelta(days=40)
    child = changed(ran, "sales/orders", **{"orders.sql": TENTH})
    request = merges.open_request(child, ran.kitchen, title="A change", by=ann, now=then)
    merges.start_candidate(request, by=ann, now=then, clock_shift=-timedelta(days=40).total_seconds())
    upkeep.work(ran.now)
    ran.work()

    request.refresh_from_db()
    runs = OrderRun.objects.filter(kitchen=request.candidate)
    moments = [moment for run in runs for moment in (run.placed_at, run.started_at, run.ended_at)]
    assert request.candidate_state == "green"
    assert len(moments) == 9
    assert all(abs(moment - then) < timedelta(hours=1) for moment in [*moments, request.candidate_ended_at])


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


def test_values_that_only_an_order_can_give_leave_a_new_recipe_unproved(ran: ThreeDomains) -> None:
    recipe = """
        description: A new one
        values: {region: {type: text, required: true}}
        nodes: {only: {kind: sql, file: only.sql, writes: marketing.only}}
    """
    child = changed(
        ran, "marketing/new", **{"recipe.yaml": recipe, "only.sql": "SELECT {{ region }} AS region"}
    )

    request = candidate_of(ran, child)

    assert request.candidate_state == "green"
    assert request.candidate_plan["unproved"] == [
        "marketing/new was not run: region must be given by an order, and production has none."
    ]


def test_what_can_no_longer_be_planned_is_red_without_a_run(ran: ThreeDomains) -> None:
    child = ran.child()
    recipe = ran.read("sales/orders", "recipe.yaml", child).replace('default: "2026-03-09"', "required: true")
    ran.save("sales/orders", {"recipe.yaml": recipe}, child)

    request = candidate_of(ran, child)

    assert request.candidate_state == "red"
    assert request.candidate_note.startswith("sales/orders production cannot be planned any more.")
    assert not OrderRun.objects.filter(kitchen=request.candidate).exists()


def test_two_who_move_a_candidate_on_at_once_place_each_run_once(ran: ThreeDomains) -> None:
    ann = ran.person("ann", "operator")
    child = changed(ran, "sales/orders", **{"orders.sql": TENTH})
    request = merges.open_request(child, ran.kitchen, title="A change", by=ann, now=ran.now)
    request = merges.start_candidate(request, by=ann, now=ran.now)
    plan = request.candidate_plan
    plan["steps"][0] |= {"state": "waiting", "run": None}
    OrderRun.objects.filter(kitchen=request.candidate).update(status="cancelled")
    MergeRequest.objects.filter(pk=request.pk).update(candidate_plan=plan)
    before = OrderRun.objects.filter(kitchen=request.candidate).count()

    at_once = threading.Barrier(4)

    def move() -> None:
        at_once.wait(10)
        candidates.advance(request.pk, now=ran.now)
        connection.close()

    threads = [threading.Thread(target=move) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert OrderRun.objects.filter(kitchen=request.candidate).count() == before + 1
