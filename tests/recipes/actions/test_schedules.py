"""Schedules fire once for each slot, catch up as they were told, and stop when paused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.common.errors import NotAllowedError
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import AuditEntry
from recipes.actions.schedules import due_slots, fire_due, following, set_paused
from recipes.models import OrderRun, Schedule
from tests.small_mesh import SmallMesh


@pytest.fixture
def make_schedule(mesh: SmallMesh):
    """Write a recipe with a schedule, and return its row, not paused, with the first slot after the mesh's clock."""

    def make(cron: str = "0 * * * *", **more: str) -> Schedule:
        options = "".join(f", {key}: {value}" for key, value in more.items())
        text = f"""
            description: Scheduled
            values: {{day: {{type: date, default: "{{{{ yesterday }}}}"}}}}
            nodes: {{only: {{kind: synchronise}}}}
            variations: {{production: {{schedule: "{cron}"{options}}}}}
        """
        mesh.write("daily", {"recipe.yaml": text})
        schedule = Schedule.objects.select_related("kitchen").get()
        return set_paused(schedule, False, by=THE_HUB, now=mesh.now)

    return make


def slots(schedule: Schedule) -> list[datetime]:
    runs = OrderRun.objects.filter(order__schedule=schedule).order_by("slot")
    return [run.slot for run in runs]


def test_a_schedule_fires_at_its_slot_and_not_before(mesh: SmallMesh, make_schedule) -> None:
    schedule = make_schedule("0 * * * *")

    assert fire_due(mesh.forward(3599)) == 0
    assert fire_due(mesh.forward(1)) == 1
    assert fire_due(mesh.now) == 0

    assert slots(schedule) == [mesh.now]
    schedule.refresh_from_db()
    assert (schedule.last_slot, schedule.next_slot) == (mesh.now, mesh.now + timedelta(hours=1))
    run = OrderRun.objects.get()
    assert (run.order.kind, run.order.placed_via) == ("schedule", "hub")


def test_all_slots_of_a_schedule_belong_to_one_order(mesh: SmallMesh, make_schedule) -> None:
    schedule = make_schedule()
    for _ in range(3):
        fire_due(mesh.forward(3600))

    assert len(slots(schedule)) == 3
    assert schedule.orders.count() == 1


def test_two_leaders_at_once_place_each_slot_once(mesh: SmallMesh, make_schedule) -> None:
    schedule = make_schedule()
    mesh.forward(3600)
    fire_due(mesh.now)
    Schedule.objects.filter(pk=schedule.pk).update(next_slot=mesh.now)  # as a second leader still sees it

    fire_due(mesh.now)

    assert slots(schedule) == [mesh.now]


def test_yesterday_is_counted_from_the_slot_in_its_zone(mesh: SmallMesh, make_schedule) -> None:
    make_schedule("0 1 * * *", timezone="America/New_York")
    slot = datetime(2026, 3, 11, 5, 0, tzinfo=UTC)  # one o'clock on the 11th in New York

    fire_due(slot + timedelta(seconds=30))

    run = OrderRun.objects.get()
    assert run.slot == slot
    assert run.plan["values"]["day"]["value"] == "2026-03-10"


@pytest.mark.parametrize(("policy", "expected"), [("all", 5), ("latest", 1), ("skip", 0)])
def test_what_was_missed_is_caught_up_as_told(
    mesh: SmallMesh, make_schedule, policy: str, expected: int
) -> None:
    schedule = make_schedule(catch_up=policy)
    mesh.forward(5 * 3600 + 1800)

    assert fire_due(mesh.now) == expected

    schedule.refresh_from_db()
    assert schedule.next_slot == mesh.now + timedelta(minutes=30)
    if expected:
        assert slots(schedule)[-1] == mesh.now - timedelta(minutes=30)


def test_no_more_than_a_thousand_slots_are_caught_up(mesh: SmallMesh, make_schedule) -> None:
    schedule = make_schedule("* * * * *", catch_up="all")

    due = due_slots(schedule, mesh.forward(86400))

    assert len(due) == 1000
    assert due[-1] == mesh.now


def test_slots_of_a_pause_are_not_caught_up(mesh: SmallMesh, make_schedule) -> None:
    schedule = make_schedule(catch_up="all")
    set_paused(schedule, True, by=Actor(None, "Ann", "operator"), now=mesh.now)

    assert fire_due(mesh.forward(4 * 3600 + 60)) == 0
    assert schedule.paused_by == "Ann"
    set_paused(schedule, False, by=THE_HUB, now=mesh.now)
    assert fire_due(mesh.now) == 0
    assert fire_due(mesh.forward(3600)) == 1


def test_a_schedule_keeps_to_its_start_and_end(mesh: SmallMesh, make_schedule) -> None:
    schedule = make_schedule(start="2026-03-12", end="2026-03-12T02:30")

    assert following(schedule, mesh.now) == datetime(2026, 3, 12, 0, 0, tzinfo=UTC)
    assert following(schedule, datetime(2026, 3, 12, 2, 0, tzinfo=UTC)) is None


def test_a_recipe_that_cannot_be_placed_is_written_down_and_stops_no_other(
    mesh: SmallMesh, make_schedule
) -> None:
    schedule = make_schedule()
    Schedule.objects.create(
        kitchen=mesh.kitchen, domain="flights", recipe="gone", variation="production", cron="0 * * * *",
        timezone="UTC", paused=False, next_slot=mesh.now,
    )  # fmt: skip

    assert fire_due(mesh.forward(3600)) == 1

    assert slots(schedule) == [mesh.now]
    entry = AuditEntry.objects.get(what="schedule.failed")
    assert "no recipe flights/gone" in entry.details["fault"]
    assert Schedule.objects.get(recipe="gone").next_slot > mesh.now


def test_only_an_operator_pauses_a_schedule(mesh: SmallMesh, make_schedule) -> None:
    schedule = make_schedule()

    with pytest.raises(NotAllowedError):
        set_paused(schedule, True, by=Actor(None, "Dev", "developer"), now=mesh.now)

    schedule.refresh_from_db()
    assert not schedule.paused
