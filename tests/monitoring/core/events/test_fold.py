"""What events come to does not depend on the order in which they arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitoring.core.events.fold import Judged, Standing, fold, red_since, stretches
from monitoring.core.events.model import RunState

AT = datetime(2026, 3, 1, tzinfo=UTC)
verdicts = st.sampled_from(["pass", "warn", "fail", "error", "not_evaluated", "learning", "skipped"])


def hour(number: int) -> datetime:
    return AT + timedelta(hours=number)


@given(st.lists(st.sampled_from(list(RunState)), min_size=1, max_size=6), st.randoms())
def test_a_run_stands_the_same_in_any_order(states, dice):
    told = [(state, hour(number)) for number, state in enumerate(states)]
    mixed = dice.sample(told, len(told))

    def standing(events):
        found = Standing()
        for state, at in events:
            found = fold(found, state, at, Standing())
        return found

    assert standing(mixed) == standing(told)


def test_a_terminal_state_wins_over_a_later_running():
    found = fold(Standing(), RunState.FAILED, hour(1), Standing(message="Full."))
    found = fold(found, RunState.RUNNING, hour(2), Standing())

    assert (found.status, found.message, found.ended_at) == (RunState.FAILED, "Full.", hour(1))


def test_an_event_that_says_no_status_turns_nothing():
    assert fold(Standing(RunState.RUNNING, hour(1)), None, hour(2), Standing()).status is RunState.RUNNING


@given(st.lists(st.tuples(verdicts, st.sampled_from(["stop", "warn", "log"])), max_size=12), st.randoms())
def test_stretches_of_red_are_the_same_in_any_order_of_arrival(told, dice):
    rows = [Judged(pk, hour(pk), verdict, severity) for pk, (verdict, severity) in enumerate(told, 1)]
    found = stretches(dice.sample(rows, len(rows)))

    assert found == stretches(rows)
    reds = [row for stretch in found for row in stretch.red]
    assert reds == [
        r for r in rows if r.verdict in {"fail", "error", "not_evaluated"} and r.severity != "log"
    ]
    assert all(stretch.fixed for stretch in found[:-1])
    if found and not found[-1].fixed:
        assert red_since(rows) <= found[-1].red[0].at
