"""Faults over eight kinds of cause: how each is planted, what turns red, and what the report should say first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hub.trials.causes.mesh import SHOPS, Mesh, orders

SALES, REPORT, BEST, LISTS = (
    "sales/recipes/daily",
    "finance/recipes/report",
    "marketing/recipes/best",
    "reference/recipes/lists",
)
CLEAN, SALES_RECIPE, REPORT_RECIPE = f"{SALES}/clean.sql", f"{SALES}/recipe.yaml", f"{REPORT}/recipe.yaml"
NEW_TEST = "  note is there: {node: clean, check: not_null, dataset: sales.clean, column: note}"


@dataclass(frozen=True)
class Fault:
    """`kinds` are the causes that are true; `red` is the test, or the node, that shows it, of `recipe`."""

    name: str
    kinds: tuple[str, ...]
    recipe: str
    red: str
    plant: Callable[[Mesh], object]
    values: dict[str, Any] = field(default_factory=dict)  # of the order
    skips: tuple[str, ...] = ()  # recipes that do not run that day


def _edit(path: str, old: str, new: str) -> Callable[[Mesh], object]:
    return lambda mesh: mesh.edit(path, old, new)


def _orders(change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Callable[[Mesh], object]:
    return lambda mesh: mesh.supply("orders", change(orders(mesh.day)))


def _shops(rows: list[dict[str, Any]]) -> Callable[[Mesh], object]:
    return lambda mesh: mesh.supply("shops", rows)


def _without(name: str) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda rows: [{key: value for key, value in row.items() if key != name} for row in rows]


def _each(
    name: str, change: Callable[[dict[str, Any]], Any]
) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda rows: [row | {name: change(row)} for row in rows]


def _renamed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{("item" if key == "product" else key): value for key, value in row.items()} for row in rows]


def _warned_then_less(mesh: Mesh) -> None:
    """A fifth of the orders is missing: sales only warns, and what a shop took is too little."""
    few = [row | {"amount": 20.0} for row in orders(mesh.day)[:85]]
    mesh.supply("orders", few)


CODE = (
    Fault("amounts in cents", ("code",), "sales/daily", "amounts are plausible",
          _edit(CLEAN, "amount * {{ factor }}", "amount * 100 * {{ factor }}")),
    Fault("product is dropped", ("code",), "sales/daily", "product is there",
          _edit(CLEAN, "shop, product,", "shop, NULLIF(product, 'tea') AS product,")),
    Fault("rows are doubled", ("code",), "sales/daily", "no order twice",
          _edit(CLEAN, "FROM sales.raw", "FROM (SELECT * FROM sales.raw UNION ALL SELECT * FROM sales.raw) AS both_of_them")),
    Fault("every second row is read", ("code",), "sales/daily", "enough orders",
          _edit(f"{SALES}/load.py", "json.load(file)", "json.load(file)[::2]")),
    Fault("takings are divided", ("code",), "finance/report", "takings are plausible",
          _edit(f"{REPORT}/totals.sql", "sum(amount)", "sum(amount) / 100")),
    Fault("a node raises", ("code",), "sales/daily", "load",
          _edit(f"{SALES}/load.py", "def run(context):", "def run(context):\n    raise KeyError('shop')")),
)  # fmt: skip
TESTS = (
    Fault("more rows are asked for", ("test",), "sales/daily", "enough orders",
          _edit(SALES_RECIPE, "dataset: sales.clean, min: 80", "dataset: sales.clean, min: 150")),
    Fault("a new test was never true", ("test",), "sales/daily", "note is there",
          _edit(SALES_RECIPE, "variations:", f"{NEW_TEST}\nvariations:")),
    Fault("another column is tested", ("test",), "sales/daily", "no order twice",
          _edit(SALES_RECIPE, "columns: [id]", "columns: [shop]")),
    Fault("the row filter is gone too far", ("test",), "finance/report", "every shop is there",
          _edit(REPORT_RECIPE, "dataset: finance.totals, min: 4}",
                "dataset: finance.totals, where: \"orders > 25\", min: 4}")),
    Fault("a limit is tightened", ("test",), "finance/report", "takings are plausible",
          _edit(REPORT_RECIPE, "max: 9000", "max: 2000")),
)  # fmt: skip
VALUES = (
    Fault("production overrides the largest amount", ("value",), "sales/daily", "amounts are plausible",
          lambda mesh: mesh.override({"most": 60})),
    Fault("an order gives another largest amount", ("value",), "sales/daily", "amounts are plausible",
          lambda mesh: None, {"most": 70}),
    Fault("production overrides the factor", ("value",), "sales/daily", "amounts are plausible",
          lambda mesh: mesh.override({"factor": 50})),
    Fault("the default of a filter is raised", ("value",), "sales/daily", "enough orders",
          _edit(SALES_RECIPE, "least: {type: number, default: 0}", "least: {type: number, default: 130}")),
    Fault("the floor is overridden", ("value",), "marketing/best", "enough shops",
          lambda mesh: mesh.override({"floor": 100000})),
)  # fmt: skip
INPUTS = (
    Fault("half of the file came", ("partial",), "sales/daily", "enough orders", _orders(lambda rows: rows[:50])),
    Fault("five rows came", ("partial",), "sales/daily", "enough orders", _orders(lambda rows: rows[:5])),
    Fault("the file came twice", ("surplus",), "sales/daily", "no order twice", _orders(lambda rows: rows + rows)),
    Fault("the file did not come", ("source",), "sales/daily", "load",
          lambda mesh: (mesh.folder / "orders.json").unlink()),
    Fault("sales did not run", ("late",), "finance/report", "the day is there", lambda mesh: None, skips=("sales/daily",)),
)  # fmt: skip
SCHEMA = (
    Fault("a column has another name", ("schema",), "sales/daily", "clean", _orders(_renamed)),
    Fault("amounts are texts", ("schema",), "sales/daily", "clean",
          _orders(_each("amount", lambda row: f"{row['amount']} EUR"))),
    Fault("the shop is gone", ("schema",), "sales/daily", "clean", _orders(_without("shop"))),
    Fault("the list of shops has another column", ("schema", "reference"), "sales/daily", "shops exist",
          _shops([{"name": name, "city": name.title()} for name in SHOPS])),
)  # fmt: skip
REFERENCE = (
    Fault("a shop left the list", ("reference",), "sales/daily", "shops exist",
          _shops([{"shop": name, "city": name.title()} for name in SHOPS[:3]])),
    Fault("the list is written in capitals", ("reference",), "sales/daily", "shops exist",
          _shops([{"shop": name.upper(), "city": name.title()} for name in SHOPS])),
)  # fmt: skip
UPSTREAM = (
    Fault("sales only warned", ("upstream",), "finance/report", "takings are plausible", _warned_then_less),
    Fault("sales failed", ("upstream",), "finance/report", "the day is there",
          _edit(CLEAN, "amount * {{ factor }}", "amount * 100 * {{ factor }}")),
    Fault("sales could not be loaded", ("upstream",), "finance/report", "the day is there",
          _edit(f"{SALES}/load.py", "def run(context):", "def run(context):\n    raise KeyError('shop')")),
)  # fmt: skip
SLICES = (
    Fault("one shop sends negative amounts", ("slice",), "sales/daily", "amounts are plausible",
          _orders(_each("amount", lambda row: -row["amount"] if row["shop"] == "west" else row["amount"]))),
    Fault("one shop leaves the product out", ("slice",), "sales/daily", "product is there",
          _orders(_each("product", lambda row: None if row["shop"] == "north" else row["product"]))),
    Fault("soup is sold at a wrong price", ("slice",), "sales/daily", "amounts are plausible",
          _orders(_each("amount", lambda row: 9000.0 if row["product"] == "soup" else row["amount"]))),
)  # fmt: skip
COMMENT = _edit(CLEAN, "SELECT id", "-- tidied up\nSELECT id")


def _both(*plants: Callable[[Mesh], object]) -> Callable[[Mesh], object]:
    def plant(mesh: Mesh) -> None:
        for one in plants:
            one(mesh)

    return plant


# Something harmless changed on the same day. The rules were not changed after these were first tried.
DISTRACTED = (
    Fault("half of the file came, and a comment was written", ("partial",), "sales/daily", "enough orders",
          _both(_orders(lambda rows: rows[:50]), COMMENT)),
    Fault("a shop left the list, and a comment was written", ("reference",), "sales/daily", "shops exist",
          _both(_shops([{"shop": name, "city": name.title()} for name in SHOPS[:3]]), COMMENT)),
    Fault("one shop is negative, and the load was tidied up", ("slice",), "sales/daily", "amounts are plausible",
          _both(_orders(_each("amount", lambda row: -row["amount"] if row["shop"] == "west" else row["amount"])),
                _edit(f"{SALES}/load.py", "import json", "import json  # of the supplier"))),
    Fault("amounts in cents, and a new column came", ("code",), "sales/daily", "amounts are plausible",
          _both(_edit(CLEAN, "amount * {{ factor }}", "amount * 100 * {{ factor }}"),
                _orders(_each("remark", lambda row: "none")))),
    Fault("a limit is tightened, and fewer orders came", ("test",), "sales/daily", "enough orders",
          _both(_edit(SALES_RECIPE, "dataset: sales.clean, min: 80", "dataset: sales.clean, min: 150"),
                _orders(lambda rows: rows[:95]))),
    Fault("the factor is overridden, and a comment was written", ("value",), "sales/daily", "amounts are plausible",
          _both(lambda mesh: mesh.override({"factor": 50}), COMMENT)),
)  # fmt: skip
# Written long after the rules, in one go, and tried as they were written.
LATER = (
    Fault("a filter drops a shop", ("code",), "finance/report", "every shop is there",
          _edit(f"{REPORT}/totals.sql", "FROM sales.clean", "FROM sales.clean WHERE shop <> 'west'")),
    Fault("days are counted from one on", ("code",), "finance/report", "the day is there",
          _edit(f"{REPORT}/totals.sql", "CAST(day AS DATE) AS day", "CAST(day AS DATE) + 1 AS day")),
    Fault("tea comes from an unknown shop", ("slice",), "sales/daily", "shops exist",
          _orders(_each("shop", lambda row: "moon" if row["product"] == "tea" else row["shop"]))),
    Fault("the list of shops is empty but for one", ("reference",), "sales/daily", "shops exist",
          _shops([{"shop": "north", "city": "North"}])),
    Fault("half of the file came, and a test was added", ("partial",), "sales/daily", "enough orders",
          _both(_orders(lambda rows: rows[:50]),
                _edit(SALES_RECIPE, "variations:", "  ids are there: {node: clean, check: not_null, "
                      "dataset: sales.clean, column: id}\nvariations:"))),
    Fault("sales only warned, and the report was tidied up", ("upstream",), "finance/report", "takings are plausible",
          _both(_warned_then_less, _edit(f"{REPORT}/totals.sql", "SELECT CAST", "-- by shop\nSELECT CAST"))),
    Fault("amounts in cents, and another recipe has an override", ("code",), "sales/daily", "amounts are plausible",
          _both(_edit(CLEAN, "amount * {{ factor }}", "amount * 100 * {{ factor }}"),
                lambda mesh: mesh.override({"floor": 200}))),
    Fault("one shop leaves the product out, and a shop was opened", ("slice",), "sales/daily", "product is there",
          _both(_orders(_each("product", lambda row: None if row["shop"] == "north" else row["product"])),
                _shops([{"shop": name, "city": name.title()} for name in (*SHOPS, "centre")]))),
    Fault("amounts in cents, and fewer orders came", ("code",), "sales/daily", "amounts are plausible",
          _both(_edit(CLEAN, "amount * {{ factor }}", "amount * 100 * {{ factor }}"),
                _orders(lambda rows: rows[:95]))),
)  # fmt: skip
# Written in one go after the rules were mended by what those had missed. The first two were planted anew after a try;
# docs/failure-reports.md says why.
LAST = (
    Fault("what each shop took is counted once for each order", ("code",), "finance/report", "takings are plausible",
          _edit(f"{REPORT}/totals.sql", "sum(amount) AS revenue", "sum(amount) * count(DISTINCT id) AS revenue")),
    Fault("the orders of the day before came again", ("late", "source"), "finance/report", "the day is there",
          lambda mesh: mesh.supply("orders", orders((mesh.now - timedelta(days=1)).date().isoformat()))),
    Fault("the list lost a shop and got another", ("reference",), "sales/daily", "shops exist",
          _shops([{"shop": name, "city": name.title()} for name in (*SHOPS[:3], "centre")])),
    Fault("cake is priced in cents", ("slice",), "sales/daily", "amounts are plausible",
          _orders(_each("amount", lambda row: row["amount"] * (100 if row["product"] == "cake" else 1)))),
    Fault("one shop sent its orders twice", ("slice", "surplus"), "sales/daily", "no order twice",
          _orders(lambda rows: [*rows, *(row for row in rows if row["shop"] == "west")])),
    Fault("a largest amount is overridden, and another test was loosened", ("value",), "sales/daily",
          "amounts are plausible", _both(lambda mesh: mesh.override({"most": 60}),
                                         _edit(SALES_RECIPE, "dataset: sales.raw, min: 90", "dataset: sales.raw, min: 9"))),
    Fault("half of the file came, and a factor is another one", ("partial",), "sales/daily", "enough orders",
          _both(_orders(lambda rows: rows[:50]), _edit(SALES_RECIPE, "factor: {type: number, default: 1}",
                                                       "factor: {type: number, default: 1.1}"))),
    Fault("small orders are not loaded, and a shop was opened", ("code",), "sales/daily", "enough orders",
          _both(_edit(f"{SALES}/load.py", "json.load(file)", "[row for row in json.load(file) if row['amount'] > 80]"),
                _shops([{"shop": name, "city": name.title()} for name in (*SHOPS, "centre")]))),
    Fault("the orders of one shop did not come", ("partial", "slice"), "sales/daily", "enough orders",
          _orders(lambda rows: [row for row in rows if row["shop"] != "west"])),
    Fault("a limit is tightened, and one order more came", ("test",), "finance/report", "every shop is there",
          _both(_edit(REPORT_RECIPE, "dataset: finance.totals, min: 4", "dataset: finance.totals, min: 5"),
                _orders(lambda rows: [*rows, rows[0] | {"id": 100}]))),
)  # fmt: skip
FAULTS = (
    *CODE,
    *TESTS,
    *VALUES,
    *INPUTS,
    *SCHEMA,
    *REFERENCE,
    *UPSTREAM,
    *SLICES,
    *DISTRACTED,
    *LATER,
    *LAST,
)
