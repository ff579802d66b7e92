"""Hubs of the test's own, each a home and a database, used through processes only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import fresh_database

ROOT = Path(__file__).parents[3]
WHOLE = Path(__file__).with_name("whole_hub.py")


@dataclass
class Home:
    """A hub by its surroundings."""

    path: Path
    surroundings: dict[str, str]

    def manage(self, *command: str, fails: bool = False) -> str:
        ran = self.run(str(ROOT / "manage.py"), *command)
        assert bool(ran.returncode) == fails, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **self.surroundings}
        return subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
        )

    def whole(self) -> dict[str, Any]:
        ran = self.run(str(WHOLE))
        assert ran.returncode == 0, ran.stderr
        found: dict[str, Any] = json.loads(ran.stdout)
        return found


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.trial])]
)
def new_home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Home]]:
    """Make empty hubs: SQLite with the embedded store, or PostgreSQL for both."""
    with ExitStack() as stack:

        def make(name: str) -> Home:
            path = tmp_path / name
            told = {"HUB_HOME": str(path), "HUB_QUEUE_PREFIX": f"test-{tmp_path.name}-{name}"}
            told |= {"DJANGO_SETTINGS_MODULE": "hub.settings", "PYTHONPATH": str(ROOT)}
            told["DATABASE_URL"] = f"sqlite:///{path}/hub.sqlite3"
            if request.param == "postgresql":
                url = stack.enter_context(fresh_database(request.getfixturevalue("postgres_server")))
                told |= {"DATABASE_URL": url, "HUB_STORE": "postgresql", "HUB_STORE_URL": url}
            return Home(path, told)

        yield make
