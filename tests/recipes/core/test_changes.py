"""Two versions of a recipe, told apart in sentences; what says less than before is named."""

from __future__ import annotations

import pytest

from kitchens.core.impact import Altered
from recipes.core.changes import compare
from recipes.core.spec import RecipeSpec, read_recipe

RECIPE = """
description: One day
values:
  day: {type: date, default: "2026-01-01"}
  least: {type: integer, default: 150}
nodes:
  load: {kind: sql, file: load.sql, writes: flights.raw}
  clean: {kind: sql, file: clean.sql, writes: flights.clean}
tests:
  airports exist: {node: clean, check: foreign_key, column: origin, to: reference.airports.iata, warn: "> 0", fail: "> 1 %"}
  enough: {node: load, check: row_count, min: "{{ least }}"}
  known: {node: load, check: in_set, column: origin, values: [A, B]}
variations:
  production: {schedule: "0 5 * * *"}
"""
FILES = {"load.sql": b"SELECT origin FROM ref.flights", "clean.sql": b"SELECT origin FROM flights.raw"}


def read(text: str) -> RecipeSpec:
    result = read_recipe({"recipe.yaml": text.encode(), **FILES}, domain="flights", name="daily")
    assert result.spec is not None, result.faults
    return result.spec


def told(old: str, new: str, files: tuple[str, ...] = ("recipe.yaml",)) -> tuple[Altered, ...]:
    """Return what changed where one text of the recipe is put for another."""
    assert old in RECIPE
    return compare(read(RECIPE), read(RECIPE.replace(old, new)), files)


def test_a_loosened_limit_is_said_with_both_limits() -> None:
    (one,) = told('"> 1 %"', '"> 5 %"')

    assert one.sentence == "The test 'airports exist' was loosened: fail > 1 % → > 5 %."
    assert one.weakens


@pytest.mark.parametrize(
    ("old", "new", "weakens"),
    [
        ('"> 1 %"', '"> 0.5 %"', False),
        ('"> 1 %"', '">= 1 %"', False),
        ('"> 1 %"', '"> 1"', True),
        (', fail: "> 1 %"', "", True),
        ("check: row_count,", "check: row_count, severity: warn,", True),
        ("check: row_count,", "check: row_count, on_empty: fail,", False),
        ("values: [A, B]", "values: [A, B, C]", True),
        ("values: [A, B]", "values: [A]", False),
        ("column: origin, values", 'column: origin, where: "origin > 1", values', True),
        ("check: in_set", "check: not_in_set", True),
        ("default: 150", "default: 10", True),
        ("default: 150", "default: 200", False),
        ("column: origin, values", "column: origin, nulls: ignore, values", False),
    ],
)
def test_what_says_less_is_told_from_what_says_more(old: str, new: str, weakens: bool) -> None:
    tests = [one for one in told(old, new) if one.kind == "test"]

    assert [one.weakens for one in tests] == [weakens] or (not tests and not weakens)


def test_a_deleted_test_and_one_that_goes_with_its_node() -> None:
    lines = RECIPE.splitlines()
    without = "\n".join(line for line in lines if "clean" not in line and "known:" not in line)

    said = [one.sentence for one in compare(read(RECIPE), read(without)) if one.weakens]

    assert said == [
        "The test 'airports exist' is deleted together with its node clean: foreign_key of flights.clean.",
        "The test 'known' is deleted: in_set of flights.raw.",
    ]


def test_a_variation_that_leaves_a_node_out_no_longer_judges_it() -> None:
    lost = [one for one in told('{schedule: "0 5 * * *"}', "{nodes: [load]}") if one.weakens]

    assert [one.sentence for one in lost] == [
        "The variation 'production' no longer runs clean, so its tests are not judged there: airports exist."
    ]


def test_nodes_say_what_became_of_them() -> None:
    (one,) = told("writes: flights.raw", "writes: {flights.raw: append}", ("recipe.yaml", "load.sql"))

    assert one.sentence == (
        "The node 'load' changed: its code in load.sql; writes flights.raw by append, before by replace."
    )


def test_a_schedule_and_a_value_say_what_they_were() -> None:
    assert told("0 5 * * *", "0 6 * * *")[0].sentence == (
        "The variation 'production' changed: schedule 0 5 * * * → 0 6 * * *."
    )
    assert told('default: "2026-01-01"', 'default: "2026-02-01"')[0].sentence == (
        "The value 'day' changed: default 2026-01-01 → 2026-02-01."
    )


def test_a_removed_recipe_takes_its_tests_with_it() -> None:
    found = compare(read(RECIPE), None)

    assert found[0].sentence == "The recipe flights/daily is removed."
    assert sum(one.weakens for one in found) == 3


def test_the_same_recipe_says_nothing() -> None:
    assert compare(read(RECIPE), read(RECIPE)) == ()
