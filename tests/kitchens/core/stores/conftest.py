"""Both stores behind one fixture: what is tested of `store` holds for either."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from kitchens.core.stores import open_store
from kitchens.core.stores.base import DataStore, StoreAddress
from kitchens.core.stores.sources import SourceRules
from tests.conftest import fresh_database


@pytest.fixture(scope="session")
def store_database(postgres_server: str) -> Iterator[str]:
    """One database for all tests of the PostgreSQL store: parts have names of their own, so they do not meet."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """The folder that sources may lie in."""
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


@pytest.fixture(params=["embedded", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path, drop: Path) -> DataStore:
    postgresql = request.param == "postgresql"
    location = request.getfixturevalue("store_database") if postgresql else str(tmp_path / "snapshots")
    return open_store(StoreAddress(request.param, location), SourceRules(roots=(str(drop),)))


@pytest.fixture
def embedded(tmp_path: Path, drop: Path) -> DataStore:
    return open_store(StoreAddress("embedded", str(tmp_path / "snapshots")), SourceRules(roots=(str(drop),)))


_numbers = itertools.count(1)


@pytest.fixture
def attempt() -> str:
    return f"7-{next(_numbers)}-1"
