"""A mesh of one domain for tests of the engine: write recipes, order runs, be the worker, turn the clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

from django.conf import settings
from django.db import connection

from kitchens.actions.kitchens import create_kitchen, create_production
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import Kitchen, Person
from kitchens.queries.data import open_kitchen_store, resolve
from recipes.actions import runs
from recipes.actions.files import save_files
from recipes.actions.orders import place_order
from recipes.models import OrderRun

DOMAIN = "flights"


@dataclass
class SmallMesh:
    """Production with the domain `flights`. The clock stands still until it is turned."""

    folder: Path
    now: datetime = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    kitchen: Kitchen = field(init=False)

    def __post_init__(self) -> None:
        self.kitchen = create_production(by=THE_HUB, now=self.now)
        self.commit({f"domains/{DOMAIN}/domain.yaml": "title: Flights\n"})

    def clock(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now

    def commit(self, changes: Mapping[str, str], kitchen: Kitchen | None = None) -> None:
        kitchen = kitchen or self.kitchen
        repository = MeshRepository(settings.MESH_REPOSITORY)
        save_files(
            kitchen,
            {path: dedent(text).encode() for path, text in changes.items()},
            message="Change the recipe",
            by=THE_HUB,
            now=self.now,
            expected_commit=repository.head(kitchen.branch),
        )
        kitchen.refresh_from_db()

    def write(self, recipe: str, files: Mapping[str, str], kitchen: Kitchen | None = None) -> None:
        """Commit a recipe of the domain; `{folder}` in its files becomes a folder outside the hub."""
        base = f"domains/{DOMAIN}/recipes/{recipe}"
        self.commit(
            {f"{base}/{name}": text.replace("{folder}", str(self.folder)) for name, text in files.items()},
            kitchen,
        )

    def order(self, recipe: str = "daily", variation: str = "production", **facts: Any) -> OrderRun:
        asked = {"kitchen": self.kitchen, "domain": DOMAIN, "recipe": recipe, "variation": variation}
        return place_order(**asked | {"by": THE_HUB, "now": self.now} | facts)

    def work(self, worker: str = "worker-1") -> int:
        return runs.drain(worker, self.clock)

    def run(self, recipe: str = "daily", **facts: Any) -> OrderRun:
        """Order a run and work until nothing is left."""
        run = self.order(recipe, **facts)
        self.work()
        run.refresh_from_db()
        return run

    def child(self, name: str = "sandbox") -> Kitchen:
        ends_on = (self.now + timedelta(days=7)).date()
        return create_kitchen(name=name, parent=self.kitchen, ends_on=ends_on, by=THE_HUB, now=self.now)

    def person(self, username: str = "ann", role: str = "operator") -> Actor:
        person = Person.objects.create_user(username, password="calm control room", role=role)
        return person.actor()

    def rows(self, dataset: str, kitchen: Kitchen | None = None) -> list[tuple[Any, ...]]:
        """Return the rows of a published dataset, sorted; none where it was never published."""
        kitchen = kitchen or self.kitchen
        version = resolve(kitchen, [dataset]).get(dataset)
        if version is None:
            return []
        return sorted(open_kitchen_store(kitchen).sample(version, limit=1000).rows)

    def ledger(self) -> list[str]:
        """Return what nodes have written into the ledger outside the hub, in order."""
        file = self.folder / "ledger"
        return file.read_text().split() if file.exists() else []


def statuses(run: OrderRun) -> dict[str, str]:
    """Return where each node of a run stands."""
    return dict(run.node_runs.order_by("place").values_list("node", "status"))


def joins(needs: Mapping[str, list[str]]) -> dict[str, str]:
    """Return the files of a recipe of nothing but join points."""
    lines = [
        f"  {name}: {{kind: synchronise, needs: [{', '.join(before)}]}}" for name, before in needs.items()
    ]
    text = "description: joins\nnodes:\n" + "\n".join(lines) + "\nvariations:\n  production: {}\n"
    return {"recipe.yaml": text}


def shell(command: str, **facts: object) -> dict[str, str]:
    """Return the files of a recipe of one shell node, and a join after it."""
    more = "".join(f", {key}: {value}" for key, value in facts.items())
    return {
        "recipe.yaml": f"""
            description: One shell node
            nodes:
              only: {{kind: shell, command: "{command}"{more}}}
              done: {{kind: synchronise, needs: [only]}}
            variations: {{production: {{}}, hurried: {{timeout: 30}}}}
        """
    }


@contextmanager
def at_work(mesh: SmallMesh, worker: str = "worker-1") -> Iterator[threading.Thread]:
    """Let a worker drain in a thread of its own, by the real clock."""

    def drain() -> None:
        runs.drain(worker, lambda: datetime.now(UTC))
        connection.close()

    thread = threading.Thread(target=drain)
    thread.start()
    yield thread
    thread.join(30)
    assert not thread.is_alive()


def until(said: Callable[[], object]) -> None:
    for _ in range(1000):
        if said():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen within 20 seconds")
