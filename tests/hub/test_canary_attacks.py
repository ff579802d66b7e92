"""A canary runs what was promoted into it: who tries to change it by hand is refused at every door but a merge."""

import json

import pytest
from django.http import HttpResponse
from django.test import Client

from kitchens.actions import kitchens, members
from kitchens.core.names import slug_fault
from kitchens.core.roles import IN_THOSE_OF_REQUESTS, MAY, THE_HUB
from kitchens.models import Kitchen
from tests.hub.conftest import NOW

FILES = {"domains/sales/domain.yaml": "title: Mine\n"}


def canary_of(production: Kitchen, name: str) -> Kitchen:
    facts = {"parent": production, "ends_on": None, "tier": "canary"}
    return kitchens.create_kitchen(name=name, by=THE_HUB, now=NOW, **facts)


@pytest.fixture
def canary(production) -> Kitchen:
    return canary_of(production, "follower")


@pytest.fixture
def of_request(production) -> Kitchen:
    """A canary that the hub makes for a merge request; its attacker was given every role there is in it."""
    return canary_of(production, "canary-12-1")


def attempts(client: Client, canary: Kitchen) -> list[HttpResponse]:
    """Return what a file, a commit, an override and an order in a canary are answered with."""
    commit, base = canary.revisions.get().commit, f"/api/v1/kitchens/{canary.slug}"
    order = {"kitchen": canary.slug, "domain": "sales", "recipe": "daily", "variation": "production"}
    calls = [
        ("PUT", f"{base}/files/domains/sales/domain.yaml", {"text": "title: x\n", "expected_commit": commit}),
        ("POST", f"{base}/commits", {"changes": FILES, "message": "x", "expected_commit": commit}),
        ("PATCH", f"{base}/overrides", {"set": {"n": 1}}),
        ("POST", "/api/v1/orders", order),
    ]
    return [
        client.generic(method, url, json.dumps(body), content_type="application/json")
        for method, url, body in calls
    ]


def test_a_developer_neither_commits_nor_overrides_nor_orders_in_a_canary_by_the_api(canary, token):
    file, commit, override, order = attempts(token("developer"), canary)

    assert [one.status_code for one in (file, commit, override, order)] == [409, 409, 403, 403]
    assert "is a canary: it changes by merges only" in commit.json()["detail"]
    assert "this needs the role operator or above" in order.json()["detail"]
    assert canary.revisions.count() == 1


def test_nor_does_an_operator_who_may_order_there_as_in_production(canary, token):
    *changes, order = attempts(token("operator"), canary)

    assert [answer.status_code for answer in changes] == [409, 409, 409]
    assert order.status_code == 404  # there is no such recipe: the role is enough


def test_its_pages_offer_no_edit_and_take_none(canary, session):
    client = session("developer")

    assert "New recipe" not in client.get("/recipes/?kitchen=follower").content.decode()
    assert "is a canary: it changes by merges only." in client.get("/kitchens/follower/").content.decode()
    page = client.get("/recipes/new/?kitchen=follower").content.decode()
    assert "is a canary: it changes by merges only." in page


def test_who_made_a_canary_cannot_lift_what_it_asks_of_merges(canary, person, session):
    maker = person("developer")
    Kitchen.objects.filter(pk=canary.pk).update(owner=maker)
    asked = {"approvals": "0", "approver_role": "developer", "tests_removed": "allow", "breaking": "allow"}
    client = session("developer")
    client.handler.enforce_csrf_checks = False

    refused = client.post("/kitchens/follower/policy/", asked | {"canary_runs": "0"})
    page = client.get("/kitchens/follower/people/").content.decode()

    canary.refresh_from_db()
    assert (refused.status_code, canary.policy) == (403, {})
    assert "1 approval by somebody else" in page
    assert "Keep it" not in page


@pytest.mark.parametrize("what", sorted(MAY))
def test_in_the_canary_of_a_request_not_even_an_admin_does_more_than_look(of_request, person, what):
    admin, member = person("admin"), person("developer")
    members.set_member(of_request, member, "operator", by=THE_HUB, now=NOW)

    looks = MAY[what] == "viewer" or what in IN_THOSE_OF_REQUESTS
    assert admin.actor().may(what, of_request.slug) == looks
    assert member.actor().may(what, of_request.slug) <= looks
    assert THE_HUB.may(what, of_request.slug)


def test_the_api_says_whose_the_canary_of_a_request_is(of_request, token):
    url, body = "/api/v1/kitchens/canary-12-1/overrides", '{"set": {"n": 1}}'

    answer = token("admin").generic("PATCH", url, body, content_type="application/json")

    assert answer.status_code == 403
    assert "is the canary of a merge request: the hub runs it" in answer.json()["detail"]


def test_nobody_takes_the_name_of_such_a_canary(db):
    assert "reserved" in slug_fault("canary-12-1")
    assert slug_fault("canary-late") == ""


def test_nothing_stands_on_such_a_canary_and_keeps_it_from_being_retired(of_request, token):
    body = json.dumps({"name": "clinging", "parent": "canary-12-1", "ends_on": "2030-01-01"})

    answer = token("developer").generic("POST", "/api/v1/kitchens", body, content_type="application/json")

    assert answer.status_code == 409
    assert "is the canary of a merge request; nothing can stand on it" in answer.json()["detail"]
