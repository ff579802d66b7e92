"""Which rules lead where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from monitoring.core.incidents.routing import About, Rule, matching, within

ABOUT = About("sales", 3, "stop", "production", "production")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ({}, True),
        ({"domain": "sales"}, True),
        ({"domain": "finance"}, False),
        ({"owner": 3}, True),
        ({"owner": 4}, False),
        ({"severity": "stop"}, True),
        ({"severity": "warn"}, False),
        ({"kitchen": "canary-1"}, False),
        ({"weekdays_only": True}, False),
        ({"begins": time(9), "ends": time(17)}, True),
        ({"begins": time(17), "ends": time(9)}, False),
        ({"begins": time(14), "ends": time(20), "timezone": "Asia/Kolkata"}, True),
    ],
)
def test_a_rule_matches_on_what_it_names_and_on_nothing_else(rule: dict, fits: bool):
    assert Rule(1, 1, **rule).matches(ABOUT, NOON) == fits


def test_a_kitchen_of_somebody_matches_no_rule_not_even_one_that_names_it():
    mine = replace(ABOUT, kitchen="faster-joins", tier="development")

    assert not Rule(1, 1, kitchen="faster-joins").matches(mine, NOON)


def test_a_canary_matches_a_rule_that_names_it():
    canary = replace(ABOUT, kitchen="canary-1", tier="canary")

    assert Rule(1, 1, kitchen="canary-1").matches(canary, NOON)
    assert not Rule(1, 1).matches(canary, NOON)


def test_a_channel_is_told_once_by_the_first_rule_that_fits():
    rules = [Rule(1, 5, domain="finance"), Rule(2, 5, domain="sales"), Rule(3, 5), Rule(4, 6)]

    assert [rule.pk for rule in matching(rules, ABOUT, NOON)] == [2, 4]


def test_hours_over_midnight_hold_on_both_sides_of_it():
    assert [within(time(hour), time(22), time(6)) for hour in (21, 22, 0, 5, 6)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    assert within(time(3), time(8), time(8))
