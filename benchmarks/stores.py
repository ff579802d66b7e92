"""Fork, resolve, publish, restore and diff of kitchens with up to 10,000 tables; sessions and writes of the store.

On SQLite the data lies in the embedded store, on PostgreSQL in tables of the same server. Times are medians of
repeated calls inside this process.
"""

from __future__ import annotations

import itertools
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.report import line, median_and_p95, note  # noqa: E402
from kitchens.actions import data, revisions  # noqa: E402
from kitchens.core.roles import THE_HUB  # noqa: E402
from kitchens.core.stores import open_store  # noqa: E402
from kitchens.core.stores.base import (  # noqa: E402
    Column,
    DataStore,
    Part,
    Staged,
    StoreAddress,
    Version,
    WriteMode,
)
from kitchens.models import Domain, Kitchen, Revision  # noqa: E402
from kitchens.queries.data import heads, newest, resolve  # noqa: E402
from kitchens.queries.datadiff import ladder  # noqa: E402

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = (1, 10, 100, 1000, 10_000)
SMALL = (1, 100, 1000)
ROUNDS = 20
ROWS = 300_000
FORKS = itertools.count()
WIDE = "SELECT i AS id, i % 97 AS grp, 'name ' || i AS name, i * 1.5 AS amount, {changed} AS changed FROM range({rows}) r(i)"


def timed(
    what: str, call: Callable[[], object], *, goal: float | None = None, rounds: int = ROUNDS, **facts: object
) -> None:
    """Call it a few times and report the median in milliseconds."""
    call()
    times = []
    if facts.get("tables") == TABLES[-1]:
        rounds = min(rounds, 3)  # ten thousand rows each time
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    median, p95 = median_and_p95(times)
    line(what, median, "ms", goal=goal, p95=round(p95, 3), **facts)


def staged(count: int, made_by: str) -> list[Staged]:
    """Return writes of `count` tables that nobody has to look into."""
    columns = tuple(Column(f"c{n}", "BIGINT") for n in range(12))
    found = []
    for number in range(count):
        name = f"bench.t{number}"
        parts = (Part(f"parts/00/{made_by}/{name}.parquet", 300_000, 8_000_000),)
        version = Version(name, "embedded", columns, parts)
        found.append(Staged(name, WriteMode(), version, "", parts, rows_written=300_000, attempt=made_by))
    return found


def publish(kitchen: Kitchen, count: int) -> Callable[[], Revision]:
    """Return a publish of `count` tables on whatever their heads are; recording is no part of it."""
    batches = [data.record(staged(count, f"a{n}"), node_run=None, attempt="a", at=NOW) for n in range(2)]
    calls = iter(range(10**6))
    known = heads(resolve(kitchen, batches[0]), batches[0])

    def once() -> Revision:
        batch = batches[next(calls) % 2]
        revision = data.publish(kitchen, batch, expected=known, by=THE_HUB, at=NOW, run=None)
        known.update({name: snapshot.pk for name, snapshot in batch.items()})
        return revision

    return once


def fork(parent: Kitchen) -> Callable[[], Kitchen]:
    """Return a fork of the data: one row for the kitchen, one for its first revision."""

    def once() -> Kitchen:
        slug = f"fork-{next(FORKS)}"
        child = Kitchen.objects.create(
            slug=slug, branch=slug, tier="development", parent=parent, store=parent.store, created_at=NOW
        )
        revisions.append(
            child, cause="created", by=THE_HUB, at=NOW, commit="c" * 40, parent_revision=newest(parent)
        )
        return child

    return once


