"""A recipe with all checks of values, sets and rows: from its file through plan and statement to the verdicts."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from kitchens.core.stores.base import Column, WriteMode
from recipes.core.checks import CHECKS, CheckContext, evaluate
from recipes.core.planning import make_plan
from recipes.core.spec import read_recipe

FOLDER = Path(__file__).with_name("every_check")
AS_OF = datetime(2001, 1, 31, tzinfo=UTC)
TYPES = {
    "id": "BIGINT", "carrier": "VARCHAR", "number": "BIGINT", "origin": "VARCHAR", "destination": "VARCHAR",
    "status": "VARCHAR", "gate": "VARCHAR", "remark": "VARCHAR", "delay": "DOUBLE", "left_at": "TIMESTAMP",
    "landed": "TIMESTAMP", "zip": "VARCHAR", "iban": "VARCHAR", "day": "VARCHAR", "payload": "VARCHAR",
    "net": "DECIMAL(12,2)", "tax": "DECIMAL(12,2)", "fare": "DECIMAL(12,2)",
}  # fmt: skip
EIGHT, TEN = datetime(2001, 1, 31, 8), datetime(2001, 1, 31, 10)
IBAN = "DE89370400440532013000"


def flight(
    id_, carrier, number, origin, destination, status, gate, delay, landed, zip_, iban, day, payload, *money
):
    amounts = [Decimal(amount) for amount in money]
    given = [
        id_,
        carrier,
        number,
        origin,
        destination,
        status,
        gate,
        None,
        delay,
        EIGHT,
        landed,
        zip_,
        iban,
        day,
    ]
    return dict(zip(TYPES, [*given, payload, *amounts], strict=True))


SAME = (
    "JFK",
    "LAX",
    "landed",
    "12",
    3.0,
    TEN,
    "10115",
    IBAN,
    "31.01.2001",
    '{"seats": 180}',
    "90",
    "9.10",
    "99.10",
)
FLIGHTS = [
    flight(1, "LH", 1, *SAME),
    flight(2, "LH", 1, *SAME),
    flight(
        3,
        "LH",
        2,
        "JFK",
        "JFK",
        "cancelled",
        " N/A ",
        -20.0,
        TEN,
        "1011",
        "DE0",
        "30.02.2001",
        "{}",
        "1",
        "1",
        "2",
    ),
    flight(
        4, "lh", 3, "ORD", "LAX", "cancelled", "", 0.0, None, None, None, "01.02.2001", "[", "1", "1", "2.5"
    ),
    flight(
        5,
        "U2A",
        4,
        "XXX",
        "LAX",
        "landed",
        None,
        1.0,
        datetime(2001, 1, 31, 7),
        "D-1",
        "x",
        None,
        None,
        "0",
        "0",
        "0",
    ),
]
AIRPORTS = [["JFK", True], ["LAX", True], ["ORD", False]]


@pytest.fixture(scope="module")
def planned():
    """The tests of the recipe as the planner hands them to a node, and the spec as it was read."""
    files = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    read = read_recipe(files, domain="flights", name="every_check")
    assert read.faults == ()
    made = make_plan(
        read.spec, "usual", commit="c", tree="t", order_values={}, overrides={}, system={"as_of": AS_OF}
    )
    return read.spec, made.tests["load"]


@pytest.fixture(scope="module")
def results(store, planned):
    _, tests = planned
    with store.session({}, "every-check") as session:
        columns = [Column(name, kind) for name, kind in TYPES.items()]
        session.stage_rows("flights.raw", FLIGHTS, WriteMode(), columns)
        airports = [dict(zip(("iata", "open"), row, strict=True)) for row in AIRPORTS]
        session.stage_rows("flights.airports", airports, WriteMode())
        names = ("flights.raw", "flights.airports")
        return {one.test: one for one in evaluate(tests, session, CheckContext(AS_OF, datasets=names))}


def test_every_test_gives_what_its_author_expects(planned, results):
    spec, _ = planned
    wrong = {}
    for name, test in spec.tests.items():
        verdict, _, number = test.description.partition(" ")
        found = results[name]
        measured = found.measure if found.n_fail is None else found.n_fail
        if (found.verdict, measured) != (verdict, pytest.approx(float(number))):
            wrong[name] = (test.description, found.verdict, measured, found.sentence)

    assert wrong == {}


def test_what_failed_left_evidence(results):
    alone = {"row_count_match"}  # a number of rows has no rows of its own
    without = [
        name
        for name, found in results.items()
        if found.verdict in ("fail", "warn") and not (found.evidence or found.details.get("offending"))
    ]

    assert {results[name].check for name in without} <= alone


def test_the_recipe_uses_more_than_twenty_checks_that_are_new_and_none_twice_by_name(planned):
    spec, _ = planned
    old = {
        "row_count",
        "not_null",
        "unique",
        "range",
        "foreign_key",
        "freshness",
        "aggregate",
        "aggregate_balance",
    }
    used = {test.check for test in spec.tests.values()}

    assert used <= CHECKS.keys() - old
    assert len(used - {"in_set", "not_in_set", "matches"}) >= 20


def test_values_reach_the_parameters_and_a_schema_is_left_as_it_is(planned):
    spec, tests = planned
    by_name = {test.name: test for test in tests}

    assert by_name["few carriers"].params["max"] == 2
    assert by_name["home carrier flies"].params["values"] == ["LH"]
    assert "file" not in by_name["payloads are right"].params
    assert (
        by_name["payloads are right"]
        .params["shape"]["properties"]["note"]["pattern"]
        .endswith("{{ not a value }}")
    )
    assert spec.nodes["load"].needs == ("airports",)
