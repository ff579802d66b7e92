"""The facts of a change: the first moment of each stage, and nothing for what is no change."""

from __future__ import annotations

import pytest

from kitchens.actions import changes, merges
from kitchens.core.roles import THE_HUB
from kitchens.models import Change, Kitchen, MergeRequest
from tests.changing import NOW, commit, green, kitchen_of, later, mesh, request_of

NOTES = "domains/sales/notes.md"


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return mesh()


@pytest.fixture
def kitchen(production) -> Kitchen:
    return kitchen_of(production)


def change(kitchen: Kitchen) -> Change:
    return Change.objects.get(kitchen=kitchen, state="open")


def test_the_first_moment_of_its_kind_counts(kitchen):
    changes.note(kitchen.pk, "first_review_at", later(1))
    changes.note(kitchen.pk, "first_review_at", later(2))

    assert change(kitchen).first_review_at == later(1)
    assert change(kitchen).target == kitchen.parent


def test_a_word_that_is_no_moment_is_a_fault_of_ours(kitchen):
    with pytest.raises(ValueError, match="no moment"):
        changes.note(kitchen.pk, "state", NOW)


def test_production_and_candidates_have_no_change_on_its_way(production, kitchen):
    commit(kitchen, {NOTES: b"x\n"})
    candidate = merges.start_candidate(request_of(kitchen), by=THE_HUB, now=NOW).candidate

    for one in (production, candidate):
        changes.note(one.pk, "first_commit_at", NOW)

    assert set(Change.objects.values_list("kitchen__slug", flat=True)) == {"late-flights"}


def test_a_kitchen_that_is_not_there_is_no_error(db):
    changes.note(4711, "first_commit_at", NOW)
    changes.committed(4711, ["sales"], NOW)
    changes.abandoned(4711, NOW)

    assert not Change.objects.exists()


def test_commits_are_counted_with_their_domains(kitchen):
    changes.committed(kitchen.pk, ["sales"], later(1))
    changes.committed(kitchen.pk, ["finance", "sales"], later(2))

    found = change(kitchen)
    assert (found.commits, found.domains, found.first_commit_at) == (2, ["finance", "sales"], later(1))


def test_every_commit_is_noted_however_it_came(kitchen):
    commit(kitchen, {NOTES: b"x\n"}, now=later(1))
    commit(kitchen, {"domains/finance/notes.md": b"y\n", "README.md": b"z\n"}, now=later(2))

    found = change(kitchen)
    assert (found.commits, found.domains, found.first_commit_at) == (2, ["finance", "sales"], later(1))


def test_a_green_run_counts_once_something_was_changed(kitchen):
    changes.note(kitchen.pk, "kitchen_ready_at", NOW)
    changes.run_ended(kitchen.pk, "sales", green=True, at=later(1))
    changes.committed(kitchen.pk, ["sales"], later(2))
    changes.run_ended(kitchen.pk, "sales", green=False, at=later(3))
    changes.run_ended(kitchen.pk, "sales", green=True, at=later(4))

    assert change(kitchen).first_green_run_at == later(4)


@pytest.fixture
def merged(kitchen) -> Change:
    commit(kitchen, {NOTES: b"x\n"})
    request = green(request_of(kitchen))
    merges.merge(request, by=THE_HUB, now=later(10))
    return Change.objects.get(request=request)


def ended(change: Change, runs) -> tuple:
    for minute, domain, is_green in runs:
        changes.run_ended(change.target_id, domain, green=is_green, at=later(minute))
    change.refresh_from_db()
    return change.first_green_target_run_at, change.failed_at, change.recovered_at


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([(5, "sales", True)], (None, None, None)),  # before the merge
        ([(11, "finance", True)], (None, None, None)),  # another domain
        ([(11, "sales", True), (12, "sales", True)], (11, None, None)),
        ([(11, "sales", True), (12, "sales", False)], (11, None, None)),  # it had proved itself
        ([(11, "sales", False), (12, "sales", False)], (None, 11, None)),
        ([(11, "sales", False), (12, "sales", True)], (12, 11, 12)),
    ],
)
def test_runs_of_the_target_say_whether_the_change_failed_and_when_it_recovered(merged, runs, expected):
    moments = tuple(later(minute) if minute else None for minute in expected)

    assert ended(merged, runs) == moments


def test_a_change_that_changed_recipes_is_told_of_the_runs_of_those(merged):
    plan = {
        "steps": [{"recipe": "sales/daily", "changed": True}, {"recipe": "sales/checkout", "changed": False}]
    }
    MergeRequest.objects.filter(pk=merged.request_id).update(candidate_plan=plan)

    changes.run_ended(merged.target_id, "sales", green=True, at=later(11), recipe="checkout")
    merged.refresh_from_db()
    assert merged.first_green_target_run_at is None
    changes.run_ended(merged.target_id, "sales", green=True, at=later(12), recipe="daily")
    merged.refresh_from_db()
    assert merged.first_green_target_run_at == later(12)


def test_after_a_merge_the_next_change_begins(kitchen, merged):
    changes.committed(kitchen.pk, ["sales"], later(20))

    assert (change(kitchen).number, merged.number) == (2, 1)


def test_a_retired_kitchens_change_is_abandoned(kitchen):
    changes.committed(kitchen.pk, ["sales"], NOW)

    changes.abandoned(kitchen.pk, later(5))

    found = Change.objects.get(kitchen=kitchen)
    assert (found.state, found.abandoned_at) == ("abandoned", later(5))


def test_what_mends_an_earlier_merge_is_known_by_it(kitchen, merged, production):
    mender = kitchen_of(production, "mender")
    commit(mender, {NOTES: b"mended\n"})

    merges.open_request(mender, production, title="Mend", by=THE_HUB, now=later(20), mends=merged.request)

    found = change(mender)
    assert (found.unplanned, found.mends) == (True, merged)
