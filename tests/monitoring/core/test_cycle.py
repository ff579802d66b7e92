"""Cycle time: stages add up, small samples stay silent, a hundred messy changes count as an independent count says."""

from __future__ import annotations

import random
import statistics
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitoring.core import cycle
from monitoring.core.cycle import ChangeFact, Share

NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def change(pk: int = 1, state: str = "merged", **moments) -> ChangeFact:
    return ChangeFact(pk, f"change {pk}", f"/merges/{pk}/", "faster", ("sales",), state, **moments)


def live_change(pk: int = 1, hours: float = 24, start: datetime = START, **moments) -> ChangeFact:
    facts = {
        "committed_at": start,
        "green_at": start + 2 * HOUR,
        "requested_at": start + 3 * HOUR,
        "approved_at": start + 8 * HOUR,
        "merged_at": start + 9 * HOUR,
        "live_at": start + timedelta(hours=hours),
    }
    return change(pk, **facts | moments)


def stages(one: ChangeFact) -> dict[str, float]:
    return {part.stage: part.time / HOUR for part in cycle.spent(one, NOW)}


def test_the_stages_of_a_change_add_up_to_its_lead_time():
    one = live_change(hours=20)

    assert stages(one) == {"coding": 2, "proving": 1, "review": 5, "candidate": 1, "going live": 11}
    assert sum(stages(one).values()) == one.lead / HOUR


def test_a_milestone_that_never_came_gives_its_time_to_the_next():
    one = live_change(hours=20, green_at=None, approved_at=None)

    assert stages(one) == {"proving": 3, "candidate": 6, "going live": 11}


def test_a_run_that_went_green_after_the_request_still_adds_up():
    one = live_change(hours=20, green_at=START + 4 * HOUR)

    assert stages(one) == {"coding": 4, "review": 4, "candidate": 1, "going live": 11}


def test_an_open_change_is_still_in_its_stage():
    one = change(
        state="open", committed_at=NOW - 30 * HOUR, green_at=NOW - 26 * HOUR, requested_at=NOW - 25 * HOUR
    )

    last = cycle.spent(one, NOW)[-1]

    assert (last.stage, last.time, last.going_on) == ("review", 25 * HOUR, True)
    assert one.lead is None


def test_an_abandoned_change_ends_where_it_was_given_up():
    one = change(state="abandoned", committed_at=START, abandoned_at=START + 5 * HOUR)

    assert stages(one) == {"coding": 5}


def test_a_kitchen_without_a_commit_has_spent_nothing():
    assert cycle.spent(change(state="open", asked_at=START), NOW) == ()


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2.5), (0.85, 3.55), (0.0, 1.0), (1.0, 4.0)])
def test_percentiles_interpolate_between_the_closest_ranks(share, expected):
    assert cycle.percentile([4, 1, 3, 2], share) == pytest.approx(expected)


def test_two_changes_are_too_few_for_a_median_and_six_for_the_85th_percentile():
    assert cycle.median([1, 2]) == cycle.Measure(None, 2)
    assert cycle.median([1, 2, 9]).value == 2
    assert cycle.p85(range(6)) == cycle.Measure(None, 6)
    assert cycle.p85(range(7)).value == pytest.approx(5.1)


def test_nothing_deployed_has_no_failure_rate():
    assert cycle.failure_rate([]) == Share(0, 0)
    assert Share(0, 0).value is None
    assert Share(0, 0).interval is None


def test_the_interval_of_a_share_is_wilsons():
    low, high = Share(2, 10).interval or (0, 0)

    assert (round(low, 4), round(high, 4)) == (
        0.0567,
        0.5098,
    )  # statsmodels 0.14, proportion_confint(method="wilson")


def test_a_red_run_more_than_a_week_later_is_not_laid_at_the_merge():
    late = live_change(failed_at=START + timedelta(days=8), recovered_at=START + timedelta(days=9))

    assert not cycle.failed(late)
    assert cycle.recovery_seconds([late]) == []


def test_a_rolled_back_deployment_failed_and_recovered_with_the_rollback():
    one = live_change(state="rolled_back", rolled_back_at=START + 12 * HOUR)

    assert cycle.failed(one)
    assert cycle.recovery_seconds([one]) == [3 * 3600]


