"""The states of incidents: every move from every state, urgency, and what counts as worse."""

from __future__ import annotations

import pytest

from monitoring.core.incidents.states import (
    BY_PEOPLE,
    MOVES,
    STATES,
    Level,
    is_worse,
    refusal,
    urgency,
    worse_severity,
)

ALLOWED = {
    "open": {"acknowledge", "snooze", "watch", "resolve"},
    "acknowledged": {"snooze", "watch", "resolve"},
    "snoozed": {"acknowledge", "snooze", "watch", "resolve", "wake"},
    "monitoring": {"acknowledge", "snooze", "resolve"},
    "resolved": {"reopen"},
}


@pytest.mark.parametrize("state", STATES)
def test_from_each_state_exactly_these_moves_are_allowed(state: str):
    assert {move for move in MOVES if not refusal(move, state)} == ALLOWED[state]


def test_a_refusal_says_what_cannot_be_done_to_what():
    assert refusal("snooze", "resolved") == "An incident that is resolved cannot be snoozed."


def test_people_give_seven_reasons_and_the_hub_its_own():
    assert len(BY_PEOPLE) == 7
    assert {"green", "ended"}.isdisjoint(BY_PEOPLE)


def test_what_is_stopped_and_unseen_is_most_urgent_and_what_rests_is_not():
    order = [("open", "stop"), ("open", "warn"), ("acknowledged", "stop"), ("monitoring", "warn")]

    assert [urgency(*one) for one in order] == [4, 3, 2, 1]
    assert {urgency(state, "stop") for state in ("snoozed", "resolved")} == {0}


def test_the_worse_of_two_severities_is_stop():
    assert worse_severity("warn", "stop") == worse_severity("stop", "warn") == "stop"
    assert worse_severity("", "warn") == "warn"


@pytest.mark.parametrize(
    ("now", "worse"),
    [
        (Level(2, "warn", 100), False),
        (Level(1, "warn", 20), False),
        (Level(3, "warn", 100), True),
        (Level(1, "stop", 100), True),
        (Level(2, "warn", 119), False),
        (Level(2, "warn", 121), True),
    ],
)
def test_more_red_a_worse_severity_and_clearly_more_failing_rows_are_worse(now: Level, worse: bool):
    assert is_worse(now, Level(2, "warn", 100)) == worse


def test_a_first_failing_row_where_none_was_counted_is_worse():
    assert is_worse(Level(1, "stop", 1), Level(1, "stop", 0))
    assert not is_worse(Level(1, "stop", 0), Level(1, "stop", 0))
