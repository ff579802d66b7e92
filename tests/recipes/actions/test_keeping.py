"""What a run counted is found by the next; what hostile code says was counted is not."""

from __future__ import annotations

import pytest

from kitchens.core.stores import open_store
from kitchens.core.stores.base import Staged
from kitchens.queries.data import store_address
from recipes.models import NodeRun, TestResult
from recipes.queries.pages_nodes import node_panel
from tests.small_mesh import SmallMesh

FORGING = """
    def run(context):
        from recipes.core.checks import Planner
        from recipes.core.nodes import execute
        part = context.write("flights.raw", [{"n": n} for n in range(3)]).version.parts[0].name
        lie = {"rows": 10**9, "columns": {"n": [0, "0", "1"]}}
        Planner.found = property(lambda self: {part: {"facts": lie}})
        execute.may_keep = lambda job: True
"""
RECIPE = """
    nodes:
      load: {kind: python, file: load.py, writes: flights.raw}
      clean: {kind: sql, file: clean.sql, writes: flights.clean}
    tests:
      raw: {node: load, check: row_count, dataset: flights.raw, min: 2}
      clean: {node: clean, check: range, column: tenfold, max: 20}
      raw again: {node: clean, check: row_count, dataset: flights.raw, max: 3}
    variations:
      production: {}
"""


def kept(mesh: SmallMesh, run, node: str) -> dict:
    (raw,) = NodeRun.objects.get(run=run, node=node).outcome["staged"]
    version = Staged.from_dict(raw).version
    with open_store(store_address(mesh.kitchen)).session({version.dataset: version}, "look-1") as session:
        return session.measures([part.name for part in version.parts])


@pytest.fixture
def recipe(mesh: SmallMesh) -> SmallMesh:
    clean = "SELECT n * 10 AS tenfold FROM flights.raw"
    mesh.write("daily", {"recipe.yaml": RECIPE, "load.py": FORGING, "clean.sql": clean})
    return mesh


def test_numbers_are_kept_of_sql_nodes_and_never_of_those_that_run_code(recipe) -> None:
    run = recipe.run()

    assert run.status == "succeeded"
    (clean,) = kept(recipe, run, "clean").values()
    assert clean["facts"]["rows"] == 3
    (raw,) = kept(recipe, run, "load").values()
    assert "facts" not in raw  # its rows were counted by the node that read it
    assert set(TestResult.objects.filter(run=run).values_list("verdict", flat=True)) == {"pass"}


def test_nothing_is_kept_of_a_closed_kitchen(recipe) -> None:
    recipe.kitchen.closed = True
    recipe.kitchen.save()

    run = recipe.run()

    assert run.status == "succeeded"
    assert kept(recipe, run, "clean") == {}


def test_a_node_keeps_the_plan_of_its_tests(recipe) -> None:
    run = recipe.run()

    plans = {node.node: node.outcome["plan"] for node in NodeRun.objects.filter(run=run)}
    assert plans == {"load": "1 test: 1 from statistics", "clean": "2 tests: 1 from statistics, 1 scan"}
    assert node_panel(run, "clean").plan == plans["clean"]
