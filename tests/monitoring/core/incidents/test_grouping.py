"""Which episodes are one incident."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.core.incidents.grouping import Known, Red, choose, fingerprint, suspect_of

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
RED = Red(1, "flights", "daily", "load", "enough rows", "", "flights.raw", 12, "code: a.sql changed", AT)
OTHER = Known(7, 3, "", "x", True)


def test_what_the_same_suspect_turned_red_in_the_same_run_is_one_incident():
    assert choose(RED, [replace(OTHER, run=12, suspect=RED.suspect)]).pk == 7
    assert choose(RED, [replace(OTHER, run=12, suspect="code: b.sql changed")]) is None
    assert choose(RED, [replace(OTHER, run=11, suspect=RED.suspect)]) is None


def test_two_things_nobody_can_explain_are_not_one_because_they_are_red_in_one_run():
    assert choose(replace(RED, suspect=""), [replace(OTHER, run=12, suspect="")]) is None


def test_what_is_red_at_the_same_time_on_the_same_dataset_is_one_incident():
    assert choose(RED, [replace(OTHER, shares_dataset=True)]).pk == 7
    assert choose(replace(RED, dataset=""), [replace(OTHER, shares_dataset=True)]) is None


def test_the_incident_of_the_suspect_upstream_comes_before_all_others():
    known = [replace(OTHER, shares_dataset=True, pk=9), replace(OTHER, of_suspect=True)]

    assert choose(RED, known).pk == 7


@pytest.mark.parametrize(("hours", "same"), [(1, True), (24, True), (24.1, False)])
def test_red_again_within_a_day_is_the_same_incident(hours: float, same: bool):
    ended = replace(OTHER, open=False, resolved_at=AT - timedelta(hours=hours), fingerprint=fingerprint(RED))

    assert (choose(RED, [ended]) is not None) == same


def test_a_resolved_incident_takes_nothing_in_but_its_own_root():
    ended = replace(OTHER, open=False, resolved_at=AT, shares_dataset=True, run=12, suspect=RED.suspect)

    assert choose(RED, [ended]) is None


def test_an_open_incident_comes_before_one_that_was_resolved():
    root = fingerprint(RED)
    known = [
        Known(9, None, "", root, False, AT - timedelta(hours=1)),
        Known(4, None, "", root, True),
    ]

    assert choose(RED, known).pk == 4


@given(st.dates(), st.uuids(), st.integers(100, 10**12))
def test_dates_ids_and_counts_do_not_make_another_root(day, run, count):
    names = [f"rows of {day} in {run} were {count}", "rows of 2026-01-01 in " + str(run) + " were 100"]

    assert len({fingerprint(replace(RED, test=name)) for name in names}) == 1


def test_another_test_node_dataset_or_source_is_another_root():
    others = [replace(RED, **one) for one in ({"test": "b"}, {"node": "b"}, {"dataset": "b"}, {"source": "dbt"})]  # fmt: skip

    assert len({fingerprint(one) for one in (RED, *others)}) == 5


def test_the_farthest_thing_upstream_that_began_since_is_the_suspect():
    upstream = [
        {"began": True, "level": 1, "episode": 5},
        {"began": True, "level": 2, "episode": 4},
        {"began": False, "level": 3, "episode": 3},
    ]
    cause = {"kind": "code", "sentence": "A change of a.sql.", "confidence": 0.9}

    assert suspect_of({"upstream": upstream, "causes": [cause]}) == ("episode 4", 4)
    assert suspect_of({"upstream": [], "causes": [cause]}) == ("code: A change of a.sql.", None)
    assert suspect_of({"causes": [cause | {"confidence": 0.3}]}) == ("", None)
    assert suspect_of({}) == ("", None)
