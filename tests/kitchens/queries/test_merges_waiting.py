"""What waits for a person: reviewers see what lacks a word, authors what is red, against them, or ready."""

from __future__ import annotations

import pytest

from kitchens.actions import merges
from kitchens.models import Kitchen, MergeRequest, Person
from kitchens.queries.merges.waiting import waiting_for
from tests.changing import commit, kitchen_of, later, mesh, person, request_of

NOTES = "domains/sales/notes.md"


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return mesh(approvals=1)


@pytest.fixture
def author(production) -> Person:
    return person("maria")


@pytest.fixture
def request_(production, author) -> MergeRequest:
    return opened(production, author)


def opened(production: Kitchen, author: Person, name: str = "late-flights") -> MergeRequest:
    kitchen = kitchen_of(production, name, author.actor())
    commit(kitchen, {NOTES: name.encode()}, by=author.actor())
    return request_of(kitchen, author.actor(), f"Of {name}")


def said(who: Person) -> list[str]:
    return [one.sentence for one in waiting_for(who.actor())]


def test_a_request_without_a_word_waits_for_all_who_may_say_it(request_, author):
    assert said(person("tom")) == ["maria asks for a word on “Of late-flights”."]
    assert said(person("board", "viewer")) == []


def test_whoever_has_said_it_is_not_asked_again_until_it_moves(request_, author):
    tom = person("tom")
    merges.ask_for_changes(request_, note="Why?", by=tom.actor(), now=later(1))

    assert said(tom) == []
    assert said(author) == ["tom asks for changes to “Of late-flights”."]
    commit(request_.source, {NOTES: b"because"}, by=author.actor(), now=later(2))
    merges.refresh(request_, now=later(3))
    assert said(tom) == ["maria asks for a word on “Of late-flights”."]


def test_the_author_builds_it_mends_it_and_merges_it(request_, author):
    assert said(author) == ["“Of late-flights” has no candidate."]
    merges.approve(request_, by=person("tom").actor(), now=later(1))
    merges.start_candidate(request_, by=author.actor(), now=later(2))
    MergeRequest.objects.update(candidate_state="red")
    assert said(author) == ["The candidate of “Of late-flights” is red."]
    MergeRequest.objects.update(candidate_state="green")
    assert said(author) == ["“Of late-flights” is green and agreed to."]


def test_a_hub_without_open_requests_is_asked_once(db, django_assert_num_queries):
    who = person("tom").actor()
    with django_assert_num_queries(1):
        assert waiting_for(who) == []


@pytest.mark.parametrize("count", [1, 3])
def test_any_number_costs_the_same(production, author, django_assert_num_queries, count):
    for number in range(count):
        opened(production, author, f"kitchen-{number}")
    who = person("tom").actor()

    with django_assert_num_queries(3):  # requests, approvals; roles of the person in single kitchens
        assert len(waiting_for(who)) == count
