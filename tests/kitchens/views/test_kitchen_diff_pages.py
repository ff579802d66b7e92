"""The data part of a kitchen on its pages and in the API, with data that recipes have really written."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from kitchens.actions.tokens import create_token
from kitchens.core.stores import apart
from kitchens.core.stores.base import StoreAddress
from kitchens.queries import datasetdiff
from recipes.actions.runs.context import forget_contexts
from tests import factories

RECIPE = {
    "recipe.yaml": """
        nodes:
          day: {kind: sql, file: day.sql, writes: flights.day}
        tests:
          no flight twice: {node: day, check: unique, dataset: flights.day, column: flight}
        variations:
          production: {}
    """,
    "day.sql": "SELECT i AS flight, 'gate ' || (i % 5) AS gate, i * 2 AS delay FROM range(100) r(i)\n",
}
CHANGED = "SELECT i AS flight, 'gate ' || (i % 4) AS gate, i * 2.5 AS delay, i % 2 AS early FROM range(1, 104) r(i)\n"


@pytest.fixture
def kitchen(mesh):
    forget_contexts()
    mesh.write("daily", RECIPE)
    assert mesh.run("daily").status == "succeeded"
    kitchen = mesh.child("sandbox")
    mesh.write("daily", {"day.sql": CHANGED}, kitchen)
    assert mesh.run("daily", kitchen=kitchen).status == "succeeded"
    return kitchen


def test_every_page_of_it_is_there(kitchen, browser):
    client = browser("viewer")

    assert client.get(reverse("kitchen-diff", args=["sandbox"])).status_code == 200
    for name in ("kitchen-diff-dataset", "kitchen-diff-numbers", "kitchen-diff-rows"):
        assert client.get(reverse(name, args=["sandbox", "flights.day"])).status_code == 200


def test_the_list_says_what_differs(kitchen, browser):
    page = browser("viewer").get("/kitchens/sandbox/diff/").content.decode()

    assert "1 dataset differs from" in page
    assert 'href="/kitchens/sandbox/diff/flights.day/?against=fork"' in page
    assert "1 column retyped, 1 added" in page or "1 column added" in page
    assert "Against" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_with_more_rows(mesh, browser, count, django_assert_num_queries):
    kitchen = mesh.child("sandbox")
    for number in range(count):
        snapshot = factories.make_snapshot(factories.make_dataset(f"flights.t{number}"))
        revision = factories.make_revision(
            kitchen, "publish", parent_revision=kitchen.revisions.first().parent_revision
        )
        kitchen.pointers.create(
            dataset=snapshot.dataset, snapshot=snapshot, revision=revision, number=revision.number
        )
    client = browser("viewer")

    with django_assert_num_queries(13):
        client.get("/kitchens/sandbox/diff/")


def test_one_dataset_shows_its_columns_and_asks_for_its_numbers(kitchen, browser):
    page = browser("viewer").get("/kitchens/sandbox/diff/flights.day/").content.decode()

    assert "Another snapshot than in Production at revision" in page
    assert "early is new" in page
    assert 'hx-get="/kitchens/sandbox/diff/flights.day/numbers/?against=fork&amp;key="' in page


def test_the_numbers_of_both_sides(kitchen, browser):
    fragment = browser("viewer").get("/kitchens/sandbox/diff/flights.day/numbers/").content.decode()

    assert "100 rows before, 103 here." in fragment
    assert "gate 4" in fragment
    assert "all exact" in fragment
    assert "flight: so say the recipe and its tests." in fragment


def test_rows_by_a_key_with_a_sample(kitchen, browser):
    fragment = browser("viewer").get("/kitchens/sandbox/diff/flights.day/rows/?key=flight").content.decode()

    assert "99 rows changed, 4 added, 1 removed; 0 are the same." in fragment
    assert "<strong>" in fragment


def test_a_key_that_does_not_identify_is_refused_with_others_to_try(kitchen, browser):
    browser("viewer").get("/kitchens/sandbox/diff/flights.day/numbers/")

    fragment = browser("viewer").get("/kitchens/sandbox/diff/flights.day/rows/?key=gate").content.decode()

    assert "gate does not identify the rows" in fragment
    assert "Try flight" in fragment


def test_the_same_snapshot_ends_the_ladder(mesh, kitchen, browser):
    other = mesh.child("idle")

    page = browser("viewer").get(f"/kitchens/{other.slug}/diff/flights.day/").content.decode()

    assert "The same snapshot as in" in page
    assert "numbers/" not in page


def test_who_may_not_see_data_sees_no_values(kitchen):
    diff = datasetdiff.dataset_diff(kitchen, "flights.day")

    numbers = datasetdiff.numbers(diff, values=False)
    rows = datasetdiff.rows(diff, ["flight"], values=False)

    assert {row.low.after for row in numbers.columns} == {"•••"}
    said = str(rows.sample)
    assert "gate" in said
    assert "gate 1" not in said
    assert rows.changed == 99


def test_counting_that_takes_too_long_says_how_far_it_came(kitchen):
    diff = datasetdiff.dataset_diff(kitchen, "flights.day")

    numbers = datasetdiff.numbers(diff, values=True, seconds=0.01)

    assert "0 of 2 parts are counted" in numbers.waits
    assert not numbers.goes_on


def test_rows_beyond_the_limit_are_not_read(kitchen, monkeypatch, browser):
    monkeypatch.setattr(datasetdiff, "MOST_ROWS", 50)

    fragment = browser("viewer").get("/kitchens/sandbox/diff/flights.day/rows/?key=flight").content.decode()

    assert "203 rows lie in parts that only one side has; at most 50 are compared here." in fragment


def test_what_the_store_refuses_comes_back_from_the_other_process_in_its_words(tmp_path):
    with pytest.raises(Exception, match="no store of the kind"):
        apart.profile(StoreAddress("paper", str(tmp_path)), [], seconds=20)


def test_the_api_climbs_the_same_ladder(kitchen, person, mesh):
    _, key = create_token(name="ci", scopes=["read"], by=person("viewer").actor(), now=mesh.now)
    client = Client(headers={"Authorization": f"Bearer {key}"})
    there = "/api/v1/kitchens/sandbox/diff"

    listed = client.get(there).json()
    schema = client.get(f"{there}/flights.day").json()
    numbers = client.get(f"{there}/flights.day?rung=numbers").json()
    rows = client.get(f"{there}/flights.day?rung=rows&key=flight").json()
    bad = client.get(f"{there}/flights.day?rung=rows&key=gate")

    assert [item["dataset"] for item in listed["items"]] == ["flights.day"]
    assert "early" in [column["column"] for column in schema["change"]["columns"]]
    assert numbers["numbers"][0]["name"] == "flight"
    assert numbers["keys"][0] == "flight"
    assert rows["rows"]["changed"] == 99
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "key")
