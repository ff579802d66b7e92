"""Datasets: the list, everything about one, and its first rows."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from kitchens.core.roles import MAY
from tests import factories
from tests.mesh_rows import commit_of, make_mesh
from tests.small_mesh import SmallMesh

pytestmark = pytest.mark.django_db


def test_the_list_without_datasets_says_how_they_come_to_be(browser: Client):
    factories.make_production()

    assert b"Datasets appear here with the first run" in browser.get(reverse("dataset-list")).content


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_datasets(
    browser: Client, django_assert_num_queries, count: int
):
    make_mesh(count)
    browser.get(reverse("dataset-list"))

    with django_assert_num_queries(11):  # session, person, kitchen, frame; the list: 7
        said = browser.get(reverse("dataset-list")).content.decode()

    assert said.count("224") >= count
    assert f"d{count - 1}.clean" in said


def test_the_list_narrows_to_a_domain(browser: Client):
    make_mesh(3)

    said = browser.get(reverse("dataset-list") + "?domain=d1").content.decode()

    assert "d1.clean" in said
    assert "d2.clean" not in said


@pytest.mark.parametrize("count", [1, 3])
def test_a_dataset_costs_the_same_in_any_mesh(browser: Client, django_assert_num_queries, count: int):
    make_mesh(3, runs=count)
    url = reverse("dataset-detail", args=["d1.clean"])
    browser.get(url)

    with django_assert_num_queries(17):  # session, person, kitchen, frame; the page: 13
        said = browser.get(url).content.decode()

    assert "224 rows in 2 columns, written" in said
    assert "d0.clean" in said  # made from
    assert "d2.clean" in said  # made into
    assert "enough rows" in said


def test_a_kitchen_below_says_that_it_reads_what_its_parent_had(browser: Client):
    production = make_mesh(1)
    pinned = production.revisions.order_by("-number").first()
    kitchen = factories.make_kitchen("faster-joins")
    kitchen.revisions.update(parent_revision=pinned, commit=commit_of(1))

    said = browser.get(
        reverse("dataset-detail", args=["d0.clean"]) + "?kitchen=faster-joins"
    ).content.decode()

    assert "has not written it: it reads what its parent had." in said


def test_a_dataset_that_recipes_only_name_is_nothing_yet_and_an_unknown_one_is_not_there(browser: Client):
    make_mesh(1, runs=0)

    said = browser.get(reverse("dataset-detail", args=["d0.clean"])).content.decode()

    assert "Nothing has been published here yet. It is written by d0/daily." in said
    assert browser.get(reverse("dataset-detail", args=["no.where"])).status_code == 404


def test_the_first_rows_are_those_of_the_kitchen(client: Client, hub_home, tmp_path):
    mesh = SmallMesh(tmp_path)
    text = (
        "variations: {production: {}}\nnodes:\n  load: {kind: python, file: load.py, writes: flights.days}\n"
    )
    load = "def run(context):\n    context.write('flights.days', [{'day': 7}, {'day': 8}])\n"
    mesh.write("daily", {"recipe.yaml": text, "load.py": load})
    assert mesh.run().status == "succeeded"
    client.force_login(factories.make_person(role="viewer"))

    said = client.get(reverse("dataset-sample", args=["flights.days"])).content.decode()

    assert "<html" not in said
    assert ">7<" in said
    assert ">8<" in said


def test_the_rows_of_nothing_are_an_answer_in_words(browser: Client):
    make_mesh(1, runs=0)

    answer = browser.get(reverse("dataset-sample", args=["d0.clean"]))

    assert answer.status_code == 404
    assert "d0.clean is nothing yet in production." in answer.content.decode()


def test_who_may_not_see_data_gets_no_rows(client: Client, monkeypatch):
    """Everybody with a role may; the page still asks the table, should it change."""
    make_mesh(1)
    client.force_login(factories.make_person("eve", role="viewer"))
    monkeypatch.setattr("kitchens.core.roles.MAY", {**MAY, "data.sample": "operator"})

    answer = client.get(reverse("dataset-sample", args=["d0.clean"]))

    assert answer.status_code == 403
    assert "224" not in answer.content.decode()
