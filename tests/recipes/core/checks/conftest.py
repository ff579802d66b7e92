"""Both data stores, tables laid into them, and tests evaluated on them."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from kitchens.core.stores import open_store
from kitchens.core.stores.base import Column, DataStore, Session, StoreAddress, WriteMode
from recipes.core.checks import CheckContext, evaluate
from recipes.core.nodes.base import Measured
from recipes.core.spec.model import TestSpec

AS_OF = datetime(2001, 1, 31, 12, 0, tzinfo=UTC)
ATTEMPTS = itertools.count(1)
OF_TEST = ("where", "warn", "fail", "nulls", "on_empty", "severity", "dataset")


@pytest.fixture(scope="module")
def own_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A PostgreSQL database for all tests of a module: they use tables of their own in it."""
    server = request.getfixturevalue("postgres_server")
    name = f"hub_test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module", params=["embedded", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> DataStore:
    """The embedded store, then the one on PostgreSQL."""
    if request.param == "embedded":
        return open_store(StoreAddress("embedded", str(tmp_path_factory.mktemp("store"))))
    return open_store(StoreAddress("postgresql", request.getfixturevalue("own_database")))


Table = tuple[Mapping[str, str], Sequence[Sequence[Any]]]  # types by column, and rows


class Laid:
    """A session with tables laid into it. `check` evaluates one test, `checks` many."""

    def __init__(self, session: Session, tables: Mapping[str, Table]) -> None:
        self.session = session
        self.names = tuple(tables)
        for name, (types, rows) in tables.items():
            columns = [Column(column, kind) for column, kind in types.items()]
            named = [dict(zip(types, row, strict=True)) for row in rows]
            session.stage_rows(name, named, WriteMode(), columns)

    def checks(self, *tests: TestSpec, **context: Any) -> tuple[Measured, ...]:
        return evaluate(
            tests, self.session, CheckContext(**{"as_of": AS_OF, "datasets": self.names} | context)
        )

    def check(self, check: str, **given: Any) -> Measured:
        return self.checks(self.spec(check, **given))[0]

    def spec(self, check: str, name: str = "", **given: Any) -> TestSpec:
        """Return a test as a recipe would hold it: what is no field of a test is a parameter."""
        given = {"dataset": self.names[0]} | given
        of_test = {key: given.pop(key) for key in OF_TEST if key in given}
        return TestSpec(name=name or check, node="node", check=check, params=given, **of_test)


@contextmanager
def laying(store: DataStore) -> Iterator[Callable[[Mapping[str, Table]], Laid]]:
    """Lay tables into new sessions, all closed at the end: each holds a connection where the store is a database."""
    with ExitStack() as opened:

        def laid(tables: Mapping[str, Table]) -> Laid:
            return Laid(opened.enter_context(store.session({}, f"checks-{next(ATTEMPTS)}")), tables)

        yield laid


@pytest.fixture(scope="module")
def lay(store: DataStore) -> Iterator[Callable[[Mapping[str, Table]], Laid]]:
    """Lay tables into a new session: `lay({"flights.clean": ({"id": "BIGINT"}, [[1], [2]])})`."""
    with laying(store) as laid:
        yield laid


NAN = float("nan")
FLIGHTS = {
    "id": "BIGINT",
    "origin": "VARCHAR",
    "delay": "DOUBLE",
    "fare": "DECIMAL(12,2)",
    "day": "DATE",
    "landed_at": "TIMESTAMP",
    "in_time": "BOOLEAN",
}
FOUR_FLIGHTS = [
    [1, "JFK", 1.5, Decimal("1.10"), date(2001, 1, 1), datetime(2001, 1, 1, 10), True],
    [2, None, NAN, None, None, None, None],
    [3, "LAX", -2.0, Decimal("2.20"), date(2001, 1, 2), datetime(2001, 1, 31, 8), False],
    [3, "JFK", 9.0, Decimal("0.00"), date(2001, 1, 3), datetime(2001, 2, 5), True],
]
AIRPORTS = {"iata": "VARCHAR", "country": "VARCHAR"}
DAILY = {"day": "DATE", "n": "BIGINT", "fare": "DECIMAL(12,2)"}


@pytest.fixture(scope="module")
def flights(lay: Callable[[Mapping[str, Table]], Laid]) -> Laid:
    """Four flights with every kind of trouble, the same table empty and all NULL, airports, and days summed up."""
    return lay(
        {
            "flights.clean": (FLIGHTS, FOUR_FLIGHTS),
            "flights.none": (FLIGHTS, []),
            "flights.blank": (FLIGHTS, [[None] * 7] * 3),
            "reference.airports": (AIRPORTS, [["JFK", "US"], [None, "DE"], ["ORD", "US"]]),
            "flights.daily": (
                DAILY,
                [
                    [date(2001, 1, 1), 1, Decimal("1.10")],
                    [None, 1, Decimal(0)],
                    [date(2001, 1, 4), 7, Decimal(3)],
                ],
            ),
        }
    )
