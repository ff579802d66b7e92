"""The demo's beginning and the first days of its history, through real workers."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.demo.history import History
from hub.demo.seed import seed
from hub.demo.state import is_seeded, world_there
from kitchens.models import Domain, Kitchen, Person, Revision
from recipes.core.status import Status
from recipes.models import OrderRun, Progress, Schedule
from tests.real_hub import RealHub, real_hub

NOW = datetime.now(UTC)
STEPS = 6
pytestmark = pytest.mark.one_database


@pytest.fixture(scope="module")
def hub(tmp_path_factory, django_db_blocker) -> Iterator[RealHub]:
    home = tmp_path_factory.mktemp(f"demo{secrets.token_hex(3)}")
    with real_hub(home, f"sqlite:///{home}/hub.sqlite3", django_db_blocker) as hub:
        assert seed(NOW)
        yield hub


def first_steps() -> History:
    world = world_there()
    assert world
    history = History(world, NOW)
    history.steps = history.steps[:STEPS]
    return history


def test_what_a_newcomer_needs_is_there_at_once(hub: RealHub):
    assert is_seeded()
    assert set(Domain.objects.values_list("slug", flat=True)) == {
        "reference",
        "sales",
        "logistics",
        "finance",
        "marketing",
    }
    assert {domain.owner.username for domain in Domain.objects.select_related("owner")} == {
        "ruth",
        "maria",
        "tom",
        "ingrid",
    }
    assert set(Kitchen.objects.values_list("slug", "tier")) == {
        ("production", "production"),
        ("rehearsal", "canary"),
    }
    assert Person.objects.get(username="admin").has_usable_password()
    assert not Person.objects.get(username="board").has_usable_password()


def test_schedules_fire_from_now_on(hub: RealHub):
    slots = Schedule.objects.filter(kitchen__tier="production", paused=False).values_list(
        "next_slot", flat=True
    )

    assert len(slots) == 9
    assert min(slots) > NOW


def test_seeding_again_changes_nothing(hub: RealHub):
    before = Revision.objects.count(), Person.objects.count()

    assert seed(NOW + timedelta(hours=1)) == ""
    assert (Revision.objects.count(), Person.objects.count()) == before


def test_history_goes_on_where_it_was_left(hub: RealHub):
    hub.start_worker()
    interrupted = first_steps()
    interrupted.run(lambda: hub.alive() and len(interrupted.closed) < 2)
    assert Progress.objects.get(name="history").ended_at is None

    history = first_steps()
    assert history.runs
    history.run(hub.alive)

    runs = OrderRun.objects.filter(clock_shift__lt=0)
    assert [run.status for run in runs] == [Status.SUCCEEDED] * STEPS
    record = Progress.objects.get(name="history")
    assert (record.done, record.total) == (STEPS, STEPS)
    assert record.ended_at
    for run in runs.filter(slot__isnull=False):
        assert run.slot < run.started_at < run.ended_at < run.slot + timedelta(minutes=5)


def test_the_past_has_files_of_its_days_only(hub: RealHub):
    world = world_there()
    dropped = {
        file.stem.split("_")[-1] for file in Path(hub.surroundings["HUB_HOME"], "drop", "shop").iterdir()
    }

    assert world
    assert min(dropped) == world.opened.isoformat()
    assert len(dropped) < 5


def test_the_next_night_begins_when_the_last_run_of_a_day_is_under_way_and_not_before(hub: RealHub):
    world = world_there()
    assert world
    history = History(world, NOW)
    last = next(number for number, step in enumerate(history.steps) if step.recipe == "finance/daily")
    finance = history.steps[last]
    night = next(step for step in history.steps[last:] if step.recipe == "sales/daily")
    day = {step.key for step in history.steps if step.at < night.at and step is not finance}
    history.closed, history.runs = day, dict.fromkeys([*day, finance.key])

    history.begun = set()
    assert history._ready() == []
    history.begun = {finance.key}
    assert [step.key for step in history._ready()] == [night.key]
