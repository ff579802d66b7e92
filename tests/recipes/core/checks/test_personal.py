"""Tests of every kind on personal columns: what they find is counted, and no value of a row is in any result."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from kitchens.core.stores.base import Column, WriteMode
from recipes.core.checks import CHECKS, CheckContext, evaluate
from recipes.core.checks.private import without_values
from recipes.core.checks.told.asking import Line, Told
from recipes.core.nodes.base import Measured
from recipes.core.spec.model import TestSpec
from tests.recipes.core.checks.conftest import OF_TEST

WRITTEN = YAML(typ="safe").load(Path(__file__).with_name("personal.yaml").read_text())
TYPES = {
    "id": "BIGINT", "kind": "VARCHAR", "name": "VARCHAR", "twin": "VARCHAR", "pay": "DECIMAL(12,2)", "age": "BIGINT",
    "weight": "DOUBLE", "born": "DATE", "seen": "TIMESTAMP", "left_at": "TIMESTAMP", "note": "VARCHAR",
}  # fmt: skip
OPEN = ("id", "kind")
HEARD = datetime(2001, 1, 30, tzinfo=UTC)
TOLD = Told(
    sources=("feeder",),
    run="r",
    status="FAILED",
    at=HEARD,
    measure=2.0,
    lines=(Line(at=HEARD, level="ERROR", text="could not take Zqx-ANNA-72, born 1961-03-11"),),
)
LOOK = """
def check(context):
    rows = list(context.read())
    return context.failing(1, of=6, said=f"{rows[0]['name']} earns {rows[0]['pay']}", rows=rows)
