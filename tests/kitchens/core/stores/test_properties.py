"""Any sequence of writes, in any mode, against an oracle in plain Python, on both stores."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kitchens.core.stores.base import Column, StoreError, Version, WriteMode

COLUMNS = (Column("id", "BIGINT"), Column("day", "VARCHAR"), Column("n", "BIGINT"))
T = "sales.orders"
_attempts = itertools.count(1)

row = st.tuples(
    st.one_of(st.none(), st.integers(0, 5)), st.one_of(st.none(), st.sampled_from("abc")), st.integers(0, 3)
)
write = st.tuples(
    st.sampled_from(
        [
            WriteMode(),
            WriteMode("append"),
            WriteMode("replace_partition", ("day",)),
            WriteMode("merge", ("id",)),
        ]
    ),
    st.lists(row, max_size=5),
)
writes = st.lists(write, min_size=1, max_size=4)
Rows = list[tuple]


def oracle(before: Rows, mode: WriteMode, rows: Rows) -> Rows | None:
    """Return the rows a table has after the write, or None where the write has to be refused."""
    keys = [row[0] for row in rows]
    days = {row[1] for row in rows}
    if mode.kind == "merge":
        if None in keys or len(set(keys)) < len(keys):
            return None
        return [row for row in before if row[0] not in keys] + rows
    if mode.kind == "replace_partition":
        return None if None in days else [row for row in before if row[1] not in days] + rows
    return rows if mode.kind == "replace" else before + rows


def stage(store, base: Version | None, mode: WriteMode, rows: Rows):
    """Stage rows on a version and return that with the rows read afterwards; None where the store refuses."""
    dictionaries = [dict(zip(("id", "day", "n"), row, strict=True)) for row in rows]
    with store.session({T: base} if base else {}, f"p-{next(_attempts)}") as session:
        try:
            staged = session.stage_rows(T, dictionaries, mode, COLUMNS)
        except StoreError:
            return None
        return staged, sorted(session.query(f"SELECT id, day, n FROM {T}").rows, key=repr)


def read(store, version: Version) -> Rows:
    with store.session({T: version}, f"p-{next(_attempts)}") as session:
        return sorted(session.query(f"SELECT id, day, n FROM {T}").rows, key=repr)


def check(store, sequence) -> None:
    expected: Rows = []
    version: Version | None = None
    for mode, rows in sequence:
        after = oracle(expected, mode, rows)
        done = stage(store, version, mode, rows)
        assert (done is None) == (after is None)
        if done is None or after is None:
            continue
        staged, seen = done
        expected, version = after, staged.version
        assert seen == sorted(expected, key=repr)
        assert version.rows == len(expected)
        assert staged.rows_written == len(rows)
        for part in version.parts:
            assert part.rows > 0


ONE_STORE = [HealthCheck.function_scoped_fixture]


@settings(max_examples=25, deadline=None, suppress_health_check=ONE_STORE)
@given(sequence=writes)
def test_any_sequence_of_writes_gives_what_plain_python_gives(store, sequence):
    check(store, sequence)


@settings(max_examples=12, deadline=None, suppress_health_check=ONE_STORE)
@given(base=st.lists(row, max_size=4), mine=st.lists(row, max_size=4), others=st.lists(write, max_size=2))
@pytest.mark.parametrize(
    "mode", [WriteMode("append"), WriteMode("replace_partition", ("day",))], ids=lambda mode: mode.kind
)
def test_a_write_put_on_a_newer_head_is_the_write_made_there(embedded, mode, base, mine, others):
    seen, _ = stage(embedded, None, WriteMode(), base)
    if (done := stage(embedded, seen.version, mode, mine)) is None:
        return
    head, rows = seen.version, base
    for other_mode, other_rows in others:
        if (after := oracle(rows, other_mode, other_rows)) is not None:
            head, rows = stage(embedded, head, other_mode, other_rows)[0].version, after

    again = embedded.rebase(done[0], head)

    assert read(embedded, again.version) == sorted(oracle(rows, mode, mine), key=repr)
