"""The history as steps: every slot once, in the order of time, each after what it builds on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from hub.demo.steps import FOLLOWS, Step, chained, scheduled_steps
from hub.demo.suppliers.world import World
from hub.demo.trials import trial_steps
from recipes.models import Schedule

WORLD = World(date(2026, 11, 21))
NOW = datetime(2026, 11, 22, 10, 34, tzinfo=UTC)
CRONS = {
    "reference/catalogue": ("0 2 * * 1", "Europe/London"),
    "sales/daily": ("0 3 * * *", "Europe/London"),
    "sales/checkout": ("*/2 * * * *", "UTC"),
    "logistics/deliveries": ("0 6 * * *", "Europe/Amsterdam"),
    "marketing/campaigns": ("0 1 * * *", "America/New_York"),
    "finance/daily": ("0 6 * * *", "Europe/London"),
}


@pytest.fixture
def steps() -> list[Step]:
    schedules = [
        Schedule(pk=pk, domain=name.split("/")[0], recipe=name.split("/")[1], cron=cron, timezone=zone)
        for pk, (name, (cron, zone)) in enumerate(CRONS.items(), start=1)
    ]
    return chained([*scheduled_steps(WORLD, schedules, NOW), *trial_steps(WORLD)])


def test_sixty_days_of_each_daily_recipe_and_none_of_the_live_one(steps):
    daily = [step for step in steps if step.recipe == "sales/daily" and step.schedule]

    assert [step.day for step in daily] == WORLD.all_days()
    assert not [step for step in steps if step.recipe == "sales/checkout"]


def test_steps_come_in_the_order_of_time_after_what_they_wait_for(steps):
    places = {step.key: place for place, step in enumerate(steps)}

    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert len(places) == len(steps)
    assert all(places[need] < places[step.key] for step in steps for need in step.needs)


def test_what_reads_a_day_waits_for_the_run_that_loads_it(steps):
    by_key = {step.key: step for step in steps}
    for step in steps:
        if step.schedule and step.recipe in ("logistics/deliveries", "finance/daily", "marketing/campaigns"):
            loads = [by_key[need] for need in step.needs if by_key[need].recipe == "sales/daily"]
            assert loads[0].day == step.day


def test_nothing_of_the_history_lies_after_now(steps):
    early = chained(scheduled_steps(WORLD, [steps[5].schedule or Schedule()], NOW - timedelta(days=3)))

    assert max(step.at for step in steps) <= NOW
    assert max(step.at for step in early) <= NOW - timedelta(days=3)


def test_every_recipe_that_is_followed_is_in_the_mesh():
    assert {name for follows in FOLLOWS.values() for name in follows} <= FOLLOWS.keys()
