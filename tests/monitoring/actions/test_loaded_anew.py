"""Rows that were loaded anew and are the same: a list is not blamed for it, what came in is."""

from __future__ import annotations

import pytest

from kitchens.models import Snapshot
from kitchens.queries.data import open_kitchen_store
from monitoring.models import Episode
from tests.small_mesh import SmallMesh

SHOPS = """
    values: {names: {type: text, default: "north south east"}}
    nodes:
      load: {kind: python, file: load.py, writes: flights.shops}
    variations: {production: {}}
"""
LOAD_SHOPS = """
    def run(context):
        context.write("flights.shops", [{"name": name, "open": True} for name in context.values["names"].split()])
"""
DAILY = """
    values: {shop: {type: text, default: south}}
    nodes:
      load: {kind: python, file: load.py, writes: flights.sales}
    tests:
      shops exist: {node: load, check: foreign_key, dataset: flights.sales, column: shop, to: flights.shops.name}
    variations: {production: {}}
"""
LOAD_SALES = """
    def run(context):
        context.write("flights.sales", [{"id": n, "shop": context.values["shop"]} for n in range(20)])
"""


@pytest.fixture(params=["embedded", pytest.param("postgresql", marks=pytest.mark.postgres)])
def green(request: pytest.FixtureRequest, settings, mesh: SmallMesh) -> SmallMesh:
    """A day on which all shops were known, in each kind of data store."""
    settings.DEFAULT_STORE = request.param
    if request.param == "postgresql":
        settings.STORE_URL = request.getfixturevalue("postgres_url")
    mesh.write("shops", {"recipe.yaml": SHOPS, "load.py": LOAD_SHOPS})
    mesh.write("daily", {"recipe.yaml": DAILY, "load.py": LOAD_SALES})
    mesh.run("shops")
    mesh.run()
    mesh.forward(86_400)
    return mesh


def found(mesh: SmallMesh) -> tuple[bool, list[str]]:
    """Return whether the list is told to hold the same rows, and the kinds of causes."""
    findings = Episode.objects.get(test="shops exist").findings
    shops = next(one for one in findings["changes"]["data"] if one["dataset"] == "flights.shops")
    assert shops["snapshot"] != shops["snapshot_before"]
    return shops["alike"], [cause["kind"] for cause in findings["causes"]]


def test_a_list_loaded_anew_with_the_same_rows_in_another_order_is_no_cause(green: SmallMesh) -> None:
    green.run("shops", values={"names": "east north south"})
    green.run(values={"shop": "moon"})

    alike, kinds = found(green)

    assert alike
    assert "reference" not in kinds


def test_a_list_with_as_many_rows_of_which_one_is_another_is_the_cause(green: SmallMesh) -> None:
    green.run("shops", values={"names": "east north moon"})
    green.run()

    alike, kinds = found(green)

    assert not alike
    assert kinds[0] == "reference"


DELIVERY = """
    values: {day: {type: text, default: ""}, sent: {type: text, default: ""}}
    nodes:
      load: {kind: python, file: load.py, writes: flights.sales}
    tests:
      the day is there: {node: load, check: row_count, dataset: flights.sales, where: "day = {{ day }}", min: 1}
    variations: {production: {}}
"""
LOAD_DELIVERY = """
    def run(context):
        context.write("flights.sales", [{"id": n, "day": context.values["sent"]} for n in range(20)])
"""


def test_a_delivery_that_came_again_is_the_cause(mesh: SmallMesh) -> None:
    mesh.write("daily", {"recipe.yaml": DELIVERY, "load.py": LOAD_DELIVERY})
    mesh.run(values={"day": "monday", "sent": "monday"})
    mesh.forward(86_400)

    mesh.run(values={"day": "tuesday", "sent": "monday"})

    late = [one for one in Episode.objects.get().findings["causes"] if one["kind"] == "late"]
    assert late[0]["sentence"] == "Nothing new has come in flights.sales since the last green run."
    assert "holds the rows of snapshot" in late[0]["evidence"][0]


def test_a_version_whose_parts_are_gone_is_not_compared_and_all_else_is_found(mesh: SmallMesh) -> None:
    mesh.write("daily", {"recipe.yaml": DELIVERY, "load.py": LOAD_DELIVERY})
    mesh.run(values={"day": "monday", "sent": "monday"})
    mesh.forward(86_400)
    for snapshot in Snapshot.objects.all():
        open_kitchen_store(mesh.kitchen).discard([part["name"] for part in snapshot.parts])

    mesh.run(values={"day": "tuesday", "sent": "monday"})

    findings = Episode.objects.get().findings
    assert [one["alike"] for one in findings["changes"]["data"]] == [False]
    assert findings["causes"]
