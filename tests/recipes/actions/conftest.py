"""The engine's tests work on a small mesh with real git, database, data store and node processes."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from recipes.actions.runs.context import forget_contexts
from recipes.core.nodes import launch
from tests.small_mesh import SmallMesh
from tests.three_domains import ThreeDomains


@pytest.fixture(scope="session")
def _fork_server() -> Iterator[None]:
    """One fork server for all tests: a node then starts in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="hub-e-") as folder, socket.socket(socket.AF_UNIX) as listener:
        path = f"{folder}/f"
        listener.bind(path)
        listener.listen(50)
        server = launch.start(listener, serves_many=True)
        before = os.environ.get("HUB_FORKSERVER")
        os.environ["HUB_FORKSERVER"] = path
        yield
        if before is None:
            os.environ.pop("HUB_FORKSERVER", None)
        else:
            os.environ["HUB_FORKSERVER"] = before
        server.kill()
        server.wait()


@pytest.fixture
def mesh(hub_home: Path, tmp_path: Path, transactional_db: None, _fork_server: None) -> SmallMesh:
    forget_contexts()
    outside = tmp_path / "outside"
    outside.mkdir()
    return SmallMesh(outside)


@pytest.fixture
def three(hub_home: Path, tmp_path: Path, transactional_db: None, _fork_server: None) -> ThreeDomains:
    """Production of three domains, not run yet."""
    forget_contexts()
    outside = tmp_path / "outside"
    outside.mkdir()
    mesh = ThreeDomains(outside)
    mesh.lay_out()
    return mesh


@pytest.fixture
def ran(three: ThreeDomains) -> ThreeDomains:
    """Three domains whose recipes have all run once in production."""
    three.run_all()
    return three
