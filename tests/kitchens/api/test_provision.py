"""Kitchens by the API: planned, made by the plan's digest, followed, cancelled, tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kitchens.actions import provision
from kitchens.actions.provision.steps import STEPS
from kitchens.models import Kitchen, Provision
from kitchens.queries.secrets import values_for_kitchen
from tests.kitchens.actions.shop import publish_rows
from tests.small_mesh import SmallMesh

URL = "/api/v1/kitchens"
DOMAIN = "title: Flights\npersonal:\n  customers: {email: hash}\n"


def body(**more):
    return {
        "name": "late-flights",
        "ends_on": (timezone.now().date() + timedelta(days=7)).isoformat(),
        **more,
    }


@pytest.fixture
def shop(db, hub_home, tmp_path) -> SmallMesh:
    mesh = SmallMesh(tmp_path, now=timezone.now())
    mesh.commit({"domains/flights/domain.yaml": DOMAIN})
    publish_rows(mesh.kitchen, mesh.now)
    return mesh


@pytest.fixture
def api(shop, asking):
    return asking("developer", ("change", "read"))


def post(client, url, sent):
    return client.post(url, sent, content_type="application/json")


def test_what_was_planned_is_made_with_its_digest(api):
    asked = body(overrides={"fewest": 3}, secrets={"KEY": "s3cret"}, data={"flights.orders": "empty"})

    planned = post(api, f"{URL}:plan", asked)

    assert planned.status_code == 200, planned.json()
    plan = planned.json()
    assert plan["summary"].startswith("1 branch, 1 dataset by reference (0 bytes), 1 empty dataset")
    assert [step["kind"] for step in plan["steps"]] == [
        "branch",
        "fork",
        "secrets",
        "empty",
        "place",
        "ready",
    ]
    assert [verdict["level"] for verdict in plan["verdicts"]] == ["warn", "pass", "pass", "pass"]
    assert "s3cret" not in planned.content.decode()
    assert Kitchen.objects.count() == 1

    made = post(api, URL, asked | {"plan_digest": plan["plan_digest"]})

    assert made.status_code == 201, made.json()
    assert made.json()["state"] == "ready"
    kitchen = Kitchen.objects.get(slug="late-flights")
    assert values_for_kitchen(kitchen) == {"KEY": "s3cret"}
    assert "s3cret" not in str(Provision.objects.get().plan)


def test_a_plan_that_no_longer_holds_is_a_conflict_with_its_reason(api, shop):
    digest = post(api, f"{URL}:plan", body()).json()["plan_digest"]

    other = post(api, URL, body(overrides={"fewest": 3}, plan_digest=digest))
    assert (other.status_code, other.json()["detail"]) == (409, "What is asked for is not what was planned.")

    publish_rows(shop.kitchen, shop.now)
    moved = post(api, URL, body(plan_digest=digest))
    assert moved.status_code == 409
    assert "production has moved on since the plan was made" in moved.json()["detail"]
    assert moved.json()["errors"][0]["field"] == "plan_digest"
    assert post(api, URL, body(plan_digest="x")).status_code == 422
    assert Kitchen.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"data": {"flights.none": "empty"}}, "data.flights.none"),
        ({"data": {"flights.orders": "gift"}}, "data.flights.orders"),
        ({"members": {"nobody": "viewer"}}, "members"),
        ({"members": {"developer": "admin"}}, "members.developer"),
        ({"ingredients": {"flights/x/y": {}}}, "ingredients"),
        ({"sample_rows": 0}, "sample_rows"),
        ({"parent_revision": -1}, "parent_revision"),
        ({"purpose": "fun"}, "purpose"),
        ({"secrets": {"KEY": ""}}, "secrets.KEY"),
    ],
)
def test_a_wrong_choice_is_named_by_plan_and_create_alike(api, more, field):
    for url in (f"{URL}:plan", URL):
        answer = post(api, url, body(**more))

        assert answer.status_code == 422, answer.json()
        assert field in [error["field"] for error in answer.json()["errors"]]


def test_the_making_is_followed_to_its_end(api, shop):
    made = post(api, URL, body(data={"flights.customers": "masked"}))
    assert (made.status_code, made.json()["state"]) == (201, "provisioning")

    going = api.get(f"{URL}/late-flights/provision").json()
    assert (going["state"], [step["state"] for step in going["steps"]]) == (
        "creating",
        ["done", "done", "pending", "pending", "pending"],
    )
    provision.drain("worker", timezone.now)
    ended = api.get(f"{URL}/late-flights/provision").json()
    assert ended["state"] == "ready"
    assert ended["steps"][2]["log"].startswith("40 rows")


def test_the_making_is_cancelled_and_tried_again(api, shop):
    post(api, URL, body(data={"flights.customers": "masked"}))

    cancelled = api.post(f"{URL}/late-flights/provision/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "undone")
    assert cancelled.json()["note"] == "Making it was cancelled. Everything that was made is undone."

    again = api.post(f"{URL}/late-flights/provision/retry")
    assert (again.status_code, again.json()["state"]) == (200, "creating")
    provision.drain("worker", timezone.now)
    assert api.get(f"{URL}/late-flights").json()["state"] == "ready"
    assert api.post(f"{URL}/late-flights/provision/cancel").status_code == 409
    assert api.post(f"{URL}/late-flights/provision/retry").status_code == 409


def test_retry_removes_what_is_left_over_first(api, shop, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(STEPS["ready"], "do", lambda *_: 1 / 0)
        broken.setattr(STEPS["branch"], "undo", lambda *_: 1 / 0)
        assert post(api, URL, body()).json()["state"] == "failed"
    assert api.get(f"{URL}/late-flights/provision").json()["state"] == "left_over"

    assert api.post(f"{URL}/late-flights/provision/retry").json()["state"] == "undone"
    assert api.post(f"{URL}/late-flights/provision/retry").json()["state"] == "ready"


def test_what_has_no_journal_is_not_found(api):
    assert api.get(f"{URL}/production/provision").status_code == 404
