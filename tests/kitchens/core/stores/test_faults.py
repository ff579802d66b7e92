"""What breaks in the middle: killed processes and full disks leave nothing half done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from kitchens.core.stores import open_store
from kitchens.core.stores.base import Limits, StoreAddress, StoreError, WriteMode
from kitchens.core.stores.room import check_free

ROOT = Path(__file__).parents[4]


def child(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start Python code that has `store` opened from its first two arguments."""
    opening = """
        import sys
        from kitchens.core.stores import open_store
        from kitchens.core.stores.base import StoreAddress, StoreError, WriteMode
        store = open_store(StoreAddress(sys.argv[1], sys.argv[2]))
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(opening) + textwrap.dedent(code), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def address(store) -> tuple[str, str]:
    return store.kind, store.url if store.kind == "postgresql" else str(store.root)


WRITE_FOR_EVER = """
    with store.session({}, "killed-1") as session:
        session.stage_sql("a.t", "SELECT 1 AS n", WriteMode())
        print("written", flush=True)
        session.stage_sql("a.u", "SELECT i AS n, repeat('x', 100) || i AS s FROM range(500000000) r(i)", WriteMode())
"""


def test_a_killed_writer_leaves_no_part_half_written(store, attempt):
    before = set(store.collect(set(), 0, dry_run=True).names)
    process = child(WRITE_FOR_EVER, *address(store))
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    wait_until_writing(store)

    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    left = set(store.collect(set(), 0, dry_run=True).names) - before
    whole = {name for name in left if not Path(name).name.startswith(".")}
    assert len(whole) == 1
    with store.session({}, attempt) as session:
        assert session.query("SELECT 1 AS n").rows == ((1,),)
    wait_until_idle(store)
    gone = store.collect(before, 0)
    assert set(gone.names) == left
    assert set(store.collect(set(), 0, dry_run=True).names) == before


def wait_until_idle(store) -> None:
    """Return when the server has noticed that the writer is gone: its statement must not go on for hours."""
    for _ in range(300 if store.kind == "postgresql" else 0):
        if not writing(store):
            return
        time.sleep(0.1)
    assert store.kind != "postgresql", "the statement goes on without its writer"


def writing(store) -> bool:
    """Say whether a statement that writes is under way in a PostgreSQL store."""
    import psycopg

    with psycopg.connect(store.url) as link:
        busy = link.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'CREATE TABLE %'"
            " AND state = 'active' AND pid <> pg_backend_pid()"
        ).fetchone()
    return bool(busy and busy[0])


def wait_until_writing(store) -> None:
    """Return when the second, endless write has begun."""
    for _ in range(500):
        if store.kind == "postgresql":
            if writing(store):
                return
        elif list(store.root.glob("parts/*/killed-1/.*.draft")):
            return
        time.sleep(0.01)
    raise AssertionError("the writer never began")


FILL_THE_DISK = """
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    with store.session({}, "full-1") as session:
        try:
            session.stage_sql("a.t", "SELECT uuid() AS u FROM range(1000000)", WriteMode())
        except StoreError as fault:
            print(fault)
        print(session.stage_sql("a.t", "SELECT 1 AS n", WriteMode()).version.rows)
