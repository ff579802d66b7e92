"""Monitoring watches real runs: the small mesh of the engine's tests, with a recipe whose tests can be turned red."""

from __future__ import annotations

import pytest

from tests.recipes.actions.conftest import _fork_server, mesh  # noqa: F401 - fixtures
from tests.small_mesh import SmallMesh

RECIPE = """
    description: Rows, as many as are asked for
    values:
      rows: {type: integer, default: 3, min: 0}
      broken: {type: boolean, default: false}
    nodes:
      load: {kind: python, file: load.py, writes: flights.raw}
      clean: {kind: sql, file: clean.sql, writes: flights.clean}
    tests:
      enough rows: {node: load, check: row_count, dataset: flights.raw, min: 3}
      not too many: {node: clean, check: row_count, dataset: flights.clean, max: 9, severity: warn}
      hardly any: {node: clean, check: row_count, dataset: flights.clean, max: 5, severity: log}
    variations: {production: {}}
"""
LOAD = """
    def run(context):
        context.write("flights.raw", [{"n": n} for n in range(context.values["rows"])])
        if context.values["broken"]:
            raise ValueError("the supplier sent nothing we can read")
"""
CLEAN = "SELECT n FROM flights.raw"


@pytest.fixture
def watched(mesh: SmallMesh) -> SmallMesh:  # noqa: F811
    """The mesh with a recipe of two nodes and three tests, not run yet."""
    files = {"recipe.yaml": RECIPE, "load.py": LOAD, "clean.sql": CLEAN}
    mesh.write("daily", files)
    return mesh
