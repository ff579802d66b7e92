"""Members, overrides and secrets of a kitchen by the API: the same actions, the same refusals."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from kitchens.actions.kitchens import create_kitchen
from kitchens.models import Membership, Secret
from tests.small_mesh import SmallMesh

URL = "/api/v1/kitchens/sandbox"
RECIPE = "values: {least: {type: integer, default: 5, max: 100}}\nnodes: {only: {kind: synchronise}}\n"


@pytest.fixture
def sandbox(db, hub_home, tmp_path, person):
    mesh = SmallMesh(tmp_path, now=timezone.now())
    mesh.write("daily", {"recipe.yaml": RECIPE})
    ends_on = timezone.now().date() + timedelta(days=7)
    owner = person("developer").actor()
    return create_kitchen(name="sandbox", parent=mesh.kitchen, ends_on=ends_on, by=owner, now=mesh.now)


def send(client, method, path, body):
    return client.generic(method, f"{URL}/{path}", body, content_type="application/json")


def patch(client, body):
    return send(client, "PATCH", "overrides", json.dumps(body))


def test_overrides_are_set_and_read_with_their_effect(sandbox, asking):
    api = asking("developer", ("read", "change"))

    made = patch(api, {"set": {"flights/daily:least": "9"}, "expected_revision": 1})

    assert made.status_code == 200, made.json()
    assert made.json() == api.get(f"{URL}/overrides").json()
    assert (made.json()["revision"], made.json()["own"]) == (2, {"flights/daily:least": 9})
    row = api.get(f"{URL}/values?recipe=flights/daily").json()["items"][0]
    assert (row["value"], row["origin"], row["kitchen"], row["parent"]) == (9, "kitchen", "sandbox", 5)
    assert row["override"] == "flights/daily:least"


def test_every_wrong_key_is_named(sandbox, asking):
    answer = patch(asking("developer", ("read", "change")), {"set": {"least": 101, "lest": 1}})

    assert answer.status_code == 422
    named = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert named.keys() == {"values.least", "values.lest"}


def test_who_looked_at_an_older_revision_is_told(sandbox, asking):
    api = asking("developer", ("read", "change"))
    patch(api, {"set": {"least": 9}})

    assert patch(api, {"set": {"least": 8}, "expected_revision": 1}).status_code == 409


def test_a_token_to_read_sets_nothing(sandbox, asking):
    assert patch(asking("developer", ("read",)), {"set": {"least": 9}}).status_code == 403


def test_the_owner_gives_roles_and_a_viewer_acts_by_theirs(sandbox, asking, person):
    owner, viewer = asking("developer", ("admin",)), asking("viewer", ("admin",))
    assert patch(viewer, {"set": {"least": 9}}).status_code == 403

    made = send(owner, "PUT", "members/viewer", '{"role": "developer"}')

    assert made.status_code == 200, made.json()
    assert (made.json()["username"], made.json()["role"]) == ("viewer", "developer")
    assert patch(viewer, {"set": {"least": 9}}).status_code == 200
    assert [m["username"] for m in owner.get(f"{URL}/members").json()["items"]] == ["developer", "viewer"]
    assert send(viewer, "PUT", "members/viewer", '{"role": "operator"}').status_code == 403
    assert send(owner, "DELETE", "members/viewer", "").status_code == 200
    assert not Membership.objects.exists()


def test_a_role_that_there_is_not_is_refused(sandbox, asking, person):
    person("viewer")
    assert (
        send(asking("developer", ("admin",)), "PUT", "members/viewer", '{"role": "admin"}').status_code == 422
    )


def test_a_closed_kitchen_is_closed_to_tokens_of_strangers(sandbox, asking):
    owner, stranger = asking("developer", ("admin",)), asking("operator", ("admin",))

    assert send(owner, "PUT", "closed", '{"closed": true}').json()["closed"] is True

    for path in ("", "/overrides", "/values", "/members", "/secrets", "/revisions"):
        assert stranger.get(URL + path).status_code == 403
        assert owner.get(URL + path).status_code == 200
    assert patch(stranger, {"set": {"least": 9}}).status_code == 403
    assert stranger.post("/api/v1/orders", {"kitchen": "sandbox"}, "application/json").status_code in (
        403,
        422,
    )
    assert "sandbox" not in stranger.get("/api/v1/kitchens").content.decode()


def test_a_secret_goes_in_and_never_comes_out(sandbox, asking):
    owner = asking("developer", ("admin",))

    made = send(owner, "PUT", "secrets/API_KEY", '{"value": "hush-hush"}')

    assert made.status_code == 200
    assert [(row["name"], row["origin"], row["changed_by"]) for row in made.json()["items"]] == [
        ("API_KEY", "kitchen", "developer")
    ]
    assert "hush" not in made.content.decode()
    wrong = send(owner, "PUT", "secrets/API-KEY", '{"value": "hush-hush", "more": "hush-too"}')
    assert "hush" not in wrong.content.decode()
    assert owner.get("/api/v1/secrets").json() == {"items": []}
    assert send(owner, "DELETE", "secrets/API_KEY", "").json() == {"items": []}
    assert not Secret.objects.exists()


def test_who_has_no_role_there_sets_no_secret(sandbox, asking):
    refused = send(asking("viewer", ("admin",)), "PUT", "secrets/API_KEY", '{"value": "hush"}')
    assert refused.status_code == 403
