"""Runs whose nodes need no process: order, joins, turns, and the end of a run."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub.common.errors import ConflictError, MissingError, NotAllowedError
from kitchens.core.roles import Actor
from recipes.actions import runs
from recipes.models import NodeRun, Order, OrderRun
from recipes.signals import order_run_ended
from tests.small_mesh import SmallMesh, joins, statuses

CHAIN = {"a": [], "b": ["a"], "c": ["b"]}
DIAMOND = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]}


def test_a_run_goes_through_all_its_nodes(mesh: SmallMesh) -> None:
    mesh.write("daily", joins(DIAMOND))

    run = mesh.run()

    assert (run.status, run.reason, run.done, run.total) == ("succeeded", "", 4, 4)
    assert set(statuses(run).values()) == {"succeeded"}
    assert run.revision.number == mesh.kitchen.head
    assert run.published is None
    assert run.started_at == run.ended_at == mesh.now


def test_a_placed_order_waits_with_a_reason_until_a_worker_comes(mesh: SmallMesh) -> None:
    mesh.write("daily", joins(CHAIN))

    run = mesh.order()

    assert (run.status, run.reason) == ("queued", "Waits for a worker.")
    assert set(statuses(run).values()) == {"pending"}


@pytest.mark.parametrize("width", [20, 500])
def test_a_wide_fan_costs_a_few_statements_for_any_width(mesh: SmallMesh, width: int) -> None:
    fan = {"start": [], **{f"f{n}": ["start"] for n in range(width)}, "join": [f"f{n}" for n in range(width)]}
    mesh.write("daily", joins(fan))
    run = mesh.order()

    with CaptureQueriesContext(connection) as seen:
        mesh.work()

    run.refresh_from_db()
    assert (run.status, run.done) == ("succeeded", width + 2)
    assert len(seen) < 80


def test_the_signal_is_sent_once_after_the_end(mesh: SmallMesh) -> None:
    mesh.write("daily", joins(CHAIN))
    heard = []

    def listen(run_id: int, status: str, **_: object) -> None:
        heard.append((run_id, status, OrderRun.objects.get(pk=run_id).status))

    order_run_ended.connect(listen)
    try:
        run = mesh.run()
        mesh.work()
    finally:
        order_run_ended.disconnect(listen)

    assert heard == [(run.pk, "succeeded", "succeeded")]


def test_a_higher_priority_goes_first(mesh: SmallMesh) -> None:
    mesh.write("daily", joins(CHAIN))
    usual, urgent = mesh.order(), mesh.order(priority=5)
    ended: list[int] = []
    order_run_ended.connect(lambda run_id, **_: ended.append(run_id), weak=False, dispatch_uid="t")

    mesh.work()

    order_run_ended.disconnect(dispatch_uid="t")
    assert ended == [urgent.pk, usual.pk]


def test_a_run_follows_a_recipe_that_changes_before_it_begins(mesh: SmallMesh) -> None:
    mesh.write("daily", joins(CHAIN))
    run = mesh.order()
    mesh.write("daily", joins(DIAMOND))

    mesh.work()

    run.refresh_from_db()
    assert run.status == "succeeded"
    assert statuses(run) == dict.fromkeys("abcd", "succeeded")
    assert run.commit == run.revision.commit


def test_a_recipe_that_is_gone_before_the_run_begins_ends_it(mesh: SmallMesh) -> None:
    mesh.write("daily", joins(CHAIN))
    run = mesh.order()
    mesh.write("other", joins(CHAIN))
    mesh.commit({"README.md": "still there"})
    mesh.write(
        "daily",
        joins({"a": []}) | {"recipe.yaml": joins({"a": []})["recipe.yaml"].replace("production", "other")},
    )

    mesh.work()

    run.refresh_from_db()
    assert run.status == "failed"
    assert "changed before the run began" in run.reason
    assert "no variation" in run.reason


def test_placing_twice_under_one_key_makes_one_run(mesh: SmallMesh) -> None:
    mesh.write("daily", joins(CHAIN))
    mesh.write("other", joins(CHAIN))
    person = mesh.person()

    first = mesh.order(idempotency_key="k-1", by=person)
    again = mesh.order(idempotency_key="k-1", by=person, now=mesh.forward(60))

    assert first.pk == again.pk
    assert Order.objects.count() == 1
    with pytest.raises(ConflictError, match="used for another order"):
        mesh.order("other", idempotency_key="k-1", by=person)


def test_who_may_not_order_changes_nothing(mesh: SmallMesh) -> None:
    mesh.write("daily", joins(CHAIN))

    with pytest.raises(NotAllowedError):
        mesh.order(by=Actor(None, "Vi", "developer"))
    with pytest.raises(MissingError):
        mesh.order("weekly")
    with pytest.raises(MissingError, match="variation"):
        mesh.order(variation="nightly")

    assert Order.objects.count() == OrderRun.objects.count() == NodeRun.objects.count() == 0


def test_a_run_in_a_kitchen_that_was_retired_does_not_begin(mesh: SmallMesh) -> None:
    mesh.write("daily", joins(CHAIN))
    child = mesh.child()
    run = mesh.order(kitchen=child)
    type(child).objects.filter(pk=child.pk).update(state="retired")

    mesh.work()

    run.refresh_from_db()
    assert (run.status, run.reason) == ("failed", "The kitchen has been retired.")
    with pytest.raises(ConflictError):
        mesh.order(kitchen=type(child).objects.get(pk=child.pk))


def test_a_run_that_waits_can_be_cancelled_once(mesh: SmallMesh) -> None:
    mesh.write("daily", joins(CHAIN))
    run = mesh.order()

    runs.cancel(run, by=Actor(None, "Ann", "operator"), now=mesh.now)
    mesh.work()

    run.refresh_from_db()
    assert (run.status, run.reason, run.done) == ("cancelled", "Cancelled by Ann.", 3)
    assert set(statuses(run).values()) == {"cancelled"}
    with pytest.raises(ConflictError, match="already ended"):
        runs.cancel(run, by=Actor(None, "Ann", "operator"), now=mesh.now)


def test_the_history_of_other_days_is_written_with_their_time(mesh: SmallMesh) -> None:
    mesh.write("daily", joins(CHAIN))

    run = mesh.run(clock_shift=-86400.0)

    day = mesh.now.date().toordinal()
    assert {t.date().toordinal() for t in (run.placed_at, run.started_at, run.ended_at)} == {day - 1}
    assert run.turn_at == mesh.now


def test_rerunning_orders_the_same_again(mesh: SmallMesh) -> None:
    mesh.write("daily", joins(CHAIN))
    run = mesh.run()

    again = runs.rerun(run, by=Actor(None, "Ann", "operator"), now=mesh.forward(60))

    assert again.pk != run.pk
    assert (again.came_by, again.resumes, again.total) == ("rerun", None, 3)
