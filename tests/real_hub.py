"""A hub of the test's own with real workers: home folder, database, data store and worker processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings

from hub.common import env
from hub.common.tables import bring_tables_up_to_date
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from kitchens.queries.data import open_kitchen_store, resolve
from recipes.actions.orders import place_order
from recipes.core.status import SETTLED
from recipes.models import OrderRun

MANAGE = Path(__file__).parents[1] / "manage.py"


@dataclass
class RealHub:
    """What a test does with the hub; every order goes through the queue to the worker processes."""

    surroundings: Mapping[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def production(self) -> Kitchen:
        return Kitchen.objects.get(tier="production")

    def start_worker(self) -> None:
        command = [sys.executable, str(MANAGE), "worker"]
        self.workers.append(subprocess.Popen(command, env={**os.environ, **self.surroundings}))

    def alive(self) -> bool:
        """Say whether every worker that was started is still there."""
        return all(worker.poll() is None for worker in self.workers)

    def stop_workers(self) -> None:
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        for worker in self.workers:
            try:
                worker.wait(20)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()

    def order(self, recipe: str, variation: str, values: Mapping[str, Any] | None = None) -> OrderRun:
        domain, name = recipe.split("/")
        return place_order(
            kitchen=self.production,
            domain=domain,
            recipe=name,
            variation=variation,
            by=THE_HUB,
            now=datetime.now(UTC),
            values=values,
        )

    def wait(self, runs: Sequence[OrderRun], seconds: float = 300) -> list[OrderRun]:
        """Return the runs once all have ended; an AssertionError says how many are open and where the first stands."""
        until = time.monotonic() + seconds
        wanted = OrderRun.objects.filter(pk__in=[run.pk for run in runs])
        open_runs = wanted.exclude(status__in=SETTLED).order_by("pk")
        while first := open_runs.values_list("pk", "recipe", "status", "reason").first():
            assert time.monotonic() < until, f"{open_runs.count()} of {len(runs)} are open: {first}"
            assert all(worker.poll() is None for worker in self.workers), "a worker has ended"
            time.sleep(0.2)
        return list(wanted.order_by("pk"))

    def run(self, recipe: str, variation: str, values: Mapping[str, Any] | None = None) -> OrderRun:
        """Order a run and return it once it has ended."""
        return self.wait([self.order(recipe, variation, values)])[0]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT on what production has published."""
        store = open_kitchen_store(self.production)
        with store.session(resolve(self.production), "look-at-it") as session:
            return [tuple(row) for row in session.query(sql).rows]


@contextmanager
def real_hub(home: Path, database: str, blocker: Any, **surroundings: str) -> Iterator[RealHub]:
    """Yield a hub with an empty database, used by this process and by worker processes alike."""
    told = {
        "HUB_HOME": str(home),
        "DATABASE_URL": database,
        "HUB_QUEUE_PREFIX": f"test-{home.name}",
        **surroundings,
    }
    own = {
        "HUB_HOME": home,
        "MESH_REPOSITORY": home / "mesh.git",
        "SNAPSHOT_ROOT": home / "snapshots",
        "LOG_ROOT": home / "logs",
        "DEFAULT_STORE": told.get("HUB_STORE", "embedded"),
        "STORE_URL": told.get("HUB_STORE_URL", ""),
    }
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(**own),
        blocker.unblock(),
        _database(database),
    ):
        for name, value in told.items():
            patch.setenv(name, value)
        bring_tables_up_to_date()
        hub = RealHub(told)
        try:
            yield hub
        finally:
            hub.stop_workers()


@contextmanager
def _database(url: str) -> Iterator[None]:
    """Let Django's connection of this process lead to the database at the URL."""
    before = connections.settings["default"]
    asked = env.database(url)
    if asked["ENGINE"] == settings.DATABASES["default"]["ENGINE"]:
        asked["OPTIONS"] = settings.DATABASES["default"].get("OPTIONS", {})
    connections["default"].close()
    del connections["default"]
    connections.settings["default"] = connections.configure_settings({"default": asked})["default"]
    try:
        yield
    finally:
        connections["default"].close()
        del connections["default"]
        connections.settings["default"] = before
