"""Pages of what real runs leave behind: data with samples, values with origins, nodes to try again, schedules."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from recipes.actions.runs.context import forget_contexts
from recipes.models import Schedule
from tests import factories
from tests.small_mesh import SmallMesh

pytestmark = pytest.mark.django_db

RECIPE = """
    values:
      rows: {type: integer, default: 3}
    nodes:
      load: {kind: sql, file: load.sql, writes: flights.raw}
    tests:
      enough: {node: load, check: row_count, dataset: flights.raw, min: 2}
    variations:
      production: {schedule: "0 5 * * *"}
"""
LOAD = "SELECT * FROM range({{ rows }}) AS made(number)"


@pytest.fixture
def mesh(hub_home: Path, tmp_path: Path) -> SmallMesh:
    forget_contexts()  # ids begin anew with every test
    mesh = SmallMesh(tmp_path)
    mesh.write("daily", {"recipe.yaml": RECIPE, "load.sql": LOAD})
    return mesh


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(factories.make_person())
    return client


def text(browser: Client, name: str, *args: object) -> str:
    answer = browser.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_data_of_a_run_leads_to_its_first_rows(mesh: SmallMesh, browser: Client):
    run = mesh.run()

    assert "flights.raw" in text(browser, "run-data", run.pk)
    assert "number" in text(browser, "run-sample", run.pk, "flights.raw")


def test_the_values_of_a_run_say_where_they_come_from(mesh: SmallMesh, browser: Client):
    run = mesh.run(values={"rows": 5})

    page = text(browser, "run-values", run.pk)

    assert "rows" in page
    assert "order" in page


def test_a_red_node_is_tried_again_from_its_page(mesh: SmallMesh, browser: Client):
    run = mesh.run(values={"rows": 1})
    assert run.status == "failed"

    answer = browser.post(reverse("node-retry", args=[run.pk, "load"]))

    again = run.resumed_by.get()
    assert answer.headers["Location"] == reverse("run-detail", args=[again.pk])


def test_a_schedule_is_paused_and_goes_on_from_the_page_of_its_recipe(mesh: SmallMesh, browser: Client):
    pause = reverse("schedule-pause", args=["production", "flights", "daily", "production"])

    browser.post(pause, {"paused": "yes"})
    assert Schedule.objects.get().paused
    browser.post(pause, {"paused": "no"})

    assert not Schedule.objects.get().paused


def test_the_files_of_a_recipe_begin_with_the_recipe_itself(mesh: SmallMesh, browser: Client):
    assert "nodes:" in text(browser, "recipe-files", "production", "flights", "daily")
