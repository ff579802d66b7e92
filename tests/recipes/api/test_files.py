"""Files read and committed through the API: expected commit, faults with their line, several at once."""

from __future__ import annotations

import pytest
from django.test import Client

from kitchens.models import Kitchen
from kitchens.queries.data import newest
from tests.recipes.api.conftest import RECIPE
from tests.small_mesh import SmallMesh

URL = "/api/v1/kitchens/sandbox/files/domains/flights/recipes/daily/clean.sql"
BETTER = "select id, day from flights.raw where id > 0\n"


@pytest.fixture
def sandbox(mesh: SmallMesh) -> Kitchen:
    return mesh.child("sandbox")


def test_a_file_is_read_changed_and_deleted_on_the_commit_it_was_read_at(sandbox, asking):
    client: Client = asking("developer", ("read", "change"))
    read = client.get(URL)
    assert read.json()["text"] == RECIPE["clean.sql"].lstrip()
    assert read["ETag"] == f'"{read.json()["commit"]}"'
    match = {"If-Match": read["ETag"]}

    written = client.put(URL, {"text": BETTER, "message": "All of them"}, "application/json", headers=match)

    assert (written.status_code, written.json()["note"], written.json()["number"]) == (200, "All of them", 2)
    assert client.get(URL).json()["text"] == BETTER
    again = client.put(URL, {"text": "select 1 as id\n"}, "application/json", headers=match)
    assert again.status_code == 409
    assert "All of them" in again.json()["detail"]
    notes = URL.replace("clean.sql", "notes.txt")
    commit = newest(sandbox).commit
    assert client.put(notes, {"text": "x", "expected_commit": commit}, "application/json").status_code == 200
    gone = client.delete(notes, headers={"If-Match": f'"{newest(sandbox).commit}"'})
    assert gone.status_code == 200
    assert client.get(notes).status_code == 404


def test_without_an_expected_commit_nothing_is_written(sandbox, asking):
    answer = asking("developer", ("change",)).put(URL, {"text": BETTER}, "application/json")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "expected_commit"


def test_faults_are_a_problem_document_with_file_and_line(sandbox, asking):
    client = asking("developer", ("change",))
    commit = newest(sandbox).commit

    answer = client.put(URL, {"text": "selekt 1", "expected_commit": commit}, "application/json")

    assert answer.status_code == 422
    assert answer.json()["title"] == "The recipe has faults"
    assert answer.json()["errors"][0]["field"] == "flights/daily/clean.sql:1"
    assert newest(sandbox).number == 1


def test_several_files_are_judged_and_committed_together(sandbox, asking):
    folder = "domains/flights/recipes/other"
    changes = {
        f"{folder}/recipe.yaml": "nodes:\n  one: {kind: sql, file: one.sql, writes: flights.one}\n",
        f"{folder}/one.sql": "select 1 as one\n",
        "domains/flights/recipes/daily/notes.txt": "x",
    }
    given = {"changes": changes, "message": "Another", "expected_commit": newest(sandbox).commit}

    answer = asking("developer", ("change",)).post(
        "/api/v1/kitchens/sandbox/commits", given, "application/json"
    )

    assert (answer.status_code, answer.json()["number"]) == (200, 2)


def test_protected_kitchens_and_paths_out_of_the_mesh_are_refused(sandbox, asking):
    client = asking("admin", ("admin",))
    given = {"text": "x", "expected_commit": newest(sandbox).commit}
    for path in (".git/config", "a/../../x", "a:b"):
        answer = client.put(f"/api/v1/kitchens/sandbox/files/{path}", given, "application/json")
        assert answer.status_code in (404, 422)
    Kitchen.objects.filter(pk=sandbox.pk).update(protected=True)

    answer = client.put(URL, given, "application/json")

    assert answer.status_code == 409
    assert "protected" in answer.json()["detail"]
