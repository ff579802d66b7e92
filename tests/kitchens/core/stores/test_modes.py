"""The four write modes, on both stores."""

from __future__ import annotations

import pytest

from kitchens.core.stores.base import DataStore, StoreError, Version, WriteMode

REPLACE, APPEND = WriteMode(), WriteMode("append")
BY_DAY, BY_ID = WriteMode("replace_partition", ("day",)), WriteMode("merge", ("id",))
T = "sales.orders"


def write(store: DataStore, rows: str, mode: WriteMode, base: Version | None = None, attempt: str = "1-1-1"):
    """Stage `rows` (VALUES of id, day, n) and return what was staged."""
    with store.session({T: base} if base else {}, attempt) as session:
        return session.stage_sql(T, f"SELECT * FROM (VALUES {rows}) AS v(id, day, n)", mode)


def read(store: DataStore, version: Version) -> list[tuple]:
    with store.session({T: version}, "read") as session:
        return list(session.query(f"SELECT id, day, n FROM {T} ORDER BY id, day, n").rows)


def test_replace_makes_a_version_of_the_new_rows_alone(store):
    old = write(store, "(1, 'mon', 1), (2, 'mon', 2)", REPLACE)

    new = write(store, "(3, 'tue', 3)", REPLACE, old.version)

    assert read(store, new.version) == [(3, "tue", 3)]
    assert read(store, old.version) == [(1, "mon", 1), (2, "mon", 2)]
    assert new.base == old.version.digest
    assert (new.rows_written, new.version.rows) == (1, 1)
    assert all(part.bytes > 0 for part in new.version.parts)


def test_append_inherits_the_parts_and_adds_its_own(store):
    old = write(store, "(1, 'mon', 1)", REPLACE).version

    new = write(store, "(1, 'mon', 1)", APPEND, old)

    assert read(store, new.version) == [(1, "mon", 1), (1, "mon", 1)]
    assert new.version.parts == old.parts + new.added


def test_append_without_a_version_before_makes_the_first(store):
    assert read(store, write(store, "(1, 'mon', 1)", APPEND).version) == [(1, "mon", 1)]


def test_replace_partition_replaces_the_values_that_come_and_keeps_the_others(store):
    old = write(store, "(1, 'mon', 1), (2, 'tue', 2), (3, 'wed', 3)", BY_DAY).version

    new = write(store, "(4, 'tue', 4), (5, 'thu', 5)", BY_DAY, old)

    assert read(store, new.version) == [(1, "mon", 1), (3, "wed", 3), (4, "tue", 4), (5, "thu", 5)]
    assert new.replaced == ("thu", "tue")
    assert sorted(part.partition for part in new.version.parts) == ["mon", "thu", "tue", "wed"]
    kept = {part.name for part in old.parts if part.partition in ("mon", "wed")}
    assert kept < {part.name for part in new.version.parts}


def test_replace_partition_rewrites_mixed_parts_only_where_a_value_is_replaced(store):
    mixed = write(store, "(1, 'mon', 1), (2, 'tue', 2)", REPLACE).version
    mixed = write(store, "(3, 'wed', 3), (4, 'thu', 4)", APPEND, mixed).version

    new = write(store, "(9, 'tue', 9)", BY_DAY, mixed).version

    assert read(store, new) == [(1, "mon", 1), (3, "wed", 3), (4, "thu", 4), (9, "tue", 9)]
    assert mixed.parts[1] in new.parts
    assert mixed.parts[0] not in new.parts


def test_replace_partition_with_very_many_values_writes_one_mixed_part(store, attempt):
    with store.session({}, attempt) as session:
        many = "SELECT i AS id, CAST(i AS VARCHAR) AS day, i AS n FROM range(100) r(i)"
        old = session.stage_sql(T, many, BY_DAY).version

    new = write(store, "(500, '7', 500)", BY_DAY, old).version

    assert [part.partition for part in old.parts] == [None]
    assert new.rows == 100
    assert (500, "7", 500) in read(store, new)
    assert (7, "7", 7) not in read(store, new)


