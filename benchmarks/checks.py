"""Forty tests on ten million rows: the planner beside the SQL that a good engineer would write for the same questions.

Four of the tests fail (one foreign key, one unique, one pattern, one range); both sides keep twenty failing rows of
each. Both run in this process, one after the other, on the same files with the same memory; what is reported is the
planner's time over the other's. CHECK_ROWS sets the number of rows.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from benchmarks.questions import MADE, TESTS, by_hand
from benchmarks.report import line, note
from kitchens.core.stores import open_store
from kitchens.core.stores.base import DataStore, Limits, StoreAddress, Version, WriteMode
from kitchens.core.stores.measures import FACTS
from recipes.core.checks import CheckContext, Planner
from recipes.core.nodes.base import Measured

CONTEXT = CheckContext(as_of=datetime(2002, 1, 1, tzinfo=UTC))
LIMITS = Limits(memory_mb=800, seconds=3000)
URL = os.environ.get("DATABASE_URL", "")
POSTGRES = URL.startswith("postgres")
ROWS = int(os.environ.get("CHECK_ROWS", "2000000" if POSTGRES else "10000000"))
SMALL = {"shop.customers": 200_000, "shop.branches": 500}
FAILING = {"email has its form", "code is unique", "customer exists", "amount in range"}
Manifest = Mapping[str, Version]


def laid(store: DataStore) -> tuple[Manifest, Manifest]:
    """Write the datasets, whose rows nobody has looked at yet; return them, and what they are with a hundredth more.

    What a footer says of a part is kept with it, as the worker does for the node that wrote it.
    """
    orders = {"shop.orders": MADE.format(start=0, end=ROWS)}
    keys = {name: f"SELECT i AS id FROM range({count}) r(i)" for name, count in SMALL.items()}
    loaded = staged(store, "load", {}, keys | orders, WriteMode())
    more = {"shop.orders": MADE.format(start=ROWS, end=ROWS + ROWS // 100)}
    return loaded, loaded | staged(store, "append", loaded, more, WriteMode("append"))


def staged(
    store: DataStore, attempt: str, manifest: Manifest, written: Mapping[str, str], mode: WriteMode
) -> dict[str, Version]:
    with store.session(manifest, f"bench-{attempt}", limits=LIMITS) as session:
        versions = {name: session.stage_sql(name, sql, mode).version for name, sql in written.items()}
        facts = {part: one for name in written for part, one in session.facts(name).items()}
    store.keep({part: {FACTS: one.as_dict()} for part, one in facts.items()})
    return versions


def planned(store: DataStore, manifest: Manifest, *, keep: bool = True) -> tuple[float, tuple[Measured, ...]]:
    """Return the seconds of the planner, its session opened and its numbers kept, and its results."""
    began = time.perf_counter()
    with store.session(manifest, "bench-tests", limits=LIMITS) as session:
        planner = Planner(TESTS, session, CONTEXT)
        note(f"  {planner.plan.sentence}")
        results = planner.run()
        found = planner.found
    if keep:
        store.keep(found)
    return time.perf_counter() - began, results


def written(store: DataStore, manifest: Manifest) -> tuple[float, dict[str, Any]]:
    """Return the seconds of the SQL written by hand on the bare engine, and what it found."""
    began = time.perf_counter()
    with store.session(manifest, "bench-hand", limits=LIMITS) as session:
        bench = session.bench  # type: ignore[attr-defined]
        relations = [
            bench.relation(manifest[name].parts, manifest[name].columns) for name in ("shop.orders", *SMALL)
        ]
        found = by_hand(
            *relations,
            bench.rows,
            "({name} ~ '^{form}$')" if POSTGRES else "regexp_full_match({name}, '{form}')",
        )
    return time.perf_counter() - began, found


def agree(results: tuple[Measured, ...], found: dict[str, Any]) -> None:
    """Stop where the two sides did not find the same."""
    failed = {one.test for one in results if one.verdict == "fail"}
    others = {one.test: one.sentence for one in results if one.verdict not in ("pass", "fail")}
    assert failed == FAILING, (failed ^ FAILING, others)
    by_name = {one.test: one for one in results}
    assert by_name["code is unique"].details["values"] == found["code repeated"][0][3]
    assert by_name["code is unique"].details["rows_involved"] == found["code repeated"][0][2]
    assert len(by_name["customer exists"].evidence) == len(found["customer rows"])


def compared(store: DataStore, loaded: Manifest, grown: Manifest) -> None:
    """Time both sides: on data nobody knows, after an append, and on the data as it was."""
    goals = {"first": 1.1 if POSTGRES else 1.0, "append": 0.15, "kitchen": 0.05}
    words = {
        "first": "40 tests on new data",
        "append": "40 tests after an append of 1 %",
        "kitchen": "40 tests on data inherited by a kitchen",
    }
    written(store, loaded)  # the files are in the memory of the machine for both
    for case, manifest in (("first", loaded), ("append", grown), ("kitchen", grown)):
        mine, results = planned(store, manifest)
        theirs, found = written(store, manifest)
        agree(results, found)
        for one in sorted(results, key=lambda one: -one.duration_ms)[:6]:
            note(f"  {one.test}: {one.duration_ms:.0f} ms")
        line(
            f"{words[case]}, {ROWS:,} rows, over SQL by hand",
            mine / theirs,
            "×",
            goal=goals[case],
            seconds=round(mine, 3),
            by_hand=round(theirs, 3),
        )


def peak(folder: str, manifest: Manifest) -> int:
    """Return the peak memory, in MB, of a process that does nothing but these tests."""
    told = json.dumps({"folder": folder, "manifest": {name: one.as_dict() for name, one in manifest.items()}})
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.checks", "alone"],
        input=told,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return int(done.stdout)


def alone() -> None:
    """Be that process."""
    told = json.load(sys.stdin)
    manifest = {name: Version.from_dict(raw) for name, raw in told["manifest"].items()}
    planned(open_store(StoreAddress("embedded", told["folder"])), manifest, keep=False)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def main() -> None:
    if sys.argv[1:] == ["alone"]:
        alone()
        return
    with tempfile.TemporaryDirectory(prefix="hub-bench-", dir=os.environ.get("CHECK_FOLDER")) as folder:
        store = open_store(StoreAddress("postgresql", URL) if POSTGRES else StoreAddress("embedded", folder))
        note(f"Writing {ROWS:,} rows …")
        loaded, grown = laid(store)
        if not POSTGRES:
            line(f"peak memory of 40 tests on {ROWS:,} rows", peak(folder, loaded), "MB", goal=1200)
        compared(store, loaded, grown)


if __name__ == "__main__":
    main()
