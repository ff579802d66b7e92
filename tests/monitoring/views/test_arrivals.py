"""The arrival board: what was expected, and what came of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.core.arrivals import Slot, deadline_of, sentence
from monitoring.core.today import Arrival
from monitoring.queries.arrivals import board
from recipes.models import RecipeVersion, Schedule
from tests import factories
from tests.mesh_rows import make_mesh, make_run

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def schedule(cron: str, deadline: str = "", number: int = 0) -> None:
    Schedule.objects.filter(domain=f"d{number}").update(cron=cron, last_slot=NOON - timedelta(days=9))
    spec = {"variations": {"production": {"deadline": deadline, "timezone": "UTC"}}}
    RecipeVersion.objects.filter(domain=f"d{number}").update(
        spec=RecipeVersion.objects.get(domain=f"d{number}").spec | spec
    )


def only(kitchen, now: datetime = NOON) -> Slot:
    return board(kitchen, now).slots[0]


def test_a_slot_to_come_counts_down_to_its_beginning():
    kitchen = make_mesh(1, runs=0)
    schedule("0 15 * * *", "16:30")

    slot = only(kitchen)

    assert (slot.state, slot.counts_to.hour, slot.deadline.hour) == ("due", 15, 16)


@pytest.mark.parametrize(("hour", "state"), [(11, "late"), (6, "missing"), (3, "missing")])
def test_a_slot_nobody_has_begun_is_late_and_then_missing(hour: int, state: str):
    kitchen = make_mesh(1, runs=0)
    schedule(f"0 {hour} * * *", "12:30")

    slot = only(kitchen)

    assert (slot.state, slot.counts_to.hour) == (state, 12)
    assert slot.said == f"should have begun {12 - hour} h ago"


def test_a_run_at_work_after_its_deadline_is_late():
    kitchen = make_mesh(1, runs=0)
    schedule("0 9 * * *", "10:00")
    make_run(kitchen, "d0", "running", NOON - timedelta(hours=3), slot=NOON.replace(hour=9), ended_at=None)

    assert only(kitchen).state == "late"


@pytest.mark.parametrize(
    ("ended", "said"), [("09:30", "30 min before its deadline"), ("10:15", "15 min after its deadline")]
)
def test_what_has_arrived_says_how_it_stood_to_its_deadline(ended: str, said: str):
    kitchen = make_mesh(1, runs=0)
    schedule("0 9 * * *", "10:00")
    hour, minute = map(int, ended.split(":"))
    at = NOON.replace(hour=hour, minute=minute)
    make_run(kitchen, "d0", "succeeded", NOON.replace(hour=9), slot=NOON.replace(hour=9), ended_at=at)

    slot = only(kitchen)

    assert (slot.state, slot.said, slot.counts_to) == ("came", said, None)


def test_the_deadline_is_the_next_time_the_clock_on_the_wall_shows_it():
    due = datetime(2026, 3, 28, 23, tzinfo=UTC)  # midnight in Berlin, and the clock goes forward at two

    assert deadline_of("06:30", "Europe/Berlin", due) == datetime(2026, 3, 29, 4, 30, tzinfo=UTC)
    assert deadline_of("", "UTC", due) is None


def test_what_needs_somebody_comes_first():
    slots = [Slot(Arrival("d/a", "p", NOON, state), None, NOON) for state in ("came", "due", "late", "came")]

    assert sentence(slots) == "2 arrived, 1 expected, 1 late."
    assert sentence([]) == "No schedule fires today."


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_costs_the_same_for_any_number_of_schedules(
    browser: Client, django_assert_num_queries, count: int
):
    make_mesh(count, runs=0)
    for number in range(count):
        schedule("59 23 * * *", "23:59", number)

    with django_assert_num_queries(
        9
    ):  # session, person, kitchen, frame; schedules, runs, commit, index, recipes
        said = browser.get(reverse("arrivals")).content.decode()

    assert f"d{count - 1}/daily" in said


def test_asking_again_is_answered_only_where_something_changed(browser: Client):
    make_mesh(1, runs=0)
    schedule("59 23 * * *")
    url = reverse("arrivals")
    tag = re.search(r'data-etag="([^"]+)"', browser.get(url).content.decode())[1]

    assert browser.get(url, headers={"If-None-Match": f'"{tag}"'}).status_code == 304
    again = browser.get(url, headers={"If-None-Match": '"other"', "HX-Request": "true"})
    assert b"<html" not in again.content


def test_a_day_without_schedules_says_so(browser: Client):
    factories.make_production()

    assert b"No schedule fires today" in browser.get(reverse("arrivals")).content
