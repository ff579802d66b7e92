"""The mesh of the trial of causes: a list of shops, orders of a day, their sums, and the best of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from kitchens.actions.kitchens import create_production
from kitchens.actions.overrides import change_overrides
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from recipes.actions import runs
from recipes.actions.files import save_files
from recipes.actions.orders import place_order
from recipes.models import OrderRun

SHOPS, PRODUCTS = ("north", "south", "east", "west"), ("tea", "cake", "soup")
RECIPES = ("reference/lists", "sales/daily", "finance/report", "marketing/best")
LOAD = """
import json

def run(context):
    with open("{folder}/%s.json") as file:
        context.write("%s", json.load(file))
"""
FILES = {
    "reference/domain.yaml": "title: Reference\n",
    "sales/domain.yaml": "title: Sales\n",
    "finance/domain.yaml": "title: Finance\n",
    "marketing/domain.yaml": "title: Marketing\n",
    "reference/recipes/lists/recipe.yaml": """
description: Shops there are
nodes: {load: {kind: python, file: load.py, writes: reference.shops}}
variations: {production: {}}
""",
    "reference/recipes/lists/load.py": LOAD % ("shops", "reference.shops"),
    "sales/recipes/daily/recipe.yaml": """
description: Orders of a day
values:
  day: {type: date, default: "2026-03-01"}
  factor: {type: number, default: 1}
  least: {type: number, default: 0}
  most: {type: number, default: 500}
nodes:
  load: {kind: python, file: load.py, writes: sales.raw}
  clean: {kind: sql, file: clean.sql, writes: sales.clean}
tests:
  orders came: {node: load, check: row_count, dataset: sales.raw, min: 90, severity: warn}
  enough orders: {node: clean, check: row_count, dataset: sales.clean, min: 80}
  shops exist: {node: clean, check: foreign_key, dataset: sales.clean, column: shop, to: reference.shops.shop}
  amounts are plausible: {node: clean, check: range, dataset: sales.clean, column: amount, min: 0, max: "{{ most }}"}
  product is there: {node: clean, check: not_null, dataset: sales.clean, column: product}
  no order twice: {node: clean, check: unique, dataset: sales.clean, columns: [id]}
variations: {production: {}}
""",
    "sales/recipes/daily/load.py": LOAD % ("orders", "sales.raw"),
    "sales/recipes/daily/clean.sql": (
        "SELECT id, day, shop, product, amount * {{ factor }} AS amount, NULL AS note\n"
        "FROM sales.raw\nWHERE amount >= {{ least }} OR amount < 0\n"
    ),
    "finance/recipes/report/recipe.yaml": """
description: What each shop took
values: {day: {type: date, default: "2026-03-01"}}
nodes: {totals: {kind: sql, file: totals.sql, writes: finance.totals}}
tests:
  takings are plausible: {node: totals, check: range, dataset: finance.totals, column: revenue, min: 1000, max: 9000}
  every shop is there: {node: totals, check: row_count, dataset: finance.totals, min: 4}
  the day is there: {node: totals, check: row_count, dataset: finance.totals, where: "day = {{ day }}", min: 1}
variations: {production: {}}
""",
    "finance/recipes/report/totals.sql": (
        "SELECT CAST(day AS DATE) AS day, shop, sum(amount) AS revenue, count(*) AS orders\n"
        "FROM sales.clean\nGROUP BY 1, 2\n"
    ),
    "marketing/recipes/best/recipe.yaml": """
description: The shops that took most
values: {floor: {type: number, default: 100}}
nodes: {best: {kind: sql, file: best.sql, writes: marketing.best}}
tests:
  enough shops: {node: best, check: row_count, dataset: marketing.best, min: 3}
variations: {production: {}}
""",
    "marketing/recipes/best/best.sql": "SELECT shop, revenue FROM finance.totals WHERE revenue > {{ floor }}\n",
}


def orders(day: str, count: int = 100) -> list[dict[str, Any]]:
    """Return the orders of a day as the supplier sends them."""
    return [
        {
            "id": n,
            "day": day,
            "shop": SHOPS[n % 4],
            "product": PRODUCTS[n % 3],
            "amount": float(50 + n * 7 % 100),
        }
        for n in range(count)
    ]


@dataclass
class Mesh:
    """Production with four recipes, files of a supplier outside, and a clock that goes on by a day for each round."""

    folder: Path
    now: datetime
    kitchen: Kitchen = field(init=False)
    day: str = ""

    def __post_init__(self) -> None:
        self.kitchen = create_production(by=THE_HUB, now=self.now)
        self.commit(
            {path: text.replace("{folder}", str(self.folder)) for path, text in FILES.items()}, "The mesh"
        )

    def next_day(self) -> None:
        """Go on by a day, for which the supplier sends what it should."""
        self.now += timedelta(days=1)
        self.day = self.now.date().isoformat()
        self.supply("shops", [{"shop": name, "city": name.title()} for name in SHOPS])
        self.supply("orders", orders(self.day))

    def supply(self, name: str, rows: list[dict[str, Any]]) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(rows))

    def text(self, path: str) -> str:
        """Return a file of the mesh as it is now."""
        head = newest(self.kitchen).commit
        return MeshRepository(settings.MESH_REPOSITORY).read_file(head, f"domains/{path}").decode()

    def commit(self, files: Mapping[str, str], message: str = "Change it") -> None:
        save_files(
            self.kitchen,
            {f"domains/{path}": text.encode() for path, text in files.items()},
            message=message,
            by=THE_HUB,
            now=self.now,
            expected_commit=MeshRepository(settings.MESH_REPOSITORY).head(self.kitchen.branch),
        )
        self.kitchen.refresh_from_db()

    def edit(self, path: str, old: str, new: str) -> None:
        """Commit a file in which one text is another one."""
        text = self.text(path)
        if old not in text:
            raise ValueError(f"{path} does not hold {old!r}.")
        self.commit({path: text.replace(old, new)}, f"Change {path}")

    def restore(self) -> None:
        """Put back files and overrides as they were at first."""
        first = {path: text.replace("{folder}", str(self.folder)) for path, text in FILES.items()}
        if changed := {path: text for path, text in first.items() if self.text(path) != text}:
            self.commit(changed, "Put it back")
        self.override({})

    def override(self, values: Mapping[str, Any]) -> None:
        """Set these overrides of production, and no others."""
        before = newest(self.kitchen).overrides
        change_overrides(
            self.kitchen,
            by=THE_HUB,
            now=self.now,
            given=values,
            unset=[key for key in before if key not in values],
        )
        self.kitchen.refresh_from_db()

    def run(self, recipe: str, **values: Any) -> OrderRun:
        """Run a recipe to its end."""
        domain, name = recipe.split("/")
        if name in ("daily", "report"):
            values = {"day": self.day} | values
        self.now += timedelta(minutes=10)
        run = place_order(
            kitchen=self.kitchen, domain=domain, recipe=name, variation="production", by=THE_HUB, now=self.now, values=values
        )  # fmt: skip
        runs.drain("trial", lambda: self.now)
        run.refresh_from_db()
        return run
