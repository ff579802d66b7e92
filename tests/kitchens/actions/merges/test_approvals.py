"""An approval is the word of a second person, about exactly one state."""

from __future__ import annotations

import pytest

from hub.common.errors import ConflictError, InvalidError, NotAllowedError
from kitchens.actions import merges, revisions
from kitchens.actions.merges import GatesClosedError
from kitchens.core.impact import Altered, Finding, Impact, RecipeChange
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import Approval, Kitchen, Revision
from kitchens.ports import Ports, ports
from kitchens.queries.data import newest
from kitchens.queries.merges.looks import look
from tests.changing import NOW, commit, green, kitchen_of, later, mesh, person, publish, request_of

NOTES = "domains/sales/notes.md"
README = "README.md"


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return mesh(approvals=1)


@pytest.fixture
def ann(db):
    return person("ann")


@pytest.fixture
def bo(db):
    return person("bo")


@pytest.fixture
def request_(production, ann):
    kitchen = kitchen_of(production)
    commit(kitchen, {NOTES: b"changed\n"}, by=ann.actor())
    return green(request_of(kitchen, by=ann.actor()))


def closed(request) -> str:
    """Return what keeps the request from being merged, "" where it was merged."""
    try:
        merges.merge(request, by=THE_HUB, now=later(9))
    except GatesClosedError as fault:
        return fault.message
    return ""


def test_one_approval_of_somebody_else_opens_the_gate(request_, bo):
    merges.approve(request_, by=bo.actor(), now=NOW)

    assert closed(request_) == ""


def test_without_it_nothing_is_merged_also_not_by_an_admin(request_):
    with pytest.raises(GatesClosedError, match="0 of 1 approval"):
        merges.merge(request_, by=person("root", "admin").actor(), now=NOW)


def test_the_opener_cannot_approve(request_, ann):
    with pytest.raises(NotAllowedError, match="opened"):
        merges.approve(request_, by=ann.actor(), now=NOW)


def test_who_wrote_a_part_cannot_approve_also_by_another_name_in_git(production, bo):
    kitchen = kitchen_of(production)
    commit(kitchen, {NOTES: b"changed\n"}, by=bo.actor())
    request = request_of(kitchen)

    with pytest.raises(NotAllowedError, match="wrote a part"):
        merges.approve(request, by=bo.actor(), now=NOW)


def test_who_committed_in_the_ledger_is_an_author_whatever_git_says(production, bo):
    kitchen = kitchen_of(production)
    commit(kitchen, {NOTES: b"changed\n"}, by=Actor(bo.pk, "Somebody Else", "developer"))
    bo.email = "new@example.org"
    bo.save()

    with pytest.raises(NotAllowedError, match="wrote a part"):
        merges.approve(request_of(kitchen), by=bo.actor(), now=NOW)


def test_the_hub_has_no_opinion(request_):
    with pytest.raises(NotAllowedError, match="Only a person"):
        merges.approve(request_, by=THE_HUB, now=NOW)


def test_a_viewer_approves_nothing(request_):
    with pytest.raises(NotAllowedError):
        merges.approve(request_, by=person("vi", "viewer").actor(), now=NOW)


def test_the_target_may_ask_for_a_higher_role(request_, bo, production):
    Kitchen.objects.filter(pk=production.pk).update(policy=production.policy | {"approver_role": "operator"})
    request_.target.refresh_from_db()

    with pytest.raises(NotAllowedError, match="role operator"):
        merges.approve(request_, by=bo.actor(), now=NOW)

    merges.approve(request_, by=person("op", "operator").actor(), now=NOW)
    assert closed(request_) == ""


def test_an_approval_counts_no_longer_once_the_person_lost_the_role(request_, bo):
    merges.approve(request_, by=bo.actor(), now=NOW)
    bo.role = "viewer"
    bo.save()

    assert "0 of 1 approval" in closed(request_)


def test_said_twice_it_is_one_approval(request_, bo):
    first = merges.approve(request_, by=bo.actor(), now=NOW)

    assert merges.approve(request_, by=bo.actor(), now=later(1)) == first
    assert request_.events.filter(what="approved").count() == 1