def test_replace_partition_refuses_rows_without_a_value(store):
    with pytest.raises(StoreError, match=r"1 of the 2 rows written to sales\.orders have no value in day"):
        write(store, "(1, 'mon', 1), (2, NULL, 2)", BY_DAY)


def test_merge_puts_new_rows_in_place_of_those_with_the_same_key(store):
    old = write(store, "(1, 'mon', 1), (2, 'mon', 2)", REPLACE).version

    new = write(store, "(2, 'tue', 20), (3, 'tue', 30)", BY_ID, old).version

    assert read(store, new) == [(1, "mon", 1), (2, "tue", 20), (3, "tue", 30)]


def test_merge_rewrites_only_parts_that_hold_a_key_of_it(store):
    first = write(store, "(1, 'mon', 1), (2, 'mon', 2)", REPLACE).version
    both = write(store, "(3, 'tue', 3)", APPEND, first).version

    new = write(store, "(3, 'wed', 33)", BY_ID, both).version

    assert first.parts[0] in new.parts
    assert read(store, new) == [(1, "mon", 1), (2, "mon", 2), (3, "wed", 33)]
    assert len(new.parts) == 2


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            "(1, 'mon', 1), (NULL, 'mon', 2)",
            "1 of the 2 rows to merge into sales.orders have no value in the key",
        ),
        ("(1, 'mon', 1), (1, 'tue', 2), (2, 'tue', 2)", "1 keys .id. come more than once .* id = 1 2 times"),
    ],
)
def test_merge_refuses_keys_that_are_null_or_doubled(store, rows, told):
    with pytest.raises(StoreError, match=told):
        write(store, rows, BY_ID)


def test_merge_by_several_columns(store):
    by_both = WriteMode("merge", ("id", "day"))
    old = write(store, "(1, 'mon', 1), (1, 'tue', 2)", by_both).version

    new = write(store, "(1, 'tue', 20), (2, 'tue', 30)", by_both, old).version

    assert read(store, new) == [(1, "mon", 1), (1, "tue", 20), (2, "tue", 30)]


@pytest.mark.parametrize("mode", [REPLACE, APPEND, BY_DAY, BY_ID], ids=str)
def test_no_rows_make_an_empty_table_that_has_columns(store, mode, attempt):
    with store.session({}, attempt) as session:
        nothing = session.stage_sql(T, "SELECT 1 AS id, 'mon' AS day, 2 AS n WHERE 1 = 2", mode)
        after = session.query(f"SELECT count(*) AS n FROM {T}").rows

    assert (nothing.version.rows, nothing.version.parts, after) == (0, (), ((0,),))
    assert [column.name for column in nothing.version.columns] == ["id", "day", "n"]
    assert store.sample(nothing.version).rows == ()


@pytest.mark.parametrize("mode", [APPEND, BY_DAY, BY_ID], ids=str)
def test_no_rows_leave_what_was_there(store, mode, attempt):
    old = write(store, "(1, 'mon', 1)", REPLACE).version

    with store.session({T: old}, attempt) as session:
        new = session.stage_sql(T, f"SELECT * FROM {T} WHERE id > 1", mode)

    assert read(store, new.version) == [(1, "mon", 1)]
    assert new.version.parts == old.parts


@pytest.mark.parametrize("mode", [APPEND, BY_DAY, BY_ID], ids=str)
@pytest.mark.parametrize(
    ("select", "told"),
    [
        ("SELECT 1 AS id, 'mon' AS day, 1 AS n, 2 AS extra", "the column extra is new"),
        ("SELECT 1 AS id, 'mon' AS day", "the column n is missing"),
        ("SELECT 1 AS id, 'mon' AS day, 'x' AS n", "the column n was INTEGER and is now VARCHAR"),
    ],
)
def test_other_columns_are_refused_and_named(store, mode, select, told, attempt):
    old = write(store, "(1, 'mon', 1)", REPLACE).version

    with store.session({T: old}, attempt) as session, pytest.raises(StoreError, match=told):
        session.stage_sql(T, select, mode)


