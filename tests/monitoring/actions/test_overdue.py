"""A dataset that used to come and has not: its monitor turns red without a run, and green with the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.actions import episodes, overdue
from monitoring.actions.incidents import sweep as incidents
from monitoring.models import Episode, Incident
from recipes.models import Schedule, TestResult, TestSeries
from tests.small_mesh import SmallMesh

FIRST = datetime(2026, 3, 11, 5, tzinfo=UTC)
RECIPE = """
    description: One load a day
    nodes:
      load: {kind: sql, file: load.sql, writes: flights.raw}
    variations:
      production: {schedule: "0 5 * * *"}
"""
DAYS = 10


@pytest.fixture
def daily(mesh: SmallMesh, settings) -> SmallMesh:
    """Ten days on which the dataset came at five."""
    settings.MONITORS = True
    mesh.write("daily", {"recipe.yaml": RECIPE, "load.sql": "SELECT 1 AS n"})
    for day in range(DAYS):
        run(mesh, day)
    Schedule.objects.update(paused=False, last_slot=FIRST)
    return mesh


def run(mesh: SmallMesh, day: int):
    slot = FIRST + timedelta(days=day)
    mesh.now = max(mesh.now, slot)
    return mesh.run(slot=slot)


def after(hours: float) -> datetime:
    return FIRST + timedelta(days=DAYS - 1, hours=hours)


def test_it_is_red_once_it_is_later_than_ever_and_green_when_it_comes(daily: SmallMesh) -> None:
    assert overdue.sweep(after(29)) == 0
    assert overdue.sweep(after(31)) == 1
    assert overdue.sweep(after(32)) == 0
    incidents(after(32))

    (found,) = TestResult.objects.filter(run=None)
    assert found.sentence == (
        "flights.raw was written 1 d 7 h ago and not since; it usually comes after 1 d, and never came later than after"
        " 1 d."
    )
    assert TestSeries.objects.get(test="monitor.freshness.raw").verdict == "fail"
    assert Incident.objects.get().title == "“monitor.freshness.raw” is red in flights/daily"

    come = run(daily, DAYS + 1)
    episodes.run_ended(come.pk)

    episode = Episode.objects.get()
    assert (episode.ending, episode.fixed_run_id) == ("green", come.pk)
    assert overdue.sweep(after(73)) == 0


def test_it_is_not_looked_at_where_nothing_is_meant_to_come(daily: SmallMesh) -> None:
    Schedule.objects.update(paused=True)

    assert overdue.sweep(after(100)) == 0


def test_it_is_not_looked_at_where_monitors_are_off(daily: SmallMesh, settings) -> None:
    daily.write("daily", {"recipe.yaml": "    monitors: off" + RECIPE, "load.sql": "SELECT 1 AS n"})
    Schedule.objects.update(paused=False, last_slot=FIRST)
    assert overdue.sweep(after(100)) == 0

    settings.MONITORS = False
    assert overdue.sweep(after(100)) == 0


def test_it_waits_while_a_run_is_at_work_or_red_for_another_reason(daily: SmallMesh) -> None:
    daily.order(slot=after(24))
    assert overdue.sweep(after(100)) == 0

    daily.write("daily", {"recipe.yaml": RECIPE, "load.sql": "SELECT CAST('no number' AS INTEGER) AS n"})
    Schedule.objects.update(paused=False, last_slot=FIRST)
    daily.work()
    failed = run(daily, DAYS + 1)
    episodes.run_ended(failed.pk)
    assert (failed.status, Episode.objects.filter(closed_at=None).count()) == ("failed", 1)
    assert overdue.sweep(after(100)) == 0


def test_looking_costs_one_query_where_nothing_is_late(daily: SmallMesh, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        overdue.sweep(after(20))