def test_a_new_commit_in_the_source_makes_it_void(request_, bo):
    merges.approve(request_, by=bo.actor(), now=NOW)
    commit(request_.source, {NOTES: b"something else\n"})

    assert "bo approved an earlier state" in closed(request_)
    assert "The approval of bo counts no longer" in request_.events.get(what="approvals.void").sentence


def test_a_run_published_in_the_source_makes_it_void(request_, bo):
    merges.approve(request_, by=bo.actor(), now=NOW)
    publish(request_.source, "sales.orders", "again")

    assert "bo approved an earlier state" in closed(request_)


def test_a_new_commit_in_the_target_makes_it_void(request_, bo, production):
    merges.approve(request_, by=bo.actor(), now=NOW)
    commit(production, {README: b"hello\n"})

    assert "bo approved an earlier state" in closed(green(request_))


def test_a_value_of_the_target_makes_it_void(request_, bo, production):
    merges.approve(request_, by=bo.actor(), now=NOW)
    revisions.append(production, cause="override", by=THE_HUB, at=NOW, overrides={"day": "2026-01-01"})

    assert "bo approved an earlier state" in closed(green(request_))


def test_data_of_the_target_does_not_make_it_void(request_, bo, production):
    merges.approve(request_, by=bo.actor(), now=NOW)
    publish(production, "sales.orders", "newer")

    assert closed(request_) == ""


def test_it_is_refused_for_something_else_than_was_looked_at(request_, bo):
    seen = look(request_).digest
    commit(request_.source, {NOTES: b"slipped in\n"})

    with pytest.raises(ConflictError, match="has changed since you looked"):
        merges.approve(request_, by=bo.actor(), now=NOW, seen=seen)

    assert Approval.objects.count() == 0


def test_a_wish_for_changes_holds_until_the_person_approves(request_, bo):
    merges.approve(request_, by=person("cy").actor(), now=NOW)
    merges.ask_for_changes(request_, note="Name the column.", by=bo.actor(), now=NOW)

    assert "bo asks for changes. Name the column." in closed(request_)
    merges.approve(request_, by=bo.actor(), now=NOW)
    assert closed(request_) == ""


def test_a_wish_for_changes_says_which(request_, bo):
    with pytest.raises(InvalidError, match="what has to change"):
        merges.ask_for_changes(request_, note=" ", by=bo.actor(), now=NOW)


@pytest.fixture
def impact(monkeypatch):
    """Let the recipes say that a test goes and a consumer breaks."""
    gone = Altered("test", "no flight twice", "removed", "The test no flight twice is removed.", weakens=True)
    breaks = Finding(
        "column", "finance/daily", "revenue", "revenue.sql", 4, "finance/daily reads a column that goes."
    )
    found = Impact(recipes=(RecipeChange("sales/daily", "changed", altered=(gone,)),), findings=(breaks,))
    monkeypatch.setattr(Ports, "impact", staticmethod(lambda request_id: found))
    monkeypatch.setattr(ports, "impact", lambda request_id: found, raising=False)
    return found


def ask_for(production, **rules):
    Kitchen.objects.filter(pk=production.pk).update(policy=production.policy | rules)


def test_tests_removed_need_an_approval_that_says_so(production, request_, bo, impact):
    ask_for(production, tests_removed="approval")
    request_.target.refresh_from_db()
    merges.approve(request_, by=bo.actor(), now=NOW)

    assert closed(request_) == "The test no flight twice is removed."
    merges.approve(request_, by=bo.actor(), now=NOW, tests_removed=True)
    assert closed(request_) == ""


def test_what_breaks_elsewhere_needs_an_approval(production, request_, bo, impact):
    ask_for(production, approvals=0, breaking="approval")
    request_.target.refresh_from_db()

    assert closed(request_) == "finance/daily reads a column that goes."
    merges.approve(request_, by=bo.actor(), now=NOW)
    assert closed(request_) == ""


def test_a_target_may_refuse_what_breaks_whoever_approves(production, request_, bo, impact):
    ask_for(production, breaking="refuse")
    request_.target.refresh_from_db()
    merges.approve(request_, by=bo.actor(), now=NOW)

    assert "finance/daily reads" in closed(request_)
    assert newest(production).cause != "merge"
    assert not Revision.objects.filter(kitchen=production, cause="merge").exists()