def test_the_order_of_columns_does_not_matter(store, attempt):
    old = write(store, "(1, 'mon', 1)", REPLACE).version

    with store.session({T: old}, attempt) as session:
        new = session.stage_sql(T, "SELECT 5 AS n, 'tue' AS day, 2 AS id", APPEND).version

    assert read(store, new) == [(1, "mon", 1), (2, "tue", 5)]


def test_integers_become_wider_and_old_parts_are_read_so(store, attempt):
    old = write(store, "(1, 'mon', 1)", REPLACE).version
    wide = "SELECT 2 AS id, 'tue' AS day, CAST(5000000000 AS BIGINT) AS n"
    with store.session({T: old}, attempt) as session:
        new = session.stage_sql(T, wide, APPEND).version

    narrow = write(store, "(3, 'wed', 3)", APPEND, new).version

    assert [column.type for column in narrow.columns] == ["INTEGER", "VARCHAR", "BIGINT"]
    assert read(store, narrow) == [(1, "mon", 1), (2, "tue", 5000000000), (3, "wed", 3)]
    gone = write(store, "(2, 'tue', 7)", BY_ID, narrow).version
    assert read(store, gone) == [(1, "mon", 1), (2, "tue", 7), (3, "wed", 3)]


def test_a_mode_needs_the_columns_it_names(store, attempt):
    with store.session({}, attempt) as session, pytest.raises(StoreError, match="lacks nope"):
        session.stage_sql(T, "SELECT 1 AS id", WriteMode("merge", ("nope",)))


def test_append_is_put_on_a_newer_head_without_reading_it(store):
    seen = write(store, "(1, 'mon', 1)", REPLACE).version
    mine = write(store, "(2, 'tue', 2)", APPEND, seen)
    head = write(store, "(9, 'sun', 9)", APPEND, seen).version

    again = store.rebase(mine, head)

    assert read(store, again.version) == [(1, "mon", 1), (2, "tue", 2), (9, "sun", 9)]
    assert again.base == head.digest
    assert again.added == mine.added


def test_replace_partition_is_put_on_a_newer_head(store):
    seen = write(store, "(1, 'mon', 1), (2, 'tue', 2)", BY_DAY).version
    mine = write(store, "(3, 'tue', 3)", BY_DAY, seen)
    head = write(store, "(4, 'tue', 4), (5, 'wed', 5)", BY_DAY, seen).version
    mixed = write(store, "(6, 'tue', 6), (7, 'thu', 7)", REPLACE, seen).version

    assert read(store, store.rebase(mine, head).version) == [(1, "mon", 1), (3, "tue", 3), (5, "wed", 5)]
    assert read(store, store.rebase(mine, mixed).version) == [(3, "tue", 3), (7, "thu", 7)]
    assert read(store, store.rebase(mine, None).version) == [(3, "tue", 3)]


@pytest.mark.parametrize("mode", [REPLACE, BY_ID], ids=str)
def test_replace_and_merge_must_be_run_again_on_a_newer_head(store, mode):
    mine = write(store, "(1, 'mon', 1)", mode)

    with pytest.raises(StoreError, match="Run it again on the newest one"):
        store.rebase(mine, None)


def test_compact_keeps_the_rows_in_fewer_parts(store):
    version = write(store, "(0, 'mon', 0)", BY_DAY).version
    for n in range(1, 6):
        version = write(store, f"({n}, 'mon', {n})", APPEND, version).version

    fewer = store.compact(version, "compact")

    assert (len(version.parts), len(fewer.parts)) == (6, 2)
    assert read(store, fewer) == read(store, version)
    assert {part.partition for part in fewer.parts} == {"mon", None}