def pointers(production: Kitchen) -> None:
    """Measure what moves pointers only."""
    for count in TABLES:
        parent = fork(production)()
        once = publish(parent, count)
        timed(f"publish, {count} tables", once, goal=10 if count == 1 else None, tables=count)
        timed(f"fork, {count} tables", fork(parent), goal=50, tables=count)
        child = fork(parent)()
        timed(f"resolve all in a fork, {count} tables", lambda kitchen=child: resolve(kitchen), tables=count)
        timed(
            f"resolve one in a fork, {count} tables",
            lambda kitchen=child: resolve(kitchen, ["bench.t0"]),
            tables=count,
        )
        timed(
            f"data part of a kitchen that wrote nothing, {count} tables",
            lambda kitchen=child: ladder(kitchen),
            goal=50,
        )
        publish(child, min(count, 10))()
        timed(
            f"data part of a kitchen that wrote 10 of them, {count} tables",
            lambda kitchen=child: ladder(kitchen),
            goal=50,
        )
        first = Revision.objects.get(kitchen=parent, number=2)
        timed(
            f"restore, {count} tables",
            lambda kitchen=parent, to=first: data.restore(kitchen, to, by=THE_HUB, at=NOW),
            tables=count,
        )


def contents(store: DataStore) -> None:
    """Measure what reads and writes data."""
    with store.session({}, "bench-1") as session:
        old = session.stage_sql("bench.t", WIDE.format(rows=ROWS, changed=0), WriteMode()).version
        some = WIDE.format(rows=ROWS, changed="CASE WHEN i % 100 = 0 THEN 1 ELSE 0 END")
        new = session.stage_sql("bench.t", some, WriteMode()).version
        extra = session.stage_sql("bench.u", WIDE.format(rows=100, changed=0), WriteMode()).version
        other = session.stage_sql("bench.u", WIDE.format(rows=100, changed=1), WriteMode()).version

    def session_and_query() -> None:
        with store.session({"bench.u": extra}, "bench-2") as session:
            session.query("SELECT count(*) AS n FROM bench.u")

    timed("open a session and query one table", session_and_query, goal=25)
    timed("diff, 300,000 rows, 1 % changed", lambda: store.diff(old, new, ["id"]), rounds=5)
    for count in SMALL:
        timed(
            f"diff of {count} small tables, each",
            lambda: store.diff(extra, other, ["id"]),
            rounds=min(count, 100),
            tables=count,
        )
    writes(store, old)
    numbers(store, old)


def numbers(store: DataStore, old: Version) -> None:
    """Measure the numbers of two versions that share all but one part: counted anew, then with the shared part known."""
    with store.session({"bench.t": old}, "bench-4") as session:
        sql = WIDE.format(rows=3000, changed=2)
        new = session.stage_sql("bench.t", sql, WriteMode("append")).version
    began = time.perf_counter()
    store.profile(old)
    line("numbers of 300,000 rows, counted for the first time", (time.perf_counter() - began) * 1000, "ms")
    read: list[str] = []
    began = time.perf_counter()
    store.profile(new, read.append)
    share = sum(part.bytes for part in new.parts if part.name in read) / new.bytes
    line(
        "numbers after an append of 1 %",
        (time.perf_counter() - began) * 1000,
        "ms",
        read=f"{share:.1%} of the bytes",
    )
    timed("numbers of both, all known", lambda: (store.profile(old), store.profile(new)), rounds=5)


def writes(store: DataStore, old: Version) -> None:
    """Measure the four modes on a table of 300,000 rows."""
    changes = WIDE.format(rows=3000, changed=2)
    modes = (
        WriteMode(),
        WriteMode("append"),
        WriteMode("replace_partition", ("grp",)),
        WriteMode("merge", ("id",)),
    )
    for mode in modes:

        def once(mode: WriteMode = mode) -> None:
            with store.session({"bench.t": old}, "bench-3") as session:
                session.stage_sql("bench.t", changes, mode)

        timed(f"write 3,000 rows to 300,000, {mode.kind}", once, rounds=5)


def main() -> None:
    call_command("migrate", verbosity=0)
    Domain.objects.create(slug="bench", title="Bench", created_at=NOW)
    production = Kitchen.objects.create(
        slug="production", branch="main", tier="production", store="embedded", created_at=NOW
    )
    revisions.append(production, cause="created", by=THE_HUB, at=NOW, commit="c" * 40)
    pointers(production)
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        if connection.vendor == "postgresql":
            address = StoreAddress("postgresql", os.environ["DATABASE_URL"])
        else:
            address = StoreAddress("embedded", folder)
        note(f"The data store is {address.kind}.")
        contents(open_store(address))


if __name__ == "__main__":
    main()
