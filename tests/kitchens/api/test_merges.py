"""A change goes from the kitchen to production by URL alone, and never round the gates."""

from __future__ import annotations

import pytest

from kitchens.actions import merges
from kitchens.models import Kitchen, MergeRequest
from kitchens.ports import ports
from kitchens.queries.data import newest
from tests.changing import NOW, commit, kitchen_of, mesh, person

URL = "/api/v1/merges"
NOTES = "domains/sales/notes.md"


@pytest.fixture(autouse=True)
def _settled_by_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no recipe run in a candidate."""
    monkeypatch.setattr(ports, "build_candidate", lambda request_id, *, now: None)


@pytest.fixture
def kitchen(db, hub_home) -> Kitchen:
    production = mesh(approvals=1)
    made = kitchen_of(production)
    commit(made, {NOTES: b"one\nTWO\nthree\nfour\nfive\nsix\nseven\n"}, by=person("ann").actor())
    return made


@pytest.fixture
def api(kitchen, asking):
    return asking("developer", ("change", "read"))


def post(client, url, body=None):
    return client.post(url, body or {}, content_type="application/json")


def opened(api) -> str:
    made = post(api, URL, {"source": "late-flights", "target": "production", "title": "Second line"})
    assert made.status_code == 201, made.json()
    return f"{URL}/{made.json()['id']}"


def test_the_whole_way(api, asking):
    url = opened(api)
    assert [one["title"] for one in api.get(URL).json()["items"]] == ["Second line"]
    assert post(api, f"{url}/candidate").json()["candidate_state"] in ("building", "green")
    merges.candidate_settled(MergeRequest.objects.get().pk, green=True, note="", now=NOW)
    page = api.get(url).json()
    assert page["summary"].startswith("1 file, ")
    assert [gate["name"] for gate in page["gates"] if gate["state"] == "closed"] == ["approvals"]
    assert [file["path"] for file in page["files"]] == [NOTES]

    refused = post(api, f"{url}/merge")
    assert (refused.status_code, refused.json()["title"]) == (409, "The gates are closed")
    assert "0 of 1 approval" in refused.json()["detail"]

    other = asking("operator", ("change", "read"))
    assert post(other, f"{url}/comments", {"text": "Fine"}).status_code == 201
    assert post(other, f"{url}/approve", {"digest": page["digest"]}).json()["approved"] is True
    merged = post(api, f"{url}/merge").json()
    assert (merged["cause"], merged["number"]) == (
        "merge",
        newest(Kitchen.objects.get(slug="production")).number,
    )
    assert api.get(url).json()["merge"]["state"] == "merged"
    assert api.get(f"{URL}?state=open").json()["items"] == []


def test_an_approval_of_what_has_changed_meanwhile_is_refused(api, asking, kitchen):
    url = opened(api)
    digest = api.get(url).json()["digest"]
    commit(kitchen, {NOTES: b"slipped in\n"})

    answer = post(asking("operator", ("change",)), f"{url}/approve", {"digest": digest})

    assert answer.status_code == 409
    assert "has changed since you looked" in answer.json()["detail"]


def test_the_opener_approves_nothing_by_url_either(api):
    assert post(api, f"{opened(api)}/approve").status_code == 403


def test_a_conflict_is_shown_and_resolved(api, kitchen):
    commit(kitchen.parent, {NOTES: b"one\nzwei\nthree\nfour\nfive\nsix\nseven\n"})
    url = opened(api)
    conflict = api.get(url).json()["conflicts"][0]
    assert conflict["hunks"][0] == {"number": 0, "base": "two\n", "target": "zwei\n", "source": "TWO\n"}

    told = {"path": NOTES, "take": "hunks", "hunks": ["source"], "sides": conflict["sides"]}
    stale = post(api, f"{url}/resolve", told | {"sides": ["", "", ""]})
    assert stale.status_code == 409
    assert post(api, f"{url}/resolve", told).status_code == 200

    assert api.get(url).json()["conflicts"][0]["resolved"] is True


def test_a_kitchen_takes_its_parent_in_and_is_rolled_back(api, asking, kitchen):
    commit(kitchen.parent, {"README.md": b"hello\n"})
    assert post(api, "/api/v1/kitchens/late-flights/merge-down").json()["cause"] == "merge"
    assert post(api, "/api/v1/kitchens/late-flights/merge-down").status_code == 409

    found = api.get("/api/v1/kitchens/late-flights/rollback?revision=1").json()
    assert [file["path"] for file in found["files"]] == ["README.md", NOTES]
    url = "/api/v1/kitchens/late-flights/rollback"
    assert post(api, url, {"revision": 1}).status_code == 403
    operator = asking("operator", ("change",))
    assert post(operator, url, {"revision": 1}).json()["cause"] == "rollback"
    assert post(operator, url, {"revision": 99}).status_code == 404


def test_it_is_withdrawn(api):
    url = opened(api)

    assert post(api, f"{url}/withdraw").json()["state"] == "withdrawn"
    assert post(api, f"{url}/merge").status_code == 409


def test_there_is_no_such_request(api):
    assert api.get(f"{URL}/4711").status_code == 404
