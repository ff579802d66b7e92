"""A recipe with every check of windows, joins, drift, structure, SQL and Python, read and evaluated on both stores."""

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from recipes.core.planning import make_plan
from recipes.core.spec import read_recipe
from tests.recipes.core.checks.conftest import AS_OF

FOLDER = Path(__file__).parent / "catalogue"
EXPECTED = YAML(typ="safe").load((Path(__file__).parent / "catalogue.yaml").read_text())
METADATA = ("schema_match", "exposure_valid")
LEGS = {
    "n": "BIGINT",
    "plane": "VARCHAR",
    "day": "DATE",
    "off": "TIMESTAMP",
    "land": "TIMESTAMP",
    "fare": "DECIMAL(12,2)",
    "delay": "DOUBLE",
    "meter": "BIGINT",
}


def leg(n, plane, day, off, land, fare, delay, meter):
    def at(time):
        return time and datetime.fromisoformat(f"2001-01-{day:02} {time}:00")

    return [n, plane, day and date(2001, 1, day), at(off), at(land), fare and Decimal(fare), delay, meter]


TABLES = {
    "flights.legs": (
        LEGS,
        [
            leg(1, "A", 1, "08:00", "10:00", "10.00", 1.0, 100),
            leg(2, "A", 2, "09:00", "12:00", "20.00", 2.0, 110),
            leg(3, "A", 2, "11:00", "11:30", "30.00", float("nan"), 105),
            leg(5, "B", 4, "08:00", None, "40.00", 4.0, 50),
            leg(5, "B", 5, "09:00", "10:00", None, None, 60),
            leg(6, None, None, None, None, "5.00", 3.0, 70),
        ],
    ),
    "flights.raw": (
        {"n": "BIGINT", "fare": "DECIMAL(12,2)"},
        [[1, 10], [2, 20], [3, 30], [4, 25], [5, 40], [5, None], [5, None], [6, 5]],
    ),
    "flights.daily": (
        {"day": "DATE", "n": "BIGINT", "fare": "DECIMAL(12,2)"},
        [
            [date(2001, 1, 1), 1, 10],
            [date(2001, 1, 2), 2, 50],
            [date(2001, 1, 4), 2, 40],
            [date(2001, 1, 5), 0, None],
        ],
    ),
    "reference.daily": (
        {"fare": "DECIMAL(12,2)", "n": "BIGINT", "day": "DATE"},
        [
            [Decimal("10.40"), 1, date(2001, 1, 1)],
            [45, 2, date(2001, 1, 2)],
            [None, 0, date(2001, 1, 5)],
            [1, 1, date(2001, 1, 6)],
        ],
    ),
    "reference.legs": (
        {"delay": "DOUBLE", "fare": "DECIMAL(12,2)"},
        [[1.0, 50], [2.0, 60], [3.0, 55], [4.0, 45], [None, 52]],
    ),
    "reference.planes": ({"plane": "VARCHAR"}, [["A"], ["C"]]),
}


@pytest.fixture(scope="module")
def plan():
    files = {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.is_file()}
    read = read_recipe(files, domain="flights", name="catalogue")
    assert read.faults == ()
    system = {"as_of": AS_OF, "kitchen": "dev", "run": 7}
    return make_plan(
        read.spec, "default", commit="c" * 40, tree="t" * 40, order_values={}, overrides={}, system=system
    )


@pytest.fixture(scope="module")
def logged():
    return []


@pytest.fixture(scope="module")
def results(plan, lay, logged):
    values = {value.name: {"type": value.type, "value": value.value} for value in plan.values.values()}
    files = {path.name: path.read_text() for path in FOLDER.iterdir() if path.is_file()}
    found = lay(TABLES).checks(*plan.tests["load"], values=values, files=files, log=logged.append)
    return {result.test: result for result in found}


def test_all_tests_of_the_recipe_are_expected(plan):
    assert [test.name for test in plan.tests["load"]] == list(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_test_of_the_recipe_gives_the_same_on_both_stores(results, name):
    expected, found = EXPECTED[name], results[name]

    assert found.sentence == expected["sentence"]
    assert found.verdict == expected["verdict"]
    assert found.check == "python_check" or found.sql.startswith("SELECT ") or found.check in METADATA
    assert [found.n_scope, found.n_applicable, found.n_fail] == expected["numbers"]
    assert [dict(row) for row in found.evidence[:3]] == expected.get("evidence", [])
    for key, value in expected.get("details", {}).items():
        assert found.details[key] == value


def test_all_that_is_kept_of_a_result_is_plain_json(results):
    for result in results.values():
        json.dumps([result.evidence, result.details, result.measure], allow_nan=False)


def test_what_a_test_in_python_says_goes_to_the_log(results, logged):
    assert results["planes are known"].verdict == "warn"
    assert "planes known: 2 from 2001-01-01" in logged
