"""Planted faults are caught by the tests that are there for them, and by no others."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from typing import Any

import pytest

from kitchens.core.stores.base import Column, DataStore, Version, WriteMode
from recipes.core.checks import CheckContext
from recipes.core.detection.faults import WORDS, faults
from recipes.core.detection.trying import Power, Question, power
from recipes.core.spec.model import TestSpec
from tests.recipes.core.checks.conftest import own_database, store  # noqa: F401

DATASET = "shop.orders"
COLUMNS = [
    Column("id", "BIGINT"), Column("state", "VARCHAR"), Column("price", "DOUBLE"), Column("day", "DATE"),
]  # fmt: skip
ROWS = [
    {"id": n, "state": ("new", "sent")[n % 2], "price": 10.0 + n % 7, "day": date(2026, 3, 1 + n % 9)}
    for n in range(50)
]
AS_OF = datetime(2026, 3, 10, tzinfo=UTC)


def spec(name: str, check: str, **given: Any) -> TestSpec:
    return TestSpec(name=name, node="load", check=check, dataset=DATASET, params=given)


ALL = [
    spec("count", "row_count", min=50, max=50),
    spec("key", "unique", column="id"),
    spec("id is there", "not_null", column="id"),
    spec("known state", "in_set", column="state", values=["new", "sent"]),
    spec("prices", "range", column="price", min=5, max=17),
    spec("fresh", "freshness", column="day", max_age="2 d"),
    spec("shape", "schema_match", columns={one.name: one.type for one in COLUMNS}),
]


@pytest.fixture
def version(store: DataStore) -> Version:  # noqa: F811
    with store.session({}, f"1-1-{secrets.randbelow(10**9)}") as session:
        return session.stage_rows(DATASET, ROWS, WriteMode(), COLUMNS).version


def power_of(store: DataStore, version: Version, tests: list[TestSpec], **more: Any) -> Power:  # noqa: F811
    context = CheckContext(as_of=AS_OF, datasets=(DATASET,))
    return power(store, Question(DATASET, {DATASET: version}, tests, context, **more))


def test_each_fault_turns_the_tests_red_that_are_about_it(store, version):  # noqa: F811
    found = power_of(store, version, ALL)

    caught = {(one.kind, one.column): set(one.caught) for one in found.tried}
    assert not [one.trouble for one in found.tried if one.trouble]
    assert caught["dropped", ""] == {"count"}
    assert caught["duplicated", ""] == {"count", "key"}
    assert caught["null", "id"] == {"id is there"}
    assert caught["null", "price"] == set()
    assert caught["shifted", "price"] == {"prices"}
    assert caught["stale", "day"] == {"fresh"}
    assert caught["orphan", "state"] == {"known state"}
    assert "shape" in caught["retyped", "price"]
    assert {kind for kind, _ in caught} == set(WORDS)


def test_a_dataset_without_tests_catches_nothing_and_one_test_only_its_own(store, version):  # noqa: F811
    assert not any(one.caught for one in power_of(store, version, []).tried)

    found = power_of(store, version, [ALL[0]])
    assert {one.kind for one in found.tried if one.caught} == {"dropped", "duplicated"}


def test_what_cannot_be_tried_is_left_out_with_the_reason(store, version):  # noqa: F811
    tests = [
        spec("red already", "row_count", min=99),
        spec("by its past", "row_count_anomaly"),
        spec("code", "python_check", file="check.py"),
    ]

    found = power_of(store, version, tests)

    assert found.tests == ()
    assert found.left_out["red already"] == "Its verdict is fail on the data as it is."
    assert "its own past" in found.left_out["by its past"]
    assert "Python file" in found.left_out["code"]


def test_nothing_of_it_stays_in_the_store(store, version):  # noqa: F811
    power_of(store, version, ALL[:1])

    left = store.collect({part.name for part in version.parts}, 0.0, dry_run=True)
    assert not [name for name in left.names if "power-" in name]
    assert store.sample(version, 1).rows


def test_without_time_it_says_that_it_is_not_all(store, version):  # noqa: F811
    found = power_of(store, version, ALL, until=0.0)

    assert (found.late, found.tried) == (True, ())


def test_names_of_columns_are_quoted():
    found = list(faults("a.b", [Column('say "x"', "VARCHAR")]))

    assert all('"say ""x"""' in one.sql for one in found)
