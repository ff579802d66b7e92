"""The home page: what it says, that it costs the same however large the mesh, and that asking again is cheap."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitchens.core.roles import THE_HUB
from monitoring.queries import home as queries
from monitoring.queries.mesh import TERMS, newest_of_each
from monitoring.queries.today import arrivals, last_days, slots_of_day
from recipes.actions.schedules import set_paused
from recipes.models import OrderRun, Progress, Schedule
from tests import factories
from tests.mesh_rows import make_mesh, make_run

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)


def text_of(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_hub_without_anything_says_what_comes_first(browser: Client):
    factories.make_production()

    said = text_of(browser.get(reverse("home")))

    assert "Nothing has run today yet." in said
    assert "No domain yet." in said
    assert "Nothing has run here yet. Open a recipe and order its first run." in said
    assert "n/a (n = 0)" in said


def test_what_failed_needs_somebody_with_the_sentence_of_its_test(browser: Client):
    make_mesh(1, status="failed")

    said = text_of(browser.get(reverse("home")))

    assert "31 of 224 rows of d0.clean have no day." in said
    assert "1 red run since" in said
    assert "daily failed" in said


def test_a_green_mesh_needs_nobody(browser: Client):
    make_mesh(1)

    said = text_of(browser.get(reverse("home")))

    assert "Nothing waits for you: the newest run of every recipe is green." in said
    assert "1 variation, all green" in said


def test_long_work_of_the_hub_is_shown(browser: Client):
    factories.make_production()
    at = timezone.now()
    Progress.objects.create(
        name="demo", title="History of the demo", unit="runs", done=12, total=90, started_at=at, updated_at=at
    )

    assert "12 of 90 runs" in text_of(browser.get(reverse("home")))


@pytest.mark.parametrize("count", [1, 3])
def test_home_costs_the_same_for_any_number_of_domains(
    browser: Client, django_assert_num_queries, count: int
):
    make_mesh(count, status="failed")
    browser.get(reverse("home"))  # the graph of a commit is read once

    with django_assert_num_queries(19):  # session, person, kitchen, frame; a glance: 2; the page: 13
        assert browser.get(reverse("home")).status_code == 200


def test_an_unchanged_page_is_not_put_together_again(browser: Client, django_assert_num_queries, monkeypatch):
    kitchen = make_mesh(1)
    monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC).replace(second=30))
    live = reverse("home-live")
    etag = re.search(r'data-etag="(\w+)"', browser.get(reverse("home")).content.decode())[1]

    with django_assert_num_queries(5):  # session, person, kitchen; progress, newest runs
        assert browser.get(live, headers={"If-None-Match": f'"{etag}"'}).status_code == 304

    make_run(kitchen, "d0", "running", timezone.now())
    answer = browser.get(live, headers={"If-None-Match": f'"{etag}"'})
    assert answer.status_code == 200
    assert b"<html" not in answer.content


def test_the_page_changes_with_the_minute_with_runs_and_with_long_work():
    kitchen = make_mesh(1)
    at = MIDNIGHT + timedelta(hours=10)
    facts = [queries.glance(kitchen, at).facts, queries.glance(kitchen, at + timedelta(minutes=1)).facts]
    OrderRun.objects.filter(pk=OrderRun.objects.first().pk).update(tests_failed=7)
    facts.append(queries.glance(kitchen, at).facts)
    Progress.objects.create(name="demo", title="History", unit="runs", total=9, started_at=at, updated_at=at)
    facts.append(queries.glance(kitchen, at).facts)

    assert len(set(facts)) == len(facts)
    assert queries.glance(kitchen, at + timedelta(seconds=59)).facts == facts[-1]


def test_the_days_are_counted_as_the_runs_say():
    kitchen = factories.make_production()
    day = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    other = factories.make_kitchen()
    for back, status, place in [(0, "succeeded", kitchen), (0, "failed", kitchen), (0, "cancelled", kitchen),
                                (1, "lost", kitchen), (13, "succeeded", kitchen), (14, "failed", kitchen),
                                (0, "failed", other)]:  # fmt: skip
        make_run(place, "d0", status, day - timedelta(days=back), tests_total=5)

    days = last_days(kitchen, day)

    assert [(d.ended, d.red, d.tests, d.failed) for d in days] == [
        (1, 0, 5, 0),
        *[(0, 0, 0, 0)] * 11,
        (1, 1, 5, 0),
        (2, 1, 15, 1),
    ]
    assert days[-1].statuses == {"succeeded": 1, "failed": 1, "cancelled": 1}


def test_the_newest_runs_of_each_recipe_are_one_query(django_assert_num_queries):
    kitchen = make_mesh(3, runs=4)
    names = [f"d{number}/daily" for number in range(TERMS + 5)]

    with django_assert_num_queries(1):
        found = list(newest_of_each(kitchen, names, 2))

    assert [run.pk for run in found] == sorted((run.pk for run in found), reverse=True)
    assert sorted(run.domain for run in found) == ["d0", "d0", "d1", "d1", "d2", "d2"]


def test_nothing_asked_for_is_nothing_found():
    assert list(newest_of_each(factories.make_production(), [], 2)) == []


def test_a_schedule_that_fires_often_has_no_arrivals():
    assert slots_of_day("*/10 * * * *", "UTC", MIDNIGHT) == ()
    assert slots_of_day("* * * * * *", "UTC", MIDNIGHT) == ()
    assert [slot.hour for slot in slots_of_day("0 0,6 * * *", "UTC", MIDNIGHT)] == [0, 6]
    assert len(slots_of_day("0 * * * *", "UTC", MIDNIGHT)) == 24


def test_a_slot_before_the_schedule_was_made_is_not_missed(browser: Client):
    make_mesh(1)
    Schedule.objects.update(last_slot=None, next_slot=timezone.now() + timedelta(days=1))

    said = text_of(browser.get(reverse("home")))

    assert "Arrivals today" not in said
    assert "missing" not in said


def test_slots_that_passed_in_a_pause_are_not_missed_others_are(django_assert_num_queries):
    kitchen = make_mesh(1)
    Schedule.objects.update(cron="0 * * * *", timezone="UTC", last_slot=MIDNIGHT, paused=False)
    schedule = Schedule.objects.get()
    set_paused(schedule, True, by=THE_HUB, now=MIDNIGHT + timedelta(hours=2, minutes=30))
    set_paused(schedule, False, by=THE_HUB, now=MIDNIGHT + timedelta(hours=5, minutes=30))

    with django_assert_num_queries(3):
        found = arrivals(kitchen, MIDNIGHT, MIDNIGHT + timedelta(hours=7, minutes=1))

    assert [(slot.due.hour, slot.state) for slot in found if slot.due.hour < 8] == [
        (0, "missing"), (1, "missing"), (2, "late"), (6, "late"), (7, "due"),
    ]  # fmt: skip


def test_a_slot_that_a_run_came_for_is_shown_whoever_placed_it(browser: Client):
    kitchen = make_mesh(1)
    Schedule.objects.update(last_slot=None, next_slot=timezone.now() + timedelta(days=1))
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    make_run(kitchen, "d0", "succeeded", timezone.now(), slot=midnight)

    said = text_of(browser.get(reverse("home")))

    assert "00:00 d0/daily came" in said


def test_another_kitchen_shows_its_own_runs(browser: Client):
    make_mesh(1, status="failed")
    factories.make_kitchen("faster-joins")

    said = text_of(browser.get(reverse("home") + "?kitchen=faster-joins"))

    assert "Nothing has run here yet." in said
    assert browser.get(reverse("home") + "?kitchen=nowhere").status_code == 404
