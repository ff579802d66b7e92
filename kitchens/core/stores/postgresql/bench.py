"""One connection to the store's database: writes parts as tables of their own and reads them."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import errors
from psycopg.sql import SQL, Identifier, Literal
from psycopg.types.string import TextLoader

from kitchens.core.stores.base import Column, Limits, Part, Result, Row, StoreError
from kitchens.core.stores.postgresql import setup
from kitchens.core.stores.postgresql.types import columns_of, postgres_type
from kitchens.core.stores.room import Counted, Room
from kitchens.core.stores.text import check_attempt, check_dataset, quote

STATEMENT_SECONDS = 3600
LOCK_SECONDS = 20
GRACE = 5  # seconds: who waits for the node ends it first, with the better sentence
PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}\Z")
ATTEMPT_LENGTH = 50  # a name of PostgreSQL has 63 bytes
NARROWEST = 28  # bytes a row takes in a table at least: its header and the pointer to it


@contextlib.contextmanager
def told(room: Room | None = None, seconds: float = STATEMENT_SECONDS) -> Iterator[None]:
    """Turn what the server says into a StoreError with a sentence; `room` and `seconds` are what a statement may take."""
    try:
        yield
    except errors.ConfigurationLimitExceeded as fault:
        raise (room or Room()).too_small("The work takes") from fault
    except (errors.DiskFull, errors.IoError) as fault:
        raise StoreError(f"The store cannot be written; is its disk full? {_words(fault)}") from fault
    except errors.QueryCanceled as fault:
        raise StoreError(f"The statement ran for longer than {seconds:,.0f} seconds.") from fault
    except psycopg.OperationalError as fault:
        raise StoreError(f"The database of the store did not answer: {_words(fault)}") from fault
    except psycopg.Error as fault:
        raise StoreError(f"The database refused: {_words(fault)}") from fault


def _words(fault: psycopg.Error) -> str:
    message = fault.diag.message_primary or (str(fault).strip().splitlines() or ["no reason was given"])[0]
    hint = f" {fault.diag.message_hint}" if fault.diag.message_hint else ""
    return f"{message[:1].upper()}{message[1:]}.{hint}"


@dataclass
class Bench:
    """The connection of one attempt; every write is a transaction of its own, every read is read-only."""

    attempt: str
    link: psycopg.Connection[Any]
    room: Room = field(default_factory=Room)
    seconds: float = STATEMENT_SECONDS
    kind: str = "postgresql"
    temporary: int = field(default=0)

    @classmethod
    def open(cls, url: str, attempt: str, limits: Limits) -> Bench:
        """Connect; everything is looked up by full name, but for the store's own functions."""
        check_attempt(attempt)
        with told():
            link = psycopg.connect(
                url, autocommit=True, connect_timeout=10, application_name="dataops-hub store"
            )
            try:
                setup.ensure(link)
                _configure(link, limits)
                for name in ("json", "jsonb"):  # as text, which is how the other store gives it
                    link.adapters.register_loader(name, TextLoader)
            except psycopg.Error:
                link.close()
                raise
        return cls(attempt, link, Room(limits.disk_mb), limits.seconds or STATEMENT_SECONDS)

    def close(self) -> None:
        self.link.close()

    def describe(self, sql: str) -> tuple[Column, ...]:
        """Return the columns of a SELECT, which is planned for it but not run."""
        return self.result(f"SELECT * FROM ({sql}) AS described LIMIT 0").columns

    def rows(self, sql: str) -> list[Row]:
        """Return the rows of a SELECT."""
        return list(self.result(sql).rows)

    def told(self) -> contextlib.AbstractContextManager[None]:
        """Turn what the server says into a StoreError, with the limits of this bench."""
        return told(self.room, self.seconds)

    def result(self, sql: str) -> Result:
        """Return the rows of a SELECT with their columns; it runs read-only."""
        with self.told():
            self.link.execute("BEGIN READ ONLY")
            try:
                cursor = self.link.execute(_plain(sql), prepare=True)  # so that it can be one statement only
                return Result(columns_of(cursor.description or []), tuple(cursor.fetchall()))
            finally:
                if not self.link.closed:
                    self.link.execute("ROLLBACK")

    def write(self, dataset: str, sql: str, columns: Sequence[Column]) -> Part:
        """Write the rows to a table of their own and register it, in one transaction; too large a table is undone."""
        name = f"{self.attempt[:ATTEMPT_LENGTH]}-{secrets.token_hex(4)}"
        table = Identifier(setup.DATA, name)
        with self.told(), self.link.transaction():
            create = SQL("CREATE TABLE {} AS ").format(table).as_string(self.link) + as_types(sql, columns)
            if (
                self.room.most
            ):  # more rows than fit if each were as narrow as can be: it ends there, and is refused below
                create += f" LIMIT {self.room.most // NARROWEST + 1}"
            count = self.link.execute(_plain(create), prepare=True).rowcount
            self.link.execute(
                f"INSERT INTO {setup.DATA}.hub_parts (name, dataset, attempt) VALUES (%s, %s, %s)",
                [name, check_dataset(dataset), self.attempt],
            )
            size = self.link.execute(
                SQL("SELECT pg_table_size({})").format(Literal(table.as_string(self.link)))
            ).fetchone()
            part = Part(name, count, int(size[0]) if size else 0)
            self.room.take(part.bytes, "What it writes takes")
        with self.told():
            self.link.execute(SQL("ANALYZE {}").format(table))
        return part

    def discard(self, parts: Iterable[Part]) -> None:
        for part in parts:
            with told(), self.link.transaction():
                self.link.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(setup.DATA, part.name)))
                for table in ("hub_parts", "hub_profiles", "hub_measures"):
                    self.link.execute(f"DELETE FROM {setup.DATA}.{table} WHERE name = %s", [part.name])
            self.room.give_back(part.bytes)

    def relation(self, parts: Sequence[Part], columns: Sequence[Column], numbered: str = "") -> str:
        """Return a SELECT in brackets over the parts; empty for no parts. `numbered` names a column with a part's place."""
        if not parts:
            nothing = ", ".join(f"CAST(NULL AS {postgres_type(c.type)}) AS {quote(c.name)}" for c in columns)
            return f"(SELECT {nothing} WHERE false)"
        return (
            "("
            + " UNION ALL ".join(_part_rows(part, columns, numbered, n) for n, part in enumerate(parts))
            + ")"
        )

    @contextlib.contextmanager
    def loading(self, columns: Sequence[Column]) -> Iterator[tuple[str, Any]]:
        """Yield the name of a new temporary table and the COPY that fills it with CSV."""
        self.temporary += 1
        name = f"hub_{self.temporary}"
        defined = ", ".join(f"{quote(c.name)} {postgres_type(c.type)}" for c in columns)
        with self.told(), self.room.tried(), self.link.transaction():
            self.link.execute(_plain(f"CREATE TEMPORARY TABLE {name} ({defined})"))
            copy = f"COPY pg_temp.{name} FROM STDIN (FORMAT csv, NULL '\\N')"
            with self.link.cursor() as cursor, cursor.copy(_plain(copy)) as rows:
                yield f"pg_temp.{name}", Counted(rows, self.room)
        with told():
            self.link.execute(_plain(f"ANALYZE pg_temp.{name}"))