"""


def test_a_full_disk_is_told_in_a_sentence_and_leaves_nothing(embedded):
    process = child(FILL_THE_DISK, *address(embedded))
    said, _ = process.communicate(timeout=60)

    assert said.startswith("The store cannot be written; is its disk full?")
    assert said.splitlines()[-1] == "1"
    assert str(embedded.root) not in said
    assert len(list(embedded.root.glob("parts/*/*/*"))) == 1


SORT = "SELECT i, hash(i) AS m, repeat('x', 50) || i AS s FROM range({}) r(i) ORDER BY m"


def test_data_beyond_the_memory_goes_over_the_disk(embedded, attempt):
    with embedded.session({}, attempt, limits=Limits(memory_mb=100, threads=1)) as session:
        staged = session.stage_sql("a.t", SORT.format(1_500_000), WriteMode())

    assert staged.version.rows == 1_500_000
    assert not list((embedded.root / "spill").glob("*"))


def test_too_little_memory_is_told(embedded, attempt):
    with (
        embedded.session({}, attempt, limits=Limits(memory_mb=20, threads=1)) as session,
        pytest.raises(StoreError, match="does not fit into the memory"),
    ):
        session.stage_sql("a.t", SORT.format(400_000), WriteMode())


WIDE = "SELECT i, md5(CAST(i AS VARCHAR)) AS m FROM range({}) r(i)"
TOO_MUCH = "more disk than the 1 MB this node may fill.*disk_mb"


def test_a_session_writes_no_more_than_it_may_and_what_was_too_much_is_undone(store, attempt):
    before = store.collect(set(), 0, dry_run=True).names
    with store.session({}, attempt, limits=Limits(disk_mb=1)) as session:
        with pytest.raises(StoreError, match=TOO_MUCH):
            session.stage_sql("a.t", WIDE.format(200_000), WriteMode())
        assert store.collect(set(), 0, dry_run=True).names == before
        assert session.stage_sql("a.u", WIDE.format(1_000), WriteMode()).version.rows == 1_000


def test_all_that_a_session_writes_counts_together(store, attempt):
    with store.session({}, attempt, limits=Limits(disk_mb=2)) as session:
        session.stage_sql("a.t", WIDE.format(25_000), WriteMode())
        with pytest.raises(StoreError, match="more disk than the 2 MB"):
            session.stage_sql("a.u", WIDE.format(90_000), WriteMode())


def test_what_spills_over_the_memory_has_a_limit_of_its_own(store, attempt):
    limits = Limits(memory_mb=100, threads=1, disk_mb=1)
    sort = f"SELECT m, row_number() OVER (ORDER BY m) AS n FROM ({WIDE.format(1_500_000)}) AS w"
    with store.session({}, attempt, limits=limits) as session, pytest.raises(StoreError, match=TOO_MUCH):
        session.query(f"SELECT max(n) AS n, max(m) AS m FROM ({sort}) AS sorted")


def test_rows_that_come_to_the_server_by_copy_are_counted(store_database, attempt):
    store = open_store(StoreAddress("postgresql", store_database))
    rows = [{"n": n, "text": "x" * 90} for n in range(20_000)]
    with store.session({}, attempt, limits=Limits(disk_mb=1)) as session:
        with pytest.raises(StoreError, match=TOO_MUCH):
            session.stage_rows("a.t", rows, WriteMode())
        assert session.stage_rows("a.t", rows[:9], WriteMode()).version.rows == 9


def test_a_nearly_full_disk_is_told_before_work_begins(tmp_path):
    check_free(tmp_path / "not" / "yet" / "made", 1)

    with pytest.raises(StoreError, match=r"nearly full: [\d,]+ MB are free.*HUB_DISK_FREE_MB"):
        check_free(tmp_path, 10**9)


def test_a_missing_part_is_told(embedded, attempt):
    with embedded.session({}, attempt) as session:
        version = session.stage_sql("a.t", "SELECT 1 AS n", WriteMode()).version
    (embedded.root / version.parts[0].name).unlink()

    with embedded.session({"a.t": version}, attempt) as session, pytest.raises(StoreError):
        session.query("SELECT * FROM a.t")


@pytest.mark.parametrize(
    "name", ["../x.parquet", "parts/../../x.parquet", "/etc/x.parquet", "parts/a'b.parquet", "x"]
)
def test_a_manifest_cannot_name_a_file_outside(embedded, attempt, name):
    from kitchens.core.stores.base import Column, Part, Version

    version = Version("a.t", "embedded", (Column("n", "BIGINT"),), (Part(name, 1, 1),))

    with pytest.raises(StoreError, match="not the name of a part"):
        embedded.session({"a.t": version}, attempt)


def test_a_store_that_does_not_answer_is_told():
    with pytest.raises(StoreError, match="did not answer"):
        open_store(StoreAddress("postgresql", "postgresql://nobody@127.0.0.1:1/none")).session({}, "a-1")
    with pytest.raises(StoreError, match="no store of the kind"):
        open_store(StoreAddress("paper", "x"))


def test_the_web_process_carries_no_engine_until_a_store_is_opened(tmp_path):
    code = """
        import sys, json
        import kitchens.core.stores, kitchens.core.stores.base
        before = sorted({"duckdb", "sqlglot", "arro3", "psycopg"} & set(sys.modules))
        from kitchens.core.stores import open_store
        from kitchens.core.stores.base import StoreAddress
        open_store(StoreAddress("embedded", sys.argv[1]))
        print(json.dumps([before, "duckdb" in sys.modules, "psycopg" in sys.modules]))
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(tmp_path)],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True,
    )  # fmt: skip

    assert json.loads(ran.stdout) == [[], True, False]
