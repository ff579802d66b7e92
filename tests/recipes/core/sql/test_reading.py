"""What SQL reads is known from its tree, and what is not one reading SELECT is refused with its place."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.core.sql import SqlError, SqlReads, check_for_store, check_select, check_translation, reads
from tests.kitchens.core.stores.test_translate import SAME


@pytest.mark.parametrize(
    ("sql", "datasets", "sources", "values"),
    [
        ("SELECT * FROM a.b", ["a.b"], [], []),
        ("FROM a.b", ["a.b"], [], []),
        ("SELECT 1 AS n;", [], [], []),
        ("(SELECT * FROM a.b) UNION ALL SELECT * FROM a.c", ["a.b", "a.c"], [], []),
        ("WITH x AS (SELECT * FROM a.b), y AS (SELECT * FROM x) SELECT * FROM y JOIN c.d USING (i)", ["a.b", "c.d"], [], []),
        ("WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT * FROM t", [], [], []),
        ("SELECT * FROM (WITH x AS (SELECT * FROM a.b) SELECT * FROM x) AS s", ["a.b"], [], []),
        ("SELECT (SELECT max(d) FROM a.b) AS m FROM source.file AS s WHERE EXISTS (SELECT 1 FROM e.f)",
         ["a.b", "e.f"], ["file"], []),
        ("SELECT * FROM a.b WHERE d = {{ day | add_days(n) }} AND x IN {{ places }}", ["a.b"], [], ["day", "n", "places"]),
        ('SELECT * FROM "a"."b"', ["a.b"], [], []),
        ("SELECT * FROM a.b, UNNEST([1, 2]) AS u, range(3) AS r, generate_series(1, 2) AS g, (VALUES (1)) AS v(x)",
         ["a.b"], [], []),
        ("SELECT * FROM a.b AS x, LATERAL (SELECT * FROM c.d WHERE c.d.i = x.i) AS l", ["a.b", "c.d"], [], []),
        ("SELECT 1 /* FROM x.y */ -- {{ gone }} FROM z.z", [], [], []),
        ("SELECT 'FROM x.y' AS t", [], [], []),
    ],
)  # fmt: skip
def test_datasets_sources_and_values_are_found(sql, datasets, sources, values):
    assert check_select(sql) == []
    assert reads(sql) == SqlReads(tuple(datasets), tuple(sources), tuple(values))


REFUSED = [
    ("", "not-one-statement"),
    ("-- nothing", "not-one-statement"),
    ("SELECT 1; SELECT 2", "not-one-statement"),
    ("SELECT 1; DROP TABLE x", "not-one-statement"),
    ("DELETE FROM a.b", "not-a-select"),
    ("INSERT INTO a.b SELECT 1", "not-a-select"),
    ("UPDATE a.b SET x = 1", "not-a-select"),
    ("MERGE INTO a.b USING c.d ON x = y WHEN MATCHED THEN DELETE", "not-a-select"),
    ("CREATE TABLE x AS SELECT 1", "not-a-select"),
    ("CREATE MACRO m() AS 1", "not-a-select"),
    ("DROP TABLE a.b", "not-a-select"),
    ("TRUNCATE a.b", "not-a-select"),
    ("ALTER TABLE a.b ADD COLUMN x INT", "not-a-select"),
    ("COPY a.b TO 'x.csv'", "not-a-select"),
    ("COPY a.b FROM 'x.csv'", "not-a-select"),
    ("ATTACH 'x.db'", "not-a-select"),
    ("PRAGMA database_list", "not-a-select"),
    ("SET memory_limit = '1TB'", "not-a-select"),
    ("INSTALL httpfs", "not-a-select"),
    ("LOAD httpfs", "not-a-select"),
    ("CALL pragma_version()", "not-a-select"),
    ("EXPLAIN SELECT 1", "not-a-select"),
    ("DESCRIBE a.b", "not-a-select"),
    ("SHOW TABLES", "not-a-select"),
    ("VACUUM", "not-a-select"),
    ("EXPORT DATABASE 'x'", "not-a-select"),
    ("BEGIN", "not-a-select"),
    ("GRANT ALL ON a.b TO x", "not-a-select"),
    ("SELECT * INTO x.y FROM a.b", "not-a-select"),
    ("WITH x AS (INSERT INTO a.b SELECT 1 RETURNING *) SELECT * FROM x", "not-a-select"),
    ("WITH x AS (DELETE FROM a.b RETURNING *) SELECT * FROM x", "not-a-select"),
    ("SELECT * FROM a.b FOR UPDATE", "not-a-select"),
    ("SELECT * FROM 'x.csv'", "bad-dataset-name"),
    ('SELECT * FROM "/etc/passwd"', "bad-dataset-name"),
    ("SELECT * FROM x", "bad-dataset-name"),
    ("SELECT * FROM A.b", "bad-dataset-name"),
    ("SELECT * FROM a.b.c", "bad-dataset-name"),
    ('SELECT * FROM information_schema.tables AS t, pg_catalog.x_y, a."b-c"', "bad-dataset-name"),
    ("SELECT * FROM y WHERE EXISTS (WITH y AS (SELECT 1) SELECT 1)", "bad-dataset-name"),
    ("SELECT * FROM read_csv('/etc/passwd')", "forbidden-function"),
    ("SELECT * FROM read_csv_auto('x')", "forbidden-function"),
    ("SELECT * FROM READ_PARQUET('x')", "forbidden-function"),
    ("SELECT * FROM parquet_scan('x')", "forbidden-function"),
    ("SELECT * FROM read_json('x')", "forbidden-function"),
    ("SELECT * FROM read_text('x')", "forbidden-function"),
    ("SELECT * FROM read_blob('x')", "forbidden-function"),
    ("SELECT * FROM glob('*')", "forbidden-function"),
    ("SELECT * FROM sniff_csv('x')", "forbidden-function"),
    ("SELECT * FROM query('SELECT 1')", "forbidden-function"),
    ("SELECT * FROM query_table('x')", "forbidden-function"),
    ("SELECT * FROM duckdb_settings()", "forbidden-function"),
    ("SELECT * FROM duckdb_secrets()", "forbidden-function"),
    ("SELECT * FROM pragma_database_list()", "forbidden-function"),
    ("SELECT * FROM sqlite_scan('a', 'b')", "forbidden-function"),
    ("SELECT * FROM postgres_scan('a', 'b', 'c')", "forbidden-function"),
    ("SELECT * FROM my_function(1)", "forbidden-function"),
    ("SELECT * FROM a.b, LATERAL read_csv(x)", "forbidden-function"),
    ("SELECT * FROM a.b JOIN read_csv('x') AS c ON TRUE", "forbidden-function"),
    ("SELECT getenv('HOME')", "forbidden-function"),
    ("SELECT current_setting('data_directory')", "forbidden-function"),
    ("SELECT set_config('x', 'y', false)", "forbidden-function"),
    ("SELECT pg_read_file('/etc/passwd')", "forbidden-function"),
    ("SELECT pg_catalog.pg_read_file('/etc/passwd')", "forbidden-function"),
    ("SELECT \"pg_read_file\"('/etc/passwd')", "forbidden-function"),
    ("SELECT PG_SLEEP(100)", "forbidden-function"),
    ("SELECT lo_import('/etc/passwd')", "forbidden-function"),
    ("SELECT * FROM dblink('x', 'y') AS t(a int)", "forbidden-function"),
    ("SELECT query_to_xml('DELETE FROM x', true, true, '')", "forbidden-function"),
    ("SELECT nextval('s')", "forbidden-function"),
    ("SELECT (SELECT x FROM (SELECT pg_sleep(1) AS x) AS y)", "forbidden-function"),
    ("SELECT CASE WHEN TRUE THEN pg_sleep(1) END ORDER BY pg_sleep(2)", "forbidden-function"),
    ("SELECT $1", "foreign-placeholder"),
    ("SELECT ?", "foreign-placeholder"),
    ("SELECT :x", "foreign-placeholder"),
    ("SELECT * FROM a.b WHERE", "sql-syntax"),
    ("SELECT 'open", "sql-syntax"),
    ("SELECT 1 /* open", "sql-syntax"),
    ("SELECT (1", "sql-syntax"),
    ("SELECT 1 FROM a.b WHERE x ==== 2", "sql-syntax"),
    ("SELECT " + "(" * 3000 + "1" + ")" * 3000, "too-deep"),
    ("SELECT 1 AS hub__value__0__", "bad-name"),
    ("SELECT 1 \x00", "bad-name"),
    ("x" * 300_000, "too-large"),
]


@pytest.mark.parametrize(("sql", "code"), REFUSED, ids=range(len(REFUSED)))
@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_anything_but_one_reading_select_is_refused(sql, code, dialect):
    faults = check_select(sql, dialect)

    assert faults, sql[:80]
    assert code in {fault.code for fault in faults} or {f.code for f in faults} <= {
        "not-a-select",
        "sql-syntax",
    }
    assert all(fault.message.endswith((".", "?")) and len(fault.message) < 500 for fault in faults)


def test_all_faults_of_a_select_are_told_with_their_places():
    sql = "SELECT '{{ day }}',\n  getenv('x')\nFROM Sales.orders\nJOIN x ON TRUE"

    assert [(f.code, f.line, f.column) for f in check_select(sql)] == [
        ("quoted-placeholder", 1, 9),
        ("forbidden-function", 2, 3),
        ("bad-dataset-name", 3, 6),
        ("bad-dataset-name", 4, 6),
    ]


def test_places_are_right_behind_long_values():
    sql = "SELECT {{ a_rather_long_name | add_days(-1) }}, {{ b }}, getenv('x') FROM a.b"

    (fault,) = check_select(sql)

    assert sql[fault.column - 1 :].startswith("getenv")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT " + "-" * 20_000 + "1",
        "SELECT " + "NOT " * 20_000 + "TRUE",
        "SELECT 1" + " + 1" * 30_000,
        "SELECT 1 WHERE x = 1" + " AND x = 1" * 10_000,
        "SELECT " + "CASE WHEN TRUE THEN " * 3_000 + "1" + " END" * 3_000,
        "SELECT " + "[" * 199 + "1" + "]" * 199,
        "SELECT 1" + " UNION SELECT 1" * 3_000,
        "SELECT " + "{{ a }}, " * 5_000 + "1",
        "SELECT '" + "''" * 50_000 + "'",
    ],
    ids=range(9),
)
def test_hostile_sql_ends_in_faults_or_nothing_within_bounds(sql):
    start = time.perf_counter()

    check_select(sql)

    assert time.perf_counter() - start < 60


def test_a_hundred_reads_of_the_same_text_cost_one_parse():
    sql = "SELECT a, sum(b) AS s FROM c.d WHERE e = {{ day }} GROUP BY a -- kept"
    check_select(sql)
    from recipes.core.sql.parsing import parse_select

    before = parse_select.cache_info().misses
    for _ in range(100):
        check_select(sql)
        reads(sql)
    assert parse_select.cache_info().misses == before


def test_sql_that_cannot_be_read_has_no_reads():
    with pytest.raises(SqlError) as caught:
        reads("SELECT FROM WHERE")

    assert caught.value.faults[0].code == "sql-syntax"


def test_what_the_other_store_cannot_run_is_a_fault_with_the_dialects_named():
    (fault,) = check_translation("SELECT any_value(a IGNORE NULLS) AS a FROM b.c WHERE d = {{ day }}")

    assert fault.message == (
        "This SQL cannot be carried from duckdb to postgres: PostgreSQL does not support IGNORE NULLS."
    )
    assert check_translation("SELECT a FROM b.c WHERE d IN {{ x }}", "postgres") == []


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT *\nFROM a.t ASOF JOIN a.u ON t.id = u.id AND t.at >= u.at", "does not know ASOF JOIN"),
        ("SELECT id,\n hash(name) AS h FROM a.t", "does not know the function hash()"),
        ("SELECT id,\n list_transform(ids, i -> i + 1) AS h FROM a.t", "a function written with ->"),
        ("SELECT id,\n {'a': id} AS s FROM a.t", "a structure"),
        ("SELECT id,\n n::UTINYINT AS n FROM a.t", "the type UTINYINT"),
        ("SELECT id,\n try_cast(n AS INTERVAL) AS n FROM a.t", "TRY_CAST to interval"),
        ("SELECT 1 AS a UNION BY NAME\nSELECT id AS a FROM a.t", "UNION BY NAME"),
        ("SELECT id\nFROM a.t USING SAMPLE 10%", "a sample of rows"),
    ],
)
def test_what_a_postgresql_store_lacks_is_a_fault_there_and_only_there(sql, words):
    found = check_for_store(sql, "duckdb", "postgresql")

    assert words in found[0].message
    assert found[0].remedy
    assert (found[0].code, check_for_store(sql, "duckdb", "embedded")) == ("not-on-this-store", [])


def test_what_a_store_lacks_is_told_at_its_line():
    sql = "SELECT id, {{ day }} AS day,\n  hash(name) AS h\nFROM a.t"

    (fault,) = check_for_store(sql, "duckdb", "postgresql")
    (in_condition,) = check_for_store("n > 1 AND hash(name) > 2", "duckdb", "postgresql", condition=True)

    assert fault.line == 2
    assert "hash()" in in_condition.message


@pytest.mark.parametrize("sql", SAME)
def test_what_both_stores_answer_alike_is_no_fault(sql):
    if not check_select(sql):  # some of it a recipe may not write, the stores take it all the same
        assert check_for_store(sql, "duckdb", "postgresql") == []


@given(st.text(max_size=80), st.sampled_from(["duckdb", "postgres"]))
@settings(deadline=None, max_examples=60)
def test_no_text_makes_the_check_itself_fail(text, dialect):
    for sql in (text, f"SELECT {text} FROM a.b", f"SELECT {{{{ {text} }}}}"):
        assert isinstance(check_select(sql, dialect), list)
