"""A mesh of three domains for tests of merges: sales makes orders, finance sums them up, marketing reads that."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from kitchens.core.git import MeshRepository
from kitchens.models import Kitchen, MergeRequest
from kitchens.queries.data import newest
from tests.small_mesh import SmallMesh

ORDERS = """
    description: Orders as they came in
    values:
      day: {type: date, default: "2026-03-09"}
    nodes:
      load: {kind: python, file: load.py, writes: sales.raw}
      orders: {kind: sql, file: orders.sql, writes: sales.orders}
      history: {kind: sql, file: history.sql, writes: {sales.history: append}}
      tell: {kind: shell, command: "echo tell >> {folder}/ledger", needs: [orders], effects: external}
    tests:
      enough orders: {node: orders, check: row_count, min: 2}
      amounts are there: {node: orders, check: not_null, column: amount}
      history grows: {node: history, check: row_count, min: 1}
    variations:
      production: {schedule: "0 5 * * *"}
      by-hand: {}
"""
LOAD = """
    def run(context):
        with open("{folder}/ledger", "a") as ledger:
            ledger.write("load\\n")
        context.write("sales.raw", [{"number": n, "cents": n * 100, "day": context.values["day"]} for n in range(1, 4)])
"""
ORDERS_SQL = """SELECT number, day, cents / 100.0 AS amount
FROM sales.raw
"""
HISTORY_SQL = "SELECT day, count(*) AS orders FROM sales.orders GROUP BY day"
REVENUE = """
    description: What came in
    nodes:
      daily: {kind: sql, file: daily.sql, writes: finance.revenue}
      count: {kind: shell, command: "echo revenue >> {folder}/ledger", needs: [daily]}
    tests:
      revenue is there: {node: daily, check: not_null, column: revenue}
    variations: {production: {schedule: "0 6 * * *"}}
"""
DAILY_SQL = """-- One row a day
WITH paid AS (SELECT * FROM sales.orders)
SELECT day,
  sum(amount) AS revenue
FROM paid
GROUP BY day
"""
CAMPAIGNS = """
    description: What campaigns bring
    nodes:
      effect: {kind: sql, file: effect.sql, writes: marketing.effect}
    variations: {production: {schedule: "0 7 * * *"}}
"""
EFFECT_SQL = "SELECT day, revenue * 2 AS effect FROM finance.revenue"


class ThreeDomains(SmallMesh):
    """Production of three domains that depend on each other, in a line."""

    def lay_out(self) -> None:
        files = {
            f"domains/{domain}/domain.yaml": f"title: {domain.capitalize()}\n"
            for domain in ("sales", "finance")
        }
        files["domains/marketing/domain.yaml"] = "title: Marketing\n"
        self.commit(files)
        sql = {"orders.sql": ORDERS_SQL, "history.sql": HISTORY_SQL}
        self.save("sales/orders", {"recipe.yaml": ORDERS, "load.py": LOAD} | sql)
        self.save("finance/revenue", {"recipe.yaml": REVENUE, "daily.sql": DAILY_SQL})
        self.save("marketing/campaigns", {"recipe.yaml": CAMPAIGNS, "effect.sql": EFFECT_SQL})

    def save(self, recipe: str, files: dict[str, str], kitchen: Kitchen | None = None) -> None:
        """Commit files of a recipe ("<domain>/<name>"), faults and all."""
        domain, _, name = recipe.partition("/")
        base = f"domains/{domain}/recipes/{name}"
        self.commit(
            {f"{base}/{file}": text.replace("{folder}", str(self.folder)) for file, text in files.items()},
            kitchen,
        )

    def read(self, recipe: str, file: str, kitchen: Kitchen | None = None) -> str:
        """Return a file of a recipe as the kitchen has it."""
        domain, _, name = recipe.partition("/")
        commit = newest(kitchen or self.kitchen).commit
        path = f"domains/{domain}/recipes/{name}/{file}"
        return MeshRepository(settings.MESH_REPOSITORY).read_file(commit, path).decode()

    def run_all(self, kitchen: Kitchen | None = None) -> None:
        """Run every recipe once, in the order of the data."""
        for domain, recipe in (("sales", "orders"), ("finance", "revenue"), ("marketing", "campaigns")):
            run = self.run(recipe, domain=domain, kitchen=kitchen or self.kitchen)
            assert run.status == "succeeded", run.reason

    def request(self, source: Kitchen, now: datetime | None = None) -> MergeRequest:
        """Return an open request of a kitchen to its parent, as the merge actions write it."""
        return MergeRequest.objects.create(
            source=source,
            target=self.kitchen,
            title="A change",
            source_revision=newest(source),
            target_revision=newest(self.kitchen),
            opened_at=now or self.now,
        )
