"""What a person would say of the mesh today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.core.today import RunFact, arrival_of, day_sentence, red_streaks, share, was_paused

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def run(pk, status, recipe="daily"):
    at = NOW - timedelta(hours=100 - pk)
    return RunFact(pk, "sales", recipe, "production", status, "", at, at, at, at)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({}, "Nothing has run today yet."),
        ({"succeeded": 1}, "1 run today, it succeeded."),
        ({"succeeded": 41}, "All 41 runs today succeeded."),
        (
            {"succeeded": 38, "failed": 1, "running": 2},
            "41 runs today: 38 succeeded, 1 failed, 2 at work.",
        ),
    ],
)
def test_the_day_is_said_in_one_sentence(counts, said):
    assert day_sentence(counts, []) == said


def test_what_is_late_is_named():
    assert day_sentence({}, ["sales/daily"]) == "Nothing has run today yet. sales/daily is late."


def test_a_red_streak_counts_from_its_first_red_run():
    runs = [run(5, "running"), run(4, "failed"), run(3, "timed_out"), run(2, "succeeded"), run(1, "failed")]

    [need] = red_streaks(runs, each=14)

    assert (need.run.pk, need.red_runs, need.since, need.more) == (4, 2, runs[2].started_at, False)


def test_a_streak_that_reaches_the_oldest_run_looked_at_may_be_longer():
    [need] = red_streaks([run(3, "failed"), run(2, "failed")], each=2)

    assert (need.red_runs, need.more) == (2, True)


def test_a_variation_whose_newest_settled_run_is_green_needs_nobody():
    assert red_streaks([run(2, "succeeded"), run(1, "failed")], each=14) == []


def test_cancelled_runs_say_nothing_about_a_streak():
    assert red_streaks([run(2, "cancelled"), run(1, "succeeded")], each=14) == []


@pytest.mark.parametrize(("minutes", "state"), [(-10, "due"), (4, "due"), (30, "late"), (7 * 60, "missing")])
def test_a_slot_without_a_run_is_due_then_late_then_missing(minutes, state):
    assert arrival_of(NOW, None, NOW + timedelta(minutes=minutes)) == state


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        ([], []),
        ([(8, True), (10, False)], [8, 9]),
        ([(3, False)], [0, 1, 2]),
        ([(1, False), (5, True), (6, False)], [0, 5]),
    ],
)
def test_when_a_schedule_was_paused_is_told_by_its_changes_of_the_day(changes, hours):
    day = NOW.replace(hour=0)
    known = [(day + timedelta(hours=hour), paused) for hour, paused in changes]

    assert [hour for hour in range(12) if was_paused(day + timedelta(hours=hour), known)] == hours


def test_a_share_of_nothing_is_not_a_number():
    assert share(0, 0) == "n/a (n = 0)"
