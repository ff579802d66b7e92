"""What a report shows of a failure stays what it was, and no value of a personal column leaves by any way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kitchens.models import Person
from monitoring.models import Episode
from recipes.models import TestResult
from tests.pdf import words_of
from tests.small_mesh import SmallMesh

CANARY = "tweety@canary.example"
RECIPE = """
    description: People
    values: {low: {type: integer, default: 0}}
    nodes:
      load: {kind: python, file: load.py, writes: flights.people}
    tests:
      ages are plausible: {node: load, check: range, dataset: flights.people, column: age, min: 0}
      everybody is known: {node: load, check: in_set, dataset: flights.people, column: email, values: [nobody],
                          severity: warn}
      by sql: {node: load, check: sql_failing_rows, dataset: flights.people, severity: warn,
               sql: "SELECT email AS contact, age FROM flights.people WHERE age < 0"}
    variations: {production: {}}
"""
LOAD = """
    def run(context):
        low = context.values["low"]
        rows = [{"email": f"{n}-CANARY", "shop": "north" if n % 2 else "south", "age": n + low} for n in range(30)]
        context.write("flights.people", rows)
""".replace("CANARY", CANARY)
MOVES = {
    "status",
    "ending",
    "closed_at",
    "age_seconds",
    "verdict",
    "fixed_run",
    "history",
    "now",
    "reliability",
}


@pytest.fixture
def viewer(mesh: SmallMesh) -> Client:
    client = Client()
    client.force_login(Person.objects.create_user("vera", password="calm control room", role="viewer"))
    return client


@pytest.fixture
def people(mesh: SmallMesh) -> SmallMesh:
    """A green run, and a red one in which five ages are below zero."""
    mesh.commit({"domains/flights/domain.yaml": "title: Flights\npersonal:\n  people: {email: hash}\n"})
    mesh.write("daily", {"recipe.yaml": RECIPE, "load.py": LOAD})
    mesh.run()
    mesh.forward(3600)
    mesh.run(values={"low": -5})
    return mesh


def plain(viewer: Client, episode: Episode) -> dict[str, Any]:
    return viewer.get(episode.get_absolute_url(), {"format": "json"}).json()


def test_repairing_the_data_changes_nothing_of_what_was_found(people: SmallMesh, viewer: Client) -> None:
    episode = Episode.objects.get(test="ages are plausible")
    before = plain(viewer, episode)

    people.forward(3600)
    people.write("daily", {"recipe.yaml": RECIPE.replace("min: 0", "min: -100"), "load.py": LOAD})
    people.run()

    after = plain(viewer, episode)
    assert {name for name in before if before[name] != after[name]} <= MOVES
    assert (before["status"], after["status"]) == ("open", "closed")
    assert before["failing_rows"]["total"] == after["failing_rows"]["total"] == 5
    assert after["now"]["n_fail"] == 0
    assert before["causes"][0]["kind"] == after["causes"][0]["kind"] == "value"


def test_values_of_personal_columns_leave_by_no_way(people: SmallMesh, viewer: Client) -> None:
    episodes = list(Episode.objects.all())
    assert {one.test for one in episodes} >= {"ages are plausible", "everybody is known"}

    for one in episodes:
        result = one.first_result
        ways = (
            one.get_absolute_url(),
            f"/api/v1/reports/{one.pk}",
            reverse("failure-report-pdf", args=[one.pk]),
            reverse("failure-report-part", args=[one.pk, "profile"]),
            reverse("failure-report-part", args=[one.pk, "code"]),
            reverse("result-detail", args=[result.run_id, result.pk]),
            f"/api/v1/runs/{result.run_id}/tests",
        )
        for url in ways:
            answer = viewer.get(url)
            assert answer.status_code == 200, url
            pdf = answer["Content-Type"] == "application/pdf"
            shown = words_of(answer.content) if pdf else answer.content.decode()
            assert one.test in shown or not pdf
            assert f"1-{CANARY}" not in shown.replace(" ", ""), url
    kept = [str((row.evidence, row.details, row.sentence)) for row in TestResult.objects.all()]
    assert not [text for text in kept if CANARY in text]
    assert not [
        log for log in Path(settings.LOG_ROOT).rglob("*") if log.is_file() and CANARY in log.read_text()
    ]


def test_where_failing_rows_lie_is_counted_when_they_fail(people: SmallMesh, viewer: Client) -> None:
    people.forward(3600)
    people.write(
        "daily",
        {"recipe.yaml": RECIPE, "load.py": LOAD.replace('"age": n + low', '"age": -1 if n % 2 else n')},
    )
    people.run()

    shape = Episode.objects.get(test="ages are plausible").last_result.details["slices"]

    assert [(one["column"], one["value"], one["failing"], one["lift"]) for one in shape] == [
        ("shop", "north", 15, 2.0)
    ]