def as_types(sql: str, columns: Sequence[Column]) -> str:
    """Return a SELECT of these columns of the query, in this order and these types."""
    listed = ", ".join(
        f"CAST({quote(c.name)} AS {postgres_type(c.type)}) AS {quote(c.name)}" for c in columns
    )
    return f"SELECT {listed} FROM ({sql}) AS incoming"


def part_table(part: Part) -> str:
    """Return the table of a part by its full name; StoreError for what cannot be one."""
    if not PART.match(part.name):
        raise StoreError(f"{part.name!r} is not the name of a part.")
    return f"{setup.DATA}.{quote(part.name)}"


def _part_rows(part: Part, columns: Sequence[Column], numbered: str, place: int) -> str:
    number = f", CAST({place} AS bigint) AS {quote(numbered)}" if numbered else ""
    if part.narrow:
        rows = as_types(f"SELECT * FROM {part_table(part)}", columns)
        return f"SELECT *{number} FROM ({rows}) AS part" if number else rows
    return f"SELECT {', '.join(quote(c.name) for c in columns)}{number} FROM {part_table(part)}"


def _plain(sql: str) -> bytes:
    """Return SQL as psycopg runs it untouched: without parameters it looks for no percent signs."""
    return sql.encode()


def _configure(link: psycopg.Connection[Any], limits: Limits) -> None:
    settings = {
        "search_path": f"{setup.FUNCTIONS}, pg_catalog",
        "statement_timeout": f"{int((limits.seconds + GRACE if limits.seconds else STATEMENT_SECONDS) * 1000)}ms",
        "lock_timeout": f"{LOCK_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{STATEMENT_SECONDS}s",
        "TimeZone": "UTC",
        "DateStyle": "ISO",
        "IntervalStyle": "postgres",
        "extra_float_digits": "1",
        "default_transaction_isolation": "read committed",
        "work_mem": f"{max(4, (limits.memory_mb or 256) // 8)}MB",
    }
    if link.info.server_version >= 140_000:  # a statement whose node is gone ends with it
        settings["client_connection_check_interval"] = "2s"
    pairs = SQL(", ").join(
        SQL("set_config({}, {}, false)").format(Literal(name), Literal(value))
        for name, value in settings.items()
    )
    link.execute(SQL("SELECT {}").format(pairs))
    if limits.disk_mb:
        _bound_spill(link, limits.disk_mb)


def _bound_spill(link: psycopg.Connection[Any], most_mb: int) -> None:
    """Bound what sorts and joins may put on the server's disk, where the role may: GRANT SET ON PARAMETER."""
    with contextlib.suppress(errors.InsufficientPrivilege):
        link.execute(SQL("SET temp_file_limit = {}").format(Literal(f"{most_mb}MB")))
