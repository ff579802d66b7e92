"""A plan is what a run will do, frozen: nodes, values with origin, tests and sources ready to use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.common.errors import InvalidError, MissingError
from recipes.core.plan import Plan
from recipes.core.planning import ValueFaults, make_plan
from recipes.core.spec import RecipeSpec, read_recipe

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
RECIPE = b"""
values:
  day: {type: date, default: "{{ yesterday }}"}
  least: {type: integer, default: 5, min: 0}
  places: {type: list, default: [SFO, "O'Hare"]}
  limit: {type: text, default: "> 1 %"}
sources:
  drop: {location: "{{ kitchen }}/orders-{{ day | format('%Y%m%d') }}.csv"}
  shop: {connection: "shop_{{ variation }}", query: "SELECT * FROM orders WHERE day = {{ day }}"}
  other: {location: other.csv}
nodes:
  load: {kind: python, file: load.py, reads: [source.drop, source.shop], writes: {sales.orders: {replace_partition: day}}}
  clean: {kind: sql, file: clean.sql, writes: sales.clean}
  daily: {kind: sql, file: daily.sql, writes: sales.daily}
  other: {kind: python, file: load.py, reads: [source.other]}
  done: {kind: synchronise, needs: [daily, other]}
tests:
  enough: {node: load, check: row_count, where: "day = {{ day }}", min: "{{ least }}"}
  places: {node: clean, check: in_set, column: place, values: "{{ places }}", fail: "{{ limit }}"}
  ends: {node: clean, check: row_expression, expression: "ended >= {{ day }} OR place IN {{ places }}"}
  rows: {node: daily, check: sql_failing_rows, sql: "SELECT * FROM sales.daily WHERE day <> {{ day }}"}
variations:
  production: {schedule: "0 5 * * *", timezone: America/New_York, timeout: 1 h, priority: 3}
  ends: {nodes: [load, daily, done], values: {least: 1}}
"""
FILES = {
    "recipe.yaml": RECIPE,
    "load.py": b"def run(context):\n    pass\n",
    "clean.sql": b"SELECT * FROM sales.orders",
    "daily.sql": b"SELECT day, count(*) AS n FROM sales.clean WHERE day = {{ day }} GROUP BY day",
}


@pytest.fixture(scope="module")
def spec() -> RecipeSpec:
    result = read_recipe(FILES, domain="sales", name="daily")
    assert result.spec is not None, result.faults
    return result.spec


def plan(spec: RecipeSpec, variation: str = "production", **more) -> Plan:
    given = {"order_values": {}, "overrides": {}, "system": {"as_of": NOW, "kitchen": "dev", "run": 7}} | more
    return make_plan(spec, variation, commit="c" * 40, tree="t" * 40, **given)


def test_a_plan_holds_all_nodes_in_order_with_the_variations_limits(spec):
    made = plan(spec)

    assert [node.name for node in made.nodes] == ["load", "clean", "daily", "other", "done"]
    assert made.writes() == ["sales.clean", "sales.daily", "sales.orders"]
    assert (made.timeout, made.priority, made.tree) == (3600, 3, "t" * 40)


def test_values_come_with_type_and_origin_and_the_zone_of_the_schedule(spec):
    values = plan(spec, overrides={"least": 9}).values

    assert (values["least"].value, values["least"].origin) == (9, "kitchen")
    assert (values["day"].value, values["day"].origin) == (
        "2026-02-28",
        "recipe",
    )  # 23:00 of the day before there
    assert (values["run"].value, values["run"].origin) == ("7", "system")


def test_the_slot_counts_for_yesterday_not_the_clock(spec):
    slot = datetime(2026, 1, 10, 10, 0, tzinfo=UTC)

    assert plan(spec, system={"as_of": NOW, "slot": slot}).values["day"].value == "2026-01-09"


def test_tests_come_out_ready_to_be_judged(spec):
    tests = {test.name: test for found in plan(spec).tests.values() for test in found}

    assert tests["enough"].params == {"min": 5}
    assert tests["enough"].where == "(day = CAST('2026-02-28' AS DATE))"
    assert tests["places"].params == {"column": "place", "values": ["SFO", "O'Hare"]}
    assert tests["places"].fail == "> 1 %"
    assert (
        tests["ends"].params["expression"]
        == "(ended >= CAST('2026-02-28' AS DATE) OR place IN ('SFO', 'O''Hare'))"
    )
    assert tests["rows"].params["sql"].endswith("WHERE day <> CAST('2026-02-28' AS DATE)")


def test_sources_come_out_with_locations_connections_and_bound_queries(spec):
    sources = plan(spec).sources

    assert sources["drop"].location == "dev/orders-20260228.csv"
    assert sources["shop"].connection == "shop_production"
    assert sources["shop"].query == "SELECT * FROM orders WHERE day = CAST('2026-02-28' AS DATE)"
    assert list(plan(spec, nodes=("other",)).sources) == ["other"]


def test_a_variation_runs_its_nodes_only_and_a_later_one_still_waits_for_an_earlier_one(spec):
    made = plan(spec, "ends")

    assert [(node.name, node.needs) for node in made.nodes] == [
        ("load", ()),
        ("daily", ("load",)),
        ("done", ("daily",)),
    ]
    assert list(made.tests) == ["load", "daily"]
    assert made.values["least"].origin == "variation"


def test_an_order_may_take_some_nodes_of_the_variation(spec):
    assert [node.name for node in plan(spec, nodes=("done", "clean")).nodes] == ["clean", "done"]
    with pytest.raises(MissingError, match="no node 'clean'"):
        plan(spec, "ends", nodes=("clean",))


def test_a_plan_survives_the_way_through_json(spec):
    made = plan(spec)
    assert Plan.model_validate_json(made.model_dump_json()) == made


def test_wrong_values_are_told_all_at_once(spec):
    with pytest.raises(ValueFaults) as caught:
        plan(spec, order_values={"day": "2001-13-01", "least": "-1", "placs": "x"})

    assert caught.value.faults == {
        "placs": "The recipe has no value placs. Did you mean places?",
        "day": "2001-13-01 is not a date; write it as YYYY-MM-DD.",
        "least": "-1 is below the least allowed, 0.",
    }
    assert isinstance(caught.value, InvalidError)


def test_a_value_that_spoils_a_test_is_an_error_that_names_the_test(spec):
    with pytest.raises(InvalidError, match="Test places: fail:"):
        plan(spec, order_values={"limit": "lots"})


def test_an_unknown_variation_is_answered_with_what_was_meant(spec):
    with pytest.raises(MissingError, match="Did you mean production"):
        plan(spec, "producton")


def test_a_text_from_an_order_cannot_leave_its_place_in_the_sql_of_a_test(spec):
    nasty = "x') OR ('1'='1"

    tests = {
        test.name: test
        for found in plan(spec, order_values={"places": [nasty]}).tests.values()
        for test in found
    }

    assert tests["ends"].params["expression"].endswith("place IN ('x'') OR (''1''=''1'))")
