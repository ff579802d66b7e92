"""Incidents through the API: found, read, acknowledged, given away, resolved, talked about; problems say what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kitchens.actions import tokens
from monitoring.models import Incident
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def api() -> Client:
    person = factories.make_person("ann", "developer")
    _, key = tokens.create_token(name="t", scopes=["read", "change"], by=person.actor(), now=NOW)
    return Client(headers={"Authorization": f"Bearer {key}"})


def make(**facts) -> Incident:
    made = {"domain": "flights", "title": "“a” is red in flights/daily", "opened_at": NOW, "urgency": 4}
    return Incident.objects.create(kitchen=factories.make_production(), **made | facts)


def post(api: Client, one: Incident, what: str, **given):
    return api.post(f"/api/v1/incidents/{one.pk}/{what}", given, content_type="application/json")


def test_the_list_is_paged_and_narrowed(api: Client):
    for _ in range(3):
        make()
    make(severity="warn")

    first = api.get("/api/v1/incidents?limit=2&severity=stop").json()
    second = api.get(first["next"]).json()

    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]
    assert first["items"][0]["kitchen"] == "production"


def test_an_incident_is_brought_to_its_end(api: Client):
    one = make()

    assert post(api, one, "acknowledge").json()["assignee"] == "ann"
    assert post(api, one, "snooze", until=(NOW + timedelta(hours=2)).isoformat()).json()["state"] == "snoozed"
    assert post(api, one, "assign", username="").json()["assignee"] is None
    assert post(api, one, "comments", text="I look.").status_code == 201
    assert (
        post(api, one, "resolve", reason="false_alarm", comment="Holiday.").json()["reason"] == "false_alarm"
    )

    whole = api.get(f"/api/v1/incidents/{one.pk}").json()
    assert whole["incident"]["state"] == "resolved"
    assert [event["what"] for event in whole["events"]] == [
        "acknowledged",
        "snoozed",
        "assigned",
        "commented",
        "resolved",
    ]


@pytest.mark.parametrize(
    ("what", "given", "status", "field"),
    [
        ("resolve", {"reason": "false_alarm"}, 422, "comment"),
        ("resolve", {"reason": "because"}, 422, "reason"),
        ("assign", {"username": "nobody-here"}, 422, "username"),
        ("comments", {"text": " "}, 422, "text"),
        ("snooze", {"until": "2020-01-01T00:00:00Z"}, 422, "until"),
    ],
)
def test_a_problem_names_the_field_at_fault(api: Client, what: str, given: dict, status: int, field: str):
    answer = post(api, make(), what, **given)

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert field in answer.json()["errors"][0]["field"]


def test_what_is_over_is_a_conflict_and_what_is_not_there_is_missing(api: Client):
    one = make(state="resolved", resolved_at=NOW, reason="green")

    assert post(api, one, "acknowledge").status_code == 409
    assert api.get("/api/v1/incidents/999999").status_code == 404
