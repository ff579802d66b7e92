"""The small mesh of the engine's tests, asked through the API by tokens."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from kitchens.actions import people, tokens
from kitchens.core.roles import THE_HUB
from recipes.core.nodes import launch
from tests.small_mesh import SmallMesh

RECIPE = {
    "recipe.yaml": """
        description: One day of flights
        values:
          day: {type: date, default: "2026-03-09"}
          least: {type: integer, default: 1}
        nodes:
          load: {kind: python, file: load.py, writes: flights.raw}
          clean: {kind: sql, file: clean.sql, writes: flights.clean}
        tests:
          enough flights: {node: load, check: row_count, dataset: flights.raw, min: "{{ least }}"}
        variations:
          production: {}
    """,
    "load.py": """
        def run(context):
            print("loading", context.values["day"])
            context.measure("rows", 2)
            context.write("flights.raw", [{"id": 1, "day": "2026-03-09"}, {"id": 2, "day": "2026-03-09"}])
    """,
    "clean.sql": "select id, day from flights.raw where id > 1\n",
}


@pytest.fixture(scope="module")
def _fork_server() -> Iterator[None]:
    """One fork server for the tests of a file: a node then starts in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="hub-a-") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/f")
        listener.listen(50)
        server = launch.start(listener, serves_many=True)
        listener.close()  # should it die, nodes are told at once
        patch = pytest.MonkeyPatch()
        patch.setitem(os.environ, "HUB_FORKSERVER", f"{folder}/f")
        yield
        patch.undo()
        server.kill()
        server.wait()


@pytest.fixture
def mesh(hub_home: Path, tmp_path: Path, transactional_db: None, _fork_server: None) -> SmallMesh:
    outside = tmp_path / "outside"
    outside.mkdir()
    mesh = SmallMesh(outside)
    mesh.write("daily", RECIPE)
    return mesh


@pytest.fixture
def asking(mesh: SmallMesh) -> Callable[..., Client]:
    """Return a client with a token of someone who has the role."""

    def client(role: str = "operator", scopes: tuple[str, ...] = ("read", "run", "change")) -> Client:
        person = people.create_person(
            username=role, password="a long phrase", role=role, by=THE_HUB, now=mesh.now
        )
        _, key = tokens.create_token(name="api", scopes=scopes, by=person.actor(), now=timezone.now())
        return Client(headers={"Authorization": f"Bearer {key}"})

    return client