def test_a_young_deployment_may_still_fail():
    young = live_change(start=NOW - 30 * HOUR)

    assert cycle.window_open(young, NOW)
    assert not cycle.window_open(live_change(), NOW)


def test_lead_time_over_a_clock_change_is_time_that_passed():
    before = datetime(2026, 10, 31, 20, 0, tzinfo=NEW_YORK)  # clocks go back that night
    after = datetime(2026, 11, 1, 20, 0, tzinfo=NEW_YORK)
    one = live_change(committed_at=before.astimezone(UTC), live_at=after.astimezone(UTC))

    assert one.lead == 25 * HOUR


def test_the_stage_most_time_goes_to_is_named():
    sums = cycle.stage_sums([live_change(n, 40) for n in range(4)], NOW)

    worst = cycle.slowest(sums)

    assert worst is not None
    assert worst.stage == "going live"
    assert sum(one.share or 0 for one in sums) == pytest.approx(1.0)


def history(seed: int, count: int = 100) -> list[ChangeFact]:
    """A hundred changes as they come: squashed, unreviewed, reverted, abandoned, open, across the change of clocks."""
    rng = random.Random(seed)
    found = []
    for pk in range(count):
        start = START + timedelta(minutes=rng.randrange(46 * 24 * 60))
        steps = [timedelta(minutes=rng.randrange(1, 2000)) for _ in range(5)]
        moments = [start + sum(steps[: n + 1], timedelta()) for n in range(5)]
        facts = dict(
            zip(("green_at", "requested_at", "approved_at", "merged_at", "live_at"), moments, strict=True)
        )
        kind = rng.choice(
            ["live", "live", "live", "unreviewed", "reverted", "red", "abandoned", "open", "not live"]
        )
        facts["committed_at"] = start
        if kind == "unreviewed":
            facts["approved_at"] = None
        if kind in ("abandoned", "open"):
            facts |= {"approved_at": None, "merged_at": None, "live_at": None}
        if kind == "abandoned":
            facts["abandoned_at"] = moments[1] + HOUR
        if kind == "not live":
            facts["live_at"] = None
        if kind == "reverted":
            facts["rolled_back_at"] = moments[4] + timedelta(minutes=rng.randrange(5000))
        if kind == "red":
            facts["failed_at"] = moments[3] + timedelta(minutes=rng.randrange(20_000))
            facts["recovered_at"] = facts["failed_at"] + timedelta(minutes=rng.randrange(900))
        state = {"abandoned": "abandoned", "open": "open", "reverted": "rolled_back"}.get(kind, "merged")
        found.append(change(pk, state, unplanned=rng.random() < 0.2, **facts))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_hundred_changes_count_as_an_independent_count_says(seed):
    changes = history(seed)
    leads, failures, recoveries, deployments = [], 0, [], 0
    for one in changes:  # the same again, step by step and without the code under test
        if one.committed_at and one.live_at:
            leads.append(one.live_at.timestamp() - one.committed_at.timestamp())
        if one.merged_at:
            deployments += 1
            red = one.failed_at is not None and (one.failed_at - one.merged_at).total_seconds() <= 7 * 86400
            if one.rolled_back_at or red:
                failures += 1
                end = one.rolled_back_at or one.recovered_at
                recoveries.append(end.timestamp() - one.merged_at.timestamp())

    assert cycle.median(cycle.lead_seconds(changes)).value == pytest.approx(statistics.median(leads))
    eighty_five = statistics.quantiles(leads, n=20, method="inclusive")[16]
    assert cycle.p85(cycle.lead_seconds(changes)).value == pytest.approx(eighty_five)
    assert cycle.failure_rate(changes) == Share(failures, deployments)
    assert sorted(cycle.recovery_seconds(changes)) == pytest.approx(sorted(recoveries))
    assert cycle.rework_rate(changes) == Share(sum(c.unplanned for c in changes if c.merged_at), deployments)
    for one in changes:
        if one.lead is not None:
            assert sum((part.time for part in cycle.spent(one, NOW)), timedelta()) == one.lead
