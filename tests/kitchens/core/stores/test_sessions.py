"""What a session shows and takes, on both stores."""

from __future__ import annotations

import datetime
import json
import uuid
from decimal import Decimal

import pytest

from kitchens.core.stores.base import Column, Staged, StoreError, Version, WriteMode

REPLACE, APPEND = WriteMode(), WriteMode("append")
UTC = datetime.UTC


def test_reads_see_what_the_session_itself_has_staged(store, attempt):
    with store.session({}, attempt) as session:
        session.stage_sql("a.one", "SELECT 1 AS n", REPLACE)
        assert session.query("SELECT n FROM a.one").rows == ((1,),)
        session.stage_sql("a.one", "SELECT n + 1 AS n FROM a.one", REPLACE)
        assert session.query("SELECT n FROM a.one").rows == ((2,),)
        session.stage_sql("a.two", "SELECT n * 10 AS n FROM a.one", REPLACE)
        assert session.query("SELECT one.n, two.n FROM a.one CROSS JOIN a.two").rows == ((2, 20),)


def test_a_pinned_version_stays_what_it_was(store, attempt):
    with store.session({}, attempt) as session:
        old = session.stage_sql("a.t", "SELECT 1 AS n", REPLACE).version
    with store.session({"a.t": old}, attempt) as session:
        session.stage_sql("a.t", "SELECT 2 AS n", REPLACE)

    with store.session({"a.t": old}, attempt) as session:
        assert session.query("SELECT n FROM a.t").rows == ((1,),)


def test_versions_and_staged_ones_survive_the_pipe(store, attempt):
    with store.session({}, attempt) as session:
        staged = session.stage_sql("a.t", "SELECT 1 AS day, 2 AS n", WriteMode("replace_partition", ("day",)))

    assert Staged.from_dict(json.loads(json.dumps(staged.as_dict()))) == staged
    assert Version.from_dict(json.loads(json.dumps(staged.version.as_dict()))) == staged.version


def test_a_query_tells_columns_and_respects_its_limit(store, attempt):
    with store.session({}, attempt) as session:
        result = session.query(
            "SELECT CAST(i AS BIGINT) AS id, 'x' AS name FROM range(10) r(i) ORDER BY i", limit=2
        )

    assert result.columns == (Column("id", "BIGINT"), Column("name", "VARCHAR"))
    assert result.rows == ((0, "x"), (1, "x"))


def test_executed_tells_what_ran(store, attempt):
    with store.session({}, attempt) as session:
        session.stage_sql("a.t", "SELECT 1 AS n", REPLACE)
        session.query("SELECT sum(n) FROM a.t")

        assert len(session.executed()) == 2
        assert "SUM" in session.executed()[1].upper()


EVERY_TYPE = {
    "i": (1, "BIGINT"),
    "f": (1.5, "DOUBLE"),
    "s": ('he said "hi"\n,\\N', "VARCHAR"),
    "d": (datetime.date(2020, 1, 2), "DATE"),
    "t": (datetime.datetime(2020, 1, 2, 3, 4, 5, 678), "TIMESTAMP"),
    "z": (datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), "TIMESTAMP WITH TIME ZONE"),
    "tm": (datetime.time(1, 2, 3), "TIME"),
    "b": (b"\x00\xff'\"", "BLOB"),
    "n": (Decimal("12.50"), "DECIMAL(18,2)"),
    "u": (uuid.UUID(int=7), "UUID"),
    "o": (True, "BOOLEAN"),
    "v": (datetime.timedelta(days=1, seconds=3), "INTERVAL"),
}


def test_rows_keep_their_values_and_types(store, attempt):
    row = {name: value for name, (value, _) in EVERY_TYPE.items()}
    with store.session({}, attempt) as session:
        staged = session.stage_rows("a.t", [row, {}, {"s": r"\N"}, {"s": ""}], REPLACE)
        rows = session.query("SELECT * FROM a.t").rows

    assert {c.name: c.type for c in staged.version.columns} == {n: t for n, (_, t) in EVERY_TYPE.items()}
    assert tuple(row.values()) in rows
    assert (None,) * len(row) in rows
    assert {values[2] for values in rows} == {row["s"], None, r"\N", ""}


def test_lists_and_dictionaries_are_kept_as_json(store, attempt):
    with store.session({}, attempt) as session:
        staged = session.stage_rows("a.t", [{"j": {"a": [1, "x"]}}, {"j": [1, None]}], REPLACE)
        rows = session.query("SELECT j FROM a.t").rows

    assert staged.version.columns[0].type == "JSON"
    assert {json.dumps(json.loads(row[0])) for row in rows} == {'{"a": [1, "x"]}', "[1, null]"}


