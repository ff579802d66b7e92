"""The map of tests: stages of nodes, columns of datasets, classes of tests."""

from __future__ import annotations

from monitoring.core.coverage import CLASSES, RecipeMap, recipe_map, stands_of
from recipes.core.checks import CHECKS
from recipes.core.spec.model import NodeSpec, RecipeSpec, TestSpec, WriteSpec

COLUMNS = {"sales.orders": ["order_id", "Shop", "total"], "sales.daily": ["day", "total"]}


def node(name: str, writes: str = "", reads: tuple[str, ...] = ()) -> NodeSpec:
    written = (WriteSpec(dataset=writes),) if writes else ()
    return NodeSpec(name=name, kind="sql", writes=written, reads=reads)


def spec(*tests: TestSpec) -> RecipeSpec:
    nodes = (
        node("load", "sales.orders"),
        node("daily", "sales.daily", ("sales.orders", "reference.days")),
        node("done"),
    )
    return RecipeSpec(
        domain="sales",
        name="daily",
        nodes={one.name: one for one in nodes},
        tests={one.name: one for one in tests},
    )


def test(name: str, at: str, check: str, dataset: str, **params: object) -> TestSpec:
    return TestSpec(name=name, node=at, check=check, dataset=dataset, params=params)


test.__test__ = False  # type: ignore[attr-defined]


def mapped(*tests: TestSpec, **others: RecipeSpec) -> RecipeMap:
    return recipe_map(stands_of({"sales/daily": spec(*tests), **others}), "sales/daily", COLUMNS)


def stages(found: RecipeMap, name: str) -> dict[str, list[str] | None]:
    row = next(row for row in found.nodes if row.node == name)
    return {cell.stage: [one.test for one in cell.tests] if cell.applies else None for cell in row.cells}


def test_a_node_without_tests_has_a_gap_at_every_stage_it_has() -> None:
    found = mapped()

    assert stages(found, "load") == {"input": None, "logic": None, "output": []}
    assert stages(found, "daily") == {"input": [], "logic": [], "output": []}
    assert [row.node for row in found.nodes] == ["load", "daily"]  # `done` neither reads nor writes
    assert found.stages == (0, 4)
    assert found.gaps == 4 + 5


def test_a_test_of_what_a_node_writes_is_one_of_its_input_for_those_who_read_it() -> None:
    found = mapped(test("ids", "load", "unique", "sales.orders", column="order_id"))

    assert stages(found, "load")["output"] == ["ids"]
    assert stages(found, "daily")["input"] == ["ids"]


def test_a_test_in_another_recipe_covers_the_input_too() -> None:
    days = RecipeSpec(
        domain="reference",
        name="days",
        nodes={"days": node("days", "reference.days")},
        tests={"all days": test("all days", "days", "row_count", "reference.days", min=1)},
    )

    assert stages(mapped(**{"reference/days": days}), "daily")["input"] == ["all days"]


def test_a_comparison_with_another_dataset_is_a_test_of_the_logic() -> None:
    balance = test(
        "none lost", "daily", "aggregate_balance", "sales.daily", of="sales.orders", column="total"
    )

    found = stages(mapped(balance), "daily")

    assert (found["logic"], found["output"]) == (["none lost"], [])


def test_columns_are_covered_by_tests_that_name_them_in_any_case_also_in_conditions() -> None:
    found = mapped(
        test("shops", "load", "not_null", "sales.orders", column="shop"),
        test("cheap", "load", "row_expression", "sales.orders", expression="TOTAL < 100"),
        test("enough", "load", "row_count", "sales.orders", min=5),
    )

    orders = found.datasets[0]
    told = {row.name: [one.test for tests in row.by_class for one in tests] for row in orders.rows}
    assert told == {"": ["enough"], "order_id": [], "Shop": ["shops"], "total": ["cheap"]}
    assert (orders.covered, found.columns) == (2, (2, 5))


def test_values_of_a_list_are_no_names_of_columns() -> None:
    listed = test("kinds", "load", "in_set", "sales.orders", column="shop", values=["total", "order_id"])

    assert mapped(listed).datasets[0].covered == 1


def test_every_check_has_exactly_one_class() -> None:
    classed = [check for checks in CLASSES.values() for check in checks]

    assert sorted(classed) == sorted(CHECKS)
