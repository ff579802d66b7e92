"""Whatever is spared, results are those of reading everything: random rows, parts, appends, filters and checks."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kitchens.core.stores.base import Column, WriteMode
from recipes.core.checks import CheckContext, Planner, Thrift, evaluate
from recipes.core.spec.model import TestSpec
from tests.recipes.core.checks.conftest import AS_OF

ATTEMPTS = itertools.count(1)
TYPES = {
    "id": "BIGINT",
    "ref": "INTEGER",
    "name": "VARCHAR",
    "share": "DOUBLE",
    "fare": "DECIMAL(12,2)",
    "day": "DATE",
    "at": "TIMESTAMP",
    "flag": "BOOLEAN",
}
COLUMNS = tuple(Column(name, kind) for name, kind in TYPES.items())
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "id": st.integers(0, 12),
    "ref": st.integers(0, 6),
    "name": st.sampled_from(["a", "b", "B", "", "ß", "abc", "long " * 60]),
    "share": st.sampled_from([0.0, 0.5, -1.5, 3.25, float("nan"), float("inf")]),
    "fare": st.integers(-300, 900).map(lambda cents: Decimal(cents) / 100),
    "day": st.integers(0, 6).map(lambda days: date(2001, 1, 27) + timedelta(days)),
    "at": st.integers(0, 90).map(lambda hours: datetime(2001, 1, 29) + timedelta(hours=hours)),
    "flag": st.booleans(),
}
ROW = st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()})
CLEAN = st.fixed_dictionaries(dict(VALUES))
PARTS = st.lists(st.lists(ROW, max_size=5) | st.lists(CLEAN, min_size=1, max_size=5), min_size=1, max_size=3)
WHERE = st.sampled_from(
    ["", "", "id > 5", "day >= DATE '2001-01-29'", "name = 'a' OR fare < 3", "ref IS NULL", "id < 99"]
)
NULLS = st.sampled_from(["", "fail"])


def spec(check: str, where: str = "", nulls: str = "", **params: Any) -> TestSpec:
    return TestSpec(name=check, node="n", check=check, dataset="a.b", where=where, nulls=nulls, params=params)


OVER_BOTH = ["", "fail", "value"]
RULES = ["id > ref", "fare / id < 2", "flag", "length(name) < 4"]
FUNCTIONS = ["min", "max", "sum", "avg", "median", "count_distinct"]
WRONG_ROWS = TestSpec(
    name="wrong rows",
    node="n",
    check="sql_failing_rows",
    dataset="a.b",
    params={"sql": "SELECT id, fare FROM a.b WHERE fare > 4 ORDER BY id, fare"},
)


def one_of(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def check(
    name: str, where: st.SearchStrategy[str] = WHERE, **given: st.SearchStrategy[Any]
) -> st.SearchStrategy[TestSpec]:
    return st.builds(spec, st.just(name), where, **given)


CHECKS = (
    check("row_count", min=st.integers(0, 9)),
    check("not_null", column=one_of(*TYPES)),
    check(
        "range",
        nulls=NULLS,
        column=one_of("id", "ref", "fare"),
        min=st.integers(-1, 3),
        max=st.integers(4, 13),
    ),
    check("range", nulls=NULLS, column=one_of("share"), above=one_of(-2, 0.5)),
    check("range", nulls=NULLS, column=one_of("day", "at"), max=one_of("2001-01-30", "as_of + 1 d")),
    check("in_set", nulls=NULLS, column=one_of("name"), values=one_of(["a", "b", ""])),
    check("in_set", column=one_of("id"), values=one_of([0, 1, 2, 3, 4, 5])),
    check("matches", column=one_of("name"), pattern=one_of("[a-z]+")),
    check("freshness", column=one_of("day", "at"), max_age=one_of("1 d")),
    check("aggregate", column=one_of("id", "fare"), function=one_of(*FUNCTIONS), max=st.integers(0, 9)),
    check("row_expression", nulls=NULLS, expression=one_of(*RULES)),
    check("row_expression", expression=one_of("CAST(name AS INTEGER) > 1")),
    check("unique", nulls=one_of(*OVER_BOTH), column=one_of("id", "name", "day")),
    check("unique", columns=one_of(["ref", "flag"])),
    check("foreign_key", nulls=one_of(*OVER_BOTH), column=one_of("ref"), to=one_of("a.parents.id")),
    check("foreign_key", st.just(""), column=one_of("id"), to=one_of("a.b.ref")),
    check("aggregate_balance", of=one_of("a.parents")),
    st.just(WRONG_ROWS),
)
TESTS = st.lists(st.one_of(*CHECKS), min_size=1, max_size=8)
CONTEXT = CheckContext(as_of=AS_OF, datasets=("a.b", "a.parents"), evidence_rows=4)


def told(results) -> list[dict[str, Any]]:
    return [one.model_dump(exclude={"duration_ms"}) for one in results]


def compare(store, parts, tests, parents) -> None:
    """Append part by part; judge after each with all that is known by then, and by reading everything."""
    with store.session({}, f"exact-{next(ATTEMPTS)}") as session:
        rows = [{"id": one} for one in parents]
        known = {
            "a.parents": session.stage_rows("a.parents", rows, WriteMode(), [Column("id", "BIGINT")]).version
        }
    for number, part in enumerate(parts):
        mode = WriteMode("append" if number else "replace")
        with store.session(known, f"exact-{next(ATTEMPTS)}") as session:
            known["a.b"] = session.stage_rows("a.b", part, mode, COLUMNS).version
            own = Planner(tests, session, CONTEXT)
            results = own.run()
            plain = evaluate(tests, session, CONTEXT)
        assert told(results) == told(plain)
        if number == 1:
            continue  # nothing is kept of this one: later on two parts are unknown at once
        store.keep(own.found)
    with store.session(known, f"exact-{next(ATTEMPTS)}") as session:
        again = Planner(tests, session, CONTEXT)
        assert told(again.run()) == told(plain)
        assert told(Planner(tests, session, CONTEXT, Thrift(keep=False)).run()) == told(plain)


@pytest.mark.parametrize("store", ["embedded"], indirect=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=PARTS, tests=TESTS, parents=st.lists(st.integers(0, 6), max_size=4))
def test_results_do_not_depend_on_what_is_spared(store, parts, tests, parents):
    compare(store, parts, tests, parents)


@pytest.mark.postgres
@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=PARTS, tests=TESTS, parents=st.lists(st.integers(0, 6), max_size=4))
def test_results_do_not_depend_on_what_is_spared_on_postgresql(store, parts, tests, parents):
    compare(store, parts, tests, parents)
