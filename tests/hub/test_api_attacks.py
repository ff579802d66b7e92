"""What an attacker would try on the API, and what comes back."""

import json
import logging

import pytest
from django.test import Client
from django.utils import timezone

from kitchens.actions import logins
from kitchens.models import ApiToken, Kitchen
from kitchens.queries.kitchens import get_kitchen

URL = "/api/v1/kitchens"


def post(client, body, content_type="application/json", url=URL):
    return client.generic("POST", url, body, content_type=content_type)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 422),
        ("{", 400),
        ("[" * 100_000, 400),
        ('{"a":' * 50 + "1" + "}" * 50, 400),
        ('{"name": "a-b", "name": "c-d"}', 400),
        ('{"name": NaN}', 400),
        ('{"name": ' + "9" * 5000 + "}", 400),
        ('{"name": "a\\u0000b"}', 400),
        ('{"name": "\\ud800"}', 400),
        ('{"\\u0000": 1}', 400),
        ("\xff", 400),
        ("[]", 422),
        ("null", 422),
        ('{"name": {"$ne": 1}}', 422),
        ('{"name": ["a"]}', 422),
        (json.dumps({"name": "x" * 1_100_000}), 413),
    ],
)
def test_a_hostile_body_is_a_problem_not_a_crash(production, token, body, status):
    answer = post(token(), body)

    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"
    assert len(answer.content) < 4000


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_a_body_that_a_form_of_another_site_could_send_is_refused(production, token, kind):
    assert post(token(), '{"name": "late-flights"}', kind).status_code == 415


def test_a_body_of_untold_length_is_refused_instead_of_taken_for_empty(production, token):
    answer = token().generic(
        "POST", URL, "", content_type="application/json", headers={"Transfer-Encoding": "chunked"}
    )

    assert answer.status_code == 411


@pytest.mark.parametrize("query", ["limit=5%00", "state=%00", "x=%00", "after=%F0%9F"])
def test_null_characters_do_not_reach_the_database(production, token, query):
    assert token().get(f"{URL}?{query}").status_code in {200, 400, 422}
    assert token().get(f"{URL}/%00").status_code == 400


def test_a_field_that_is_not_offered_cannot_be_set(production, token):
    body = {
        "name": "late-flights",
        "ends_on": "2030-01-01",
        "state": "retired",
        "owner_id": 1,
        "branch": "main",
    }

    answer = post(token(), json.dumps(body))

    assert {error["field"] for error in answer.json()["errors"]} >= {"state", "owner_id", "branch"}
    assert Kitchen.objects.count() == 1


def test_what_was_sent_wrong_is_not_sent_back(production, token):
    answer = post(token(), json.dumps({"name": ["hunter2-password"]}))

    assert b"hunter2" not in answer.content


def test_a_token_counts_in_the_header_only(production, token, person):
    key = token("admin").defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")

    for url in (f"{URL}?token={key}", f"{URL}?access_token={key}", f"{URL}?key={key}"):
        assert Client().get(url).status_code == 401
    assert Client(headers={"Authorization": f"Basic {key}"}).get(URL).status_code == 401
    assert Client(headers={"Authorization": f"bearer   {key}"}).get(URL).status_code == 200
    stranger = Client()
    stranger.cookies["token"] = key
    assert stranger.get(URL).status_code == 401


def test_a_wrong_token_is_not_saved_by_a_session(production, session):
    client = session("admin")

    assert client.get(URL).status_code == 200
    assert client.get(URL, headers={"Authorization": "Bearer hub_nope"}).status_code == 401


def test_a_session_changes_something_with_the_csrf_token_of_its_own_site_only(production, session):
    client = session("developer")
    client.get("/login/")
    body = json.dumps({"name": "late-flights", "ends_on": (timezone.now().date()).isoformat()})

    without = post(client, body)
    assert (without.status_code, "CSRF" in without.json()["detail"]) == (403, True)
    wrong = client.generic(
        "POST", URL, body, content_type="application/json", headers={"X-CSRFToken": "x" * 32}
    )
    assert wrong.status_code == 403


def test_many_wrong_tokens_are_slowed_down_and_right_ones_are_not(production, token):
    right, wrong = token(), Client(headers={"Authorization": "Bearer hub_aaaaaa_" + "a" * 43})

    answers = [wrong.get(URL).status_code for _ in range(logins.MOST["token"] + 1)]

    assert answers == [401] * logins.MOST["token"] + [429]
    assert int(wrong.get(URL)["Retry-After"]) > 0
    assert right.get(URL).status_code == 200


def test_wrong_revoked_and_expired_tokens_are_told_the_same(production, token):
    client = token()
    ApiToken.objects.update(revoked_at=timezone.now())
    revoked = client.get(URL).json()
    ApiToken.objects.update(revoked_at=None, expires_at=timezone.now())

    assert revoked == client.get(URL).json()
    assert revoked == Client(headers={"Authorization": "Bearer nonsense"}).get(URL).json()


def test_keys_of_others_and_digests_are_in_no_answer(production, token):
    client = token("admin")
    answers = b"".join(
        client.get(f"/api/v1/{path}").content for path in ("tokens", "people", "people/me", "connections")
    )

    token_row = ApiToken.objects.get()
    assert token_row.digest.encode() not in answers
    assert b"password" not in answers.replace(b"has_password", b"")


def test_an_answer_of_one_person_is_not_kept_for_another(production, token):
    answer = token().get(URL)

    assert "private" in answer["Cache-Control"]
    assert {"Authorization", "Cookie"} <= {part.strip() for part in answer["Vary"].split(",")}


def test_a_new_key_is_kept_by_no_cache(production, token):
    answer = post(token(), json.dumps({"name": "new", "scopes": ["read"]}), url="/api/v1/tokens")

    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    assert answer.json()["key"].startswith(answer.json()["prefix"])


@pytest.mark.parametrize("host", ["evil.example.org", "127.0.0.1@evil.example.org", "localhost:80:80"])
def test_another_host_is_refused_before_anything_else(production, token, host):
    assert token().get(URL, headers={"Host": host}).status_code == 400


def test_a_crash_says_nothing_of_itself(production, token, monkeypatch, caplog):
    def crash(slug):
        raise RuntimeError("secret inside")

    monkeypatch.setattr("kitchens.queries.kitchens.get_kitchen", crash)
    with caplog.at_level(logging.ERROR):
        answer = token().get(f"{URL}/production")
    monkeypatch.undo()

    assert get_kitchen("production")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert b"secret inside" not in answer.content
    mark = answer.json()["remedy"].split()[-1].strip(".")
    assert mark in caplog.text
    assert "secret inside" in caplog.text


def test_addresses_and_methods_there_are_not_are_problems_too(production, token):
    client = token()

    for answer, status in (
        (client.get("/api/v1/nothing"), 404),
        (client.get("/api/v1/"), 404),
        (client.get("/api/v1/../../login/"), 404),
        (client.delete(URL), 405),
        (client.generic("PROPFIND", URL), 405),
    ):
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert set(client.delete(URL)["Allow"].replace(" ", "").split(",")) == {"GET", "POST"}
    head = client.head(URL)
    assert (head.status_code, head.content, int(head["Content-Length"]) > 0) == (200, b"", True)