def test_rows_take_the_types_the_dataset_has(store, attempt):
    with store.session({}, attempt) as session:
        base = session.stage_rows("a.t", [{"x": 1.5, "y": datetime.date(2020, 1, 1)}], REPLACE).version
    with store.session({"a.t": base}, attempt) as session:
        new = session.stage_rows("a.t", [{"x": 2, "y": None}], APPEND).version
        nothing = session.stage_rows("a.t", [], APPEND).version

    assert new.columns == base.columns
    assert nothing.rows == 1


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"x": 1}, {"x": "one"}], "holds both BIGINT and VARCHAR .row 2"),
        ([{"x": object()}], "holds a object"),
        ([{"x": "a\x00b"}], "NUL"),
        ([], "No rows and no columns"),
        ([{"x": 2**70}], "too large"),
        ([{3: 1}], "a column's name is a text"),
    ],
)
def test_rows_that_no_column_can_hold_are_refused(store, rows, told, attempt):
    with store.session({}, attempt) as session, pytest.raises(StoreError, match=told):
        session.stage_rows("a.t", rows, REPLACE)


def test_given_columns_decide_the_types(store, attempt):
    with store.session({}, attempt) as session:
        staged = session.stage_rows(
            "a.t", [{"x": "7"}], REPLACE, [Column("x", "INTEGER"), Column("y", "DATE")]
        )

        assert session.query("SELECT x, y FROM a.t").rows == ((7, None),)
    assert [column.type for column in staged.version.columns] == ["INTEGER", "DATE"]


def test_a_value_that_does_not_fit_its_column_is_refused(store, attempt):
    with store.session({}, attempt) as session, pytest.raises(StoreError):
        session.stage_rows("a.t", [{"x": "seven"}], REPLACE, [Column("x", "INTEGER")])


@pytest.mark.parametrize(
    ("name", "text"),
    [("x.csv", "a,b\n1,one\n2,\n"), ("x.json", '[{"a": 1, "b": "one"}, {"a": 2, "b": null}]')],
)
def test_a_file_of_the_node_is_taken_in(store, tmp_path, name, text, attempt):
    (tmp_path / name).write_text(text)
    with store.session({}, attempt) as session:
        staged = session.stage_file("a.t", tmp_path / name, REPLACE)

        assert session.query("SELECT a, b FROM a.t ORDER BY a").rows == ((1, "one"), (2, None))
    assert (tmp_path / name).exists()
    assert staged.version.rows == 2


def test_a_file_that_is_not_there_or_broken_is_told(store, tmp_path, attempt):
    (tmp_path / "broken.parquet").write_text("no parquet")
    with store.session({}, attempt) as session:
        with pytest.raises(StoreError, match=r"no file"):
            session.stage_file("a.t", tmp_path / "none.csv", REPLACE)
        with pytest.raises(StoreError, match=r"parquet|Parquet"):
            session.stage_file("a.t", tmp_path / "broken.parquet", REPLACE)
        with pytest.raises(StoreError, match="format"):
            session.stage_file("a.t", tmp_path / "x.exe", REPLACE)


@pytest.mark.parametrize("attempt_name", ["../x", "a/b", "", "a b", "x" * 81, "a.b", "a'b"])
def test_an_attempt_cannot_name_another_place(store, attempt_name):
    with pytest.raises(StoreError, match="cannot name an attempt"):
        store.session({}, attempt_name)


@pytest.mark.parametrize("dataset", ["../x.y", "a", "a.b.c", "A.b", "a.b'; drop", ""])
def test_a_dataset_has_a_plain_name(store, dataset, attempt):
    with store.session({}, attempt) as session, pytest.raises(StoreError, match="not a dataset's name"):
        session.stage_sql(dataset, "SELECT 1 AS n", REPLACE)


def test_a_sample_shows_rows_without_a_session(store, attempt):
    with store.session({}, attempt) as session:
        at = datetime.datetime(2020, 1, 1, tzinfo=UTC)
        version = session.stage_rows("a.t", [{"n": n, "at": at} for n in range(50)], REPLACE).version

    sample = store.sample(version, 3)

    assert len(sample.rows) == 3
    assert sample.rows[0][1] == at


def test_a_fault_of_the_engine_is_a_sentence_without_the_place_of_the_store(store, attempt):
    with store.session({}, attempt) as session, pytest.raises(StoreError) as fault:
        session.query("SELECT CAST('x' AS INTEGER)")

    assert str(fault.value)[0].isupper()
    assert "snapshots" not in str(fault.value)
    assert "LINE" not in str(fault.value)
