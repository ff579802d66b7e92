"""Merge requests are opened between parent and child, talked about, and closed."""

from __future__ import annotations

import pytest

from hub.common.errors import ConflictError, InvalidError, NotAllowedError
from kitchens.actions import merges
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import AuditEntry, Change, Kitchen, MergeRequest
from tests.changing import NOW, commit, green, kitchen_of, later, mesh, person, request_of

NOTES = "domains/sales/notes.md"


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return mesh()


@pytest.fixture
def kitchen(production) -> Kitchen:
    made = kitchen_of(production)
    commit(made, {NOTES: b"changed\n"})
    return made


def test_opening_writes_event_audit_and_the_moment_of_the_change(kitchen):
    ann = person("ann")

    request = request_of(kitchen, by=ann.actor())

    assert (request.state, request.opened_by) == ("open", ann)
    assert request.events.get().sentence == "ann asked to merge late-flights into production."
    assert AuditEntry.objects.filter(what="merge.opened", person=ann).exists()
    assert Change.objects.get(kitchen=kitchen).requested_at == NOW


def test_one_request_between_two_kitchens_is_open_at_a_time(kitchen):
    request_of(kitchen)

    with pytest.raises(ConflictError, match="open already"):
        request_of(kitchen)

    assert MergeRequest.objects.count() == 1


def test_a_kitchen_without_a_change_has_nothing_to_merge(production):
    with pytest.raises(ConflictError, match="nothing to merge"):
        request_of(kitchen_of(production))


def test_only_parent_and_child_merge(production, kitchen):
    other = kitchen_of(production, "other")

    with pytest.raises(InvalidError, match="not parent and child"):
        merges.open_request(kitchen, other, title="x", by=THE_HUB, now=NOW)


def test_a_request_needs_a_title(kitchen):
    with pytest.raises(InvalidError, match="title"):
        request_of(kitchen, title=" ")


def test_a_viewer_opens_nothing(kitchen):
    with pytest.raises(NotAllowedError):
        request_of(kitchen, by=Actor(None, "Vi", "viewer"))


def test_a_retired_kitchen_merges_nothing(kitchen):
    request = green(request_of(kitchen))
    Kitchen.objects.filter(pk=kitchen.pk).update(
        state="retired"
    )  # while the request is open, the action refuses

    with pytest.raises(merges.GatesClosedError, match="late-flights is retired"):
        merges.merge(MergeRequest.objects.get(pk=request.pk), by=THE_HUB, now=NOW)


def test_withdrawn_it_lets_its_candidate_go_and_may_be_opened_again(kitchen):
    request = green(request_of(kitchen))

    merges.withdraw(request, by=THE_HUB, now=later(1))
    merges.withdraw(request, by=THE_HUB, now=later(2))

    request.refresh_from_db()
    assert (request.state, request.closed_at, request.candidate.state) == ("withdrawn", later(1), "gone")
    assert request_of(kitchen).pk != request.pk


@pytest.mark.parametrize(
    "act",
    [
        lambda request, bo: merges.approve(request, by=bo, now=NOW),
        lambda request, bo: merges.start_candidate(request, by=bo, now=NOW),
        lambda request, bo: merges.merge(request, by=bo, now=NOW),
        lambda request, bo: merges.merge_when_green(request, True, by=bo, now=NOW),
    ],
)
def test_nothing_happens_to_a_withdrawn_request(kitchen, act):
    request = request_of(kitchen)
    merges.withdraw(request, by=THE_HUB, now=later(1))

    with pytest.raises(ConflictError, match="withdrawn"):
        act(request, person("bo").actor())


def test_what_is_merged_is_not_withdrawn(kitchen):
    request = green(request_of(kitchen))
    merges.merge(request, by=THE_HUB, now=NOW)

    with pytest.raises(ConflictError, match="merged already"):
        merges.withdraw(request, by=THE_HUB, now=NOW)


def test_a_comment_of_somebody_else_is_the_first_review(kitchen):
    ann, bo = person("ann"), person("bo", "viewer")
    request = request_of(kitchen, by=ann.actor())

    merges.comment(request, "Please look at line 2", by=ann.actor(), now=later(1))
    merges.comment(request, "Why?", by=bo.actor(), now=later(2), path=NOTES, line=2)

    assert [said.text for said in request.comments.all()] == ["Please look at line 2", "Why?"]
    assert Change.objects.get(kitchen=kitchen).first_review_at == later(2)


@pytest.mark.parametrize("text", ["", "  ", "x" * 10_001])
def test_a_comment_says_something_and_not_too_much(kitchen, text):
    with pytest.raises(InvalidError):
        merges.comment(request_of(kitchen), text, by=person("bo").actor(), now=NOW)


def test_a_line_without_a_file_is_refused(kitchen):
    with pytest.raises(InvalidError, match="names the file"):
        merges.comment(request_of(kitchen), "Why?", by=person("bo").actor(), now=NOW, line=2)
