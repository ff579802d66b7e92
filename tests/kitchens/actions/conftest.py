"""A small mesh with data, for tests of what is made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kitchens.core.roles import Actor
from tests import factories
from tests.kitchens.actions.shop import publish_rows
from tests.small_mesh import SmallMesh

RECIPE = """
    description: People and what they ordered
    values: {fewest: {type: integer, default: 1}, place: {type: text, default: Leeds}}
    nodes: {load: {kind: synchronise}}
    variations: {production: {}}
"""
DOMAIN = """
    title: Flights
    personal:
      customers: {email: hash, name: first_letter, city: drop, id: hash}
      orders: {email: hash}
"""


@pytest.fixture
def mesh(db: None, hub_home: Path, tmp_path: Path) -> SmallMesh:
    return SmallMesh(tmp_path)


@pytest.fixture
def shop(mesh: SmallMesh) -> SmallMesh:
    """Production with two datasets that have personal columns, 40 and 80 rows."""
    mesh.commit({"domains/flights/domain.yaml": DOMAIN})
    mesh.write("daily", {"recipe.yaml": RECIPE})
    publish_rows(mesh.kitchen, mesh.now)
    return mesh


@pytest.fixture
def dee(db: None) -> Actor:
    """A developer."""
    return factories.make_person("dee", "developer").actor()
