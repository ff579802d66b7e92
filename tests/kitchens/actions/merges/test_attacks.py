"""Ways round the second pair of eyes, tried by people with a developer's role."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.common.errors import HubError, NotAllowedError
from kitchens.actions import data, members, merges, overrides, policy, retire, rollbacks, secrets
from kitchens.core.asking import asked_by
from kitchens.core.merging import Resolution
from kitchens.core.names import slug_fault
from kitchens.core.provision.choices import Choices
from kitchens.core.roles import IN_THOSE_OF_REQUESTS, MAY, THE_HUB
from kitchens.models import Kitchen
from kitchens.queries import wizard
from kitchens.queries.data import newest
from kitchens.queries.merges.looks import look
from kitchens.queries.seeing import may_see
from recipes.actions.files import save_files
from recipes.actions.orders import place_order
from tests.changing import NOW, commit, green, kitchen_of, mesh, person, request_of

NOTES = "domains/sales/notes.md"


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return mesh({NOTES: b"one\ntwo\n"}, approvals=1)


@pytest.fixture
def ann(db):
    return person("ann")


@pytest.fixture
def kitchen(production, ann) -> Kitchen:
    made = kitchen_of(production, by=ann.actor())
    commit(made, {NOTES: b"one\nTWO\n"}, by=ann.actor())
    return made


@pytest.fixture
def candidate(kitchen, ann) -> Kitchen:
    """A candidate whose owner is the attacker: the one who opened the request."""
    found = green(request_of(kitchen, by=ann.actor()), by=ann.actor()).candidate
    assert found is not None
    return found


DEEDS = {
    "order": lambda k, by: place_order(
        kitchen=k, domain="sales", recipe="orders", variation="default", by=by, now=NOW, values={"n": 1}
    ),
    "file": lambda k, by: save_files(
        k, {NOTES: b"mine\n"}, message="x", expected_commit=newest(k).commit, by=by, now=NOW
    ),
    "override": lambda k, by: overrides.change_overrides(k, given={"n": 1}, by=by, now=NOW),
    "restore": lambda k, by: data.restore(k, newest(k), by=by, at=NOW),
    "remove": lambda k, by: data.remove_datasets(k, ["sales.orders"], by=by, at=NOW),
    "rollback": lambda k, by: rollbacks.roll_back(k, newest(k), by=by, now=NOW),
    "secret": lambda k, by: secrets.set_secret(name="key", value="x" * 8, kitchen=k, by=by, now=NOW),
    "member": lambda k, by: members.set_member(k, person("eve"), "operator", by=by, now=NOW),
    "policy": lambda k, by: policy.set_policy(k, protected=False, policy={}, by=by, now=NOW),
    "retire": lambda k, by: retire.retire_kitchen(k, by=by, now=NOW),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_changes_a_candidate_whose_data_is_what_a_merge_publishes(candidate, ann, deed):
    before = newest(candidate)

    with pytest.raises(NotAllowedError, match="is a candidate"):
        DEEDS[deed](candidate, ann.actor())

    assert newest(candidate) == before


@pytest.mark.parametrize("what", sorted(MAY))
def test_not_even_an_admin_does_more_in_a_candidate_than_look(candidate, what):
    admin = person("root", "admin").actor()

    assert admin.may(what, candidate.slug) == (MAY[what] == "viewer" or what in IN_THOSE_OF_REQUESTS)
    assert THE_HUB.may(what, candidate.slug)


def test_nobody_takes_the_name_of_a_candidate(db):
    assert "reserved" in slug_fault("candidate-12-1")


def test_the_candidate_of_a_closed_kitchen_is_closed_to_others_and_open_to_its_people(kitchen, ann):
    bo, eve = person("bo", "viewer"), person("eve", "operator")
    members.set_member(kitchen, bo, "viewer", by=ann.actor(), now=NOW)
    members.set_closed(kitchen, True, by=ann.actor(), now=NOW)

    candidate = green(request_of(kitchen, by=ann.actor()), by=ann.actor()).candidate

    assert [may_see(candidate, who.actor()) for who in (ann, bo, eve)] == [True, True, False]


def test_whoever_resolved_a_conflict_by_a_text_of_their_own_cannot_approve_it(production, kitchen, ann):
    commit(production, {NOTES: b"one\ntheirs\n"})
    bo = person("bo")
    request = request_of(kitchen, by=ann.actor())
    sides = next(one.sides for one in look(request).preview.conflicts if one.path == NOTES)
    told = Resolution("text", sides, text="anything at all\n")
    request = merges.resolve(request, NOTES, told, by=bo.actor(), now=NOW)

    with pytest.raises(NotAllowedError, match="your word does not count"):
        merges.approve(request, by=bo.actor(), now=NOW)


def test_a_second_token_is_the_same_person(kitchen, ann):
    request = request_of(kitchen, by=ann.actor())
    token = replace(ann.actor(), scopes=frozenset({"change"}), via="api")

    with pytest.raises(NotAllowedError, match="cannot approve"):
        merges.approve(request, by=token, now=NOW)


def test_a_resolution_names_no_content_but_the_three_sides(production, kitchen, ann):
    commit(production, {NOTES: b"one\ntheirs\n"})
    request = request_of(kitchen, by=ann.actor())
    foreign = ("0" * 40, "f" * 40, "a" * 40)

    with pytest.raises(HubError):
        merges.resolve(request, NOTES, Resolution("source", foreign), by=ann.actor(), now=NOW)


def test_the_operator_of_an_own_kitchen_changes_no_policy_but_its_own(production, kitchen, ann):
    with pytest.raises(NotAllowedError):
        policy.set_policy(production, protected=False, policy={"approvals": 0}, by=ann.actor(), now=NOW)


@pytest.fixture
def closed(kitchen, ann) -> Kitchen:
    return members.set_closed(kitchen, True, by=ann.actor(), now=NOW)


def test_a_stranger_makes_no_kitchen_of_a_closed_one(closed):
    with pytest.raises(NotAllowedError, match="is closed"):
        kitchen_of(closed, "mine", by=person("eve").actor())


def test_the_wizard_shows_a_stranger_nothing_of_a_closed_parent(closed):
    eve = person("eve").actor()

    with asked_by(lambda: eve):
        parent, _ = wizard.pinned(Choices(name="mine", parent=closed.slug))
        revisions = wizard.revision_choices(closed.slug)

    assert parent.is_production
    assert len(revisions) == 1


@pytest.mark.parametrize("what", ["approve", "comment", "ask"])
def test_a_stranger_says_nothing_about_a_request_out_of_a_closed_kitchen(kitchen, ann, what):
    request = request_of(kitchen, by=ann.actor())
    members.set_closed(kitchen, True, by=ann.actor(), now=NOW)
    request.refresh_from_db()
    eve = person("eve", "operator").actor()
    deeds = {
        "approve": lambda: merges.approve(request, by=eve, now=NOW),
        "ask": lambda: merges.ask_for_changes(request, note="x", by=eve, now=NOW),
        "comment": lambda: merges.comment(request, text="x", by=eve, now=NOW),
    }

    with pytest.raises(NotAllowedError, match="is closed"):
        deeds[what]()
