"""What tests catch is tried by command, kept, and shown on the page of the dataset."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from kitchens.models import AuditEntry, Pointer
from recipes.models import DetectionPower
from tests import factories
from tests.small_mesh import SmallMesh

DAILY = {
    "recipe.yaml": """\
        values:
          least: {type: integer, default: 50}
        nodes:
          load: {kind: sql, file: load.sql, writes: flights.raw}
        tests:
          enough: {node: load, check: row_count, min: "{{ least }}"}
          key: {node: load, check: unique, column: id}
          known: {node: load, check: foreign_key, column: id, to: flights.ids.id}
          as ever: {node: load, check: row_count_anomaly, severity: warn}
        variations:
          production: {}
        """,
    "load.sql": "SELECT i AS id, i * 1.5 AS miles FROM generate_series(1, 50) AS t(i)\n",
}
IDS = {
    "recipe.yaml": "nodes:\n  load: {kind: sql, file: load.sql, writes: flights.ids}\nvariations: {production: {}}\n",
    "load.sql": "SELECT i AS id FROM generate_series(1, 60) AS t(i)\n",
}


@pytest.fixture
def ran(mesh: SmallMesh) -> SmallMesh:
    mesh.write("ids", IDS)
    mesh.write("daily", DAILY)
    mesh.run("ids")
    assert mesh.run().status == "succeeded"
    return mesh


def tried(*words: str) -> list[str]:
    out = StringIO()
    call_command("detection_power", *words, stdout=out)
    return out.getvalue().splitlines()


def test_the_command_says_which_test_catches_what_and_the_page_shows_it(ran: SmallMesh, client: Client):
    pointers = Pointer.objects.count()

    said = tried("production", "flights.raw")

    assert "whole rows: every tenth row is lost: enough" in said
    assert "whole rows: every tenth row is there twice: key" in said
    assert "id: every tenth value is one that exists nowhere: known" in said
    assert "miles: every tenth value is missing: no test catches it" in said
    assert "Not tried: as ever. It is judged by its own past, which a copy has not." in said
    assert said[-1].startswith("3 tests caught ")
    assert Pointer.objects.count() == pointers
    assert AuditEntry.objects.filter(what="detection.tried").count() == 1

    client.force_login(factories.make_person("mira", role="viewer"))
    page = client.get(reverse("dataset-detail", args=["flights.raw"])).content.decode()
    assert said[-1] in page
    assert "missed" in page
    assert 'title="enough"' in page
    other = client.get(reverse("dataset-detail", args=["flights.ids"])).content.decode()
    assert "Plant known faults into a copy and see which of its tests turn red." in other

    tried("production", "flights.raw")
    assert DetectionPower.objects.count() == 1


def test_what_nobody_writes_or_was_never_written_is_refused_in_words(mesh: SmallMesh):
    mesh.write("ids", IDS)

    with pytest.raises(CommandError, match="No recipe here writes"):
        tried("production", "flights.nothing")
    with pytest.raises(CommandError, match="has no version in production yet"):
        tried("production", "flights.ids")
    with pytest.raises(CommandError, match="nowhere"):
        tried("nowhere", "flights.ids")