"""


def person(number: int, factor: int = 1) -> dict[str, Any]:
    """A person, all of whose values can be told from every other number or date there is."""
    place = number - 1
    name = "Zqx-ANNA-72" if number == 3 else f"Zqx-Anna-{70 + number}"
    return {
        "id": number,
        "kind": f"kind {number % 2}",
        "name": name,
        "twin": f"Zqx-Anna-{70 + number}" if number < 4 else "Zqx-Twin",
        "pay": Decimal(f"{(70411, 81522, 92633, 13744, 24855, 35966)[place]}.37") * factor,
        "age": (61937, 52826, 43715, 94604, 85593, 76482)[place],
        "weight": (6193.71, 5282.62, 4371.53, 9460.44, 8559.35, 7648.26)[place],
        "born": date(1961 + number % 2, 3 + number, 10 + number),
        "seen": datetime(1961, 3, 10 + number, 7, 4, 13),
        "left_at": datetime(1961, 3, 12 + number, 7, 4, 19),
        "note": None if number == 6 else f'{{"Zqx": "Zqx-note-{number}"}}',
    }


PEOPLE = [person(number) for number in range(1, 7)]
OTHERS = [person(number, 2) | {"name": f"Zqx-Other-{number}"} for number in range(1, 6)]


def secrets() -> set[str]:
    """Return every personal value, in each of the ways a sentence could write it."""
    found = {"zqx", "1961-03", "1961-04", "1962-0"}
    for row in (*PEOPLE, *OTHERS):
        for value in (value for name, value in row.items() if name not in OPEN and value is not None):
            found.add(str(value))
            if isinstance(value, int | float | Decimal):
                found |= {f"{value:,}", f"{value:,.0f}", f"{value:.0f}"}
    return {one.lower() for one in found}


def spec(place: int, written: dict[str, Any]) -> TestSpec:
    given = {"dataset": "people.raw"} | dict(written)
    check, of_test = given.pop("check"), {key: given.pop(key) for key in OF_TEST if key in given}
    return TestSpec(name=f"{place} {check}", node="n", check=check, params=given, **of_test)


SPECS = [spec(place, one) for place, one in enumerate(WRITTEN)]


@pytest.fixture(scope="module")
def context(tmp_path_factory) -> CheckContext:
    folder = tmp_path_factory.mktemp("recipe")
    (folder / "look.py").write_text(LOOK)
    masks = {name: "hash" for name in TYPES if name not in OPEN}
    return CheckContext(
        datetime(2001, 1, 31, tzinfo=UTC),
        datasets=("people.raw", "people.other"),
        personal={"people.raw": masks, "people.other": masks},
        files={"look.py": LOOK},
        folder=folder,
        spans={"node": 5.0, "run": 5.0, "slot": 5.0},
        spent={"rows": 6.0, "bytes": 6000.0},
        told={test.name: TOLD for test in SPECS},
    )


@pytest.fixture(scope="module")
def results(store, context) -> dict[str, Measured]:
    with store.session({}, "personal") as session:
        columns = [Column(name, kind) for name, kind in TYPES.items()]
        for dataset, rows in (("people.raw", PEOPLE), ("people.other", OTHERS)):
            session.stage_rows(dataset, rows, WriteMode(), columns)
        dialect = {"dialect": "postgres"} if store.kind == "postgresql" else {}
        own = CheckContext(**vars(context) | dialect)
        return {one.test: one for one in evaluate(SPECS, session, own)}


def test_every_kind_of_test_is_tried():
    assert {one.check for one in SPECS} == set(CHECKS)


@pytest.mark.parametrize("test", SPECS, ids=lambda test: test.name)
def test_no_result_holds_a_value_of_a_personal_column(results, test: TestSpec):
    found = results[test.name]
    told = json.dumps(found.model_dump(mode="json", exclude={"sql", "test"}), default=str).lower()
    written = json.dumps(test.params, default=str).lower()

    assert [one for one in secrets() if one in told and one not in written] == []
    assert found.sentence


def test_counts_are_told_as_ever(results):
    said = {one.check: one for one in results.values()}

    assert said["not_null"].sentence == "1 of 6 rows of people.raw has no value in note (16.7 %)."
    assert said["in_set"].n_fail == 6
    assert said["dimension_volume"].details["new_categories"] == 6


def test_the_largest_value_is_judged_and_not_told(results):
    (found,) = [one for one in results.values() if one.test.endswith(" aggregate") and "pay" in one.sentence]

    assert (found.verdict, found.measure) == ("fail", None)
    assert found.sentence == (
        "pay of people.raw breaks its limits; it is personal, so what was measured is not kept."
    )


def test_what_no_personal_column_has_to_do_with_stays_as_it_is(store, context):
    tests = [
        spec(0, {"check": "dimension_volume", "column": "kind", "expected": ["kind 0"]}),
        spec(1, {"check": "aggregate", "column": "id", "function": "max", "max": 1}),
    ]
    with store.session({}, "open-columns") as session:
        session.stage_rows("people.raw", PEOPLE, WriteMode(), [Column(*one) for one in TYPES.items()])
        kinds, largest = evaluate(tests, session, context)

    assert kinds.details["new"] == ["kind 1"]
    assert largest.measure == 6


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Could not convert string 'Zqx' to INT64", "Could not convert string •••"),
        ('invalid input syntax for type bigint: "Zqx"', "invalid input syntax for type bigint: •••"),
        ("Key (email)=(a@b.org) already exists", "Key (email) •••"),
        ("value 70411 is out of range", "value •••"),
        ('column "pay" does not exist', 'column "pay" does not exist'),
        ("Overflow in multiplication of INT32 (7 * 8)", "Overflow in multiplication of INT32 (7 * 8)"),
        ('Malformed JSON. Input: "{"a": "Zqx"}"', "Malformed JSON. Input: •••"),
    ],
)
def test_a_message_is_told_up_to_the_first_value_it_quotes(message: str, told: str):
    assert without_values(message, "SELECT pay FROM people.raw") == told


@pytest.mark.parametrize("many", [3, 30])
def test_columns_are_asked_for_as_often_for_many_tests_as_for_few(store, context, monkeypatch, many):
    tests = [
        spec(place, {"check": "aggregate", "column": "pay", "function": "avg", "min": place})
        for place in range(many)
    ]
    asked: list[str] = []
    with store.session({}, f"asked-{many}") as session:
        session.stage_rows("people.raw", PEOPLE, WriteMode(), [Column(*one) for one in TYPES.items()])
        ask = session.columns
        monkeypatch.setattr(session, "columns", lambda dataset: asked.append(dataset) or ask(dataset))
        evaluate(tests, session, context)

    assert asked == ["people.raw"] * 2  # to prepare the tests, and to hide what is personal
