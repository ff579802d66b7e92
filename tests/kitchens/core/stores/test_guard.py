"""SQL of a recipe as an attacker would write it: refused by the gate, on both stores, and by the engine below it."""

from __future__ import annotations

import duckdb
import pytest

from kitchens.core.stores.base import Limits, StoreError, WriteMode
from kitchens.core.stores.embedded.bench import Bench
from kitchens.core.stores.guard import check, check_foreign

KNOWN = {"a.t", "a.u"}

ATTACKS = [
    # files and the network
    "SELECT * FROM read_parquet('/etc/x')",
    "SELECT * FROM READ_CSV('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM read_json('/etc/x')",
    "SELECT * FROM read_ndjson_objects('/etc/x')",
    "SELECT content FROM read_text('/etc/passwd')",
    "SELECT (SELECT content FROM read_blob('/etc/passwd'))",
    "SELECT * FROM \"read_text\"('/etc/passwd')",
    "SELECT * FROM main.read_text('/etc/passwd')",
    "SELECT * FROM system.main.read_text('/etc/passwd')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('x')",
    "SELECT * FROM parquet_scan('x')",
    "SELECT * FROM read_duckdb('x')",
    "FROM '/etc/passwd'",
    'SELECT * FROM "/etc/passwd"',
    "SELECT * FROM 'https://example.com/x.parquet'",
    'WITH "/etc/passwd" AS (SELECT 1) SELECT * FROM a.t, (SELECT * FROM "/etc/passwd")',
    # statements
    "COPY a.t TO '/tmp/x'",
    "COPY (SELECT 1) TO '/tmp/x'",
    "COPY a.t FROM PROGRAM 'id'",
    "ATTACH '/tmp/x.db'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET memory_limit = '1TB'",
    "RESET memory_limit",
    "PRAGMA database_list",
    "CALL pragma_version()",
    "CREATE TABLE x AS SELECT 1",
    "CREATE MACRO f() AS 1",
    "DROP TABLE a.t",
    "DELETE FROM a.t",
    "UPDATE a.t SET n = 1",
    "INSERT INTO a.t VALUES (1)",
    "WITH x AS (INSERT INTO a.t VALUES (1) RETURNING *) SELECT * FROM x",
    "WITH x AS (DELETE FROM a.t RETURNING *) SELECT * FROM x",
    "SELECT * INTO x FROM a.t",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE a.t",
    "EXPLAIN ANALYZE SELECT 1",
    "DESCRIBE a.t",
    "SUMMARIZE a.t",
    "SELECT * FROM (DESCRIBE a.t)",
    "SELECT * FROM (SHOW ALL TABLES)",
    "SELECT n FROM a.t FOR UPDATE",
    "VACUUM",
    "DO $$ BEGIN END $$",
    "PREPARE p AS SELECT 1",
    "LISTEN x",
    "",
    "-- nothing",
    "not sql at all (",
    # what the session or the machine knows
    "SELECT getenv('HOME')",
    "SELECT current_setting('temp_directory')",
    "SELECT main.current_setting('temp_directory')",
    "SELECT 'temp_directory'.current_setting()",
    "SELECT getvariable('x')",
    "SELECT current_user",
    "SELECT session_user",
    "SELECT current_database()",
    "SELECT version()",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM pragma_version()",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM pg_class",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM hub_data.hub_parts",
    "SELECT nextval('s')",
    "SELECT txid_current()",
    "SELECT write_log('x')",
    "SELECT inet_server_addr()",
    # SQL within a text
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('a.t')",
    "SELECT * FROM json_execute_serialized_sql('x')",
    "SELECT json_serialize_plan('SELECT * FROM read_text(''/etc/passwd'')')",
    "SELECT query_to_xml('select 1', true, true, '')",
    "SELECT table_to_xml('a', true, true, '')",
    "SELECT * FROM ts_stat('SELECT 1')",
    # PostgreSQL's own doors
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('/')",
    "SELECT * FROM pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_get(1)",
    "SELECT * FROM dblink('host=x', 'select 1') AS t(a int)",
    "SELECT dblink_connect('host=x')",
    "SELECT pg_sleep(10)",
    "SELECT pg_terminate_backend(1)",
    "SELECT pg_notify('x', 'y')",
    "SELECT set_config('role', 'postgres', false)",
    "SELECT pg_advisory_lock(1)",
    "SELECT has_table_privilege('x', 'select')",
    # only waiting or filling
    "SELECT sleep_ms(10000)",
    # names of others
    "SELECT * FROM other.secret",
    "SELECT * FROM t",
    "SELECT * FROM x.a.t",
    "SELECT * FROM memory.a.t",
    "SELECT * FROM source.unknown",
    "SELECT (SELECT max(n) FROM other.secret) FROM a.t",
    "SELECT * FROM a.t WHERE EXISTS (SELECT 1 FROM other.secret)",
    "WITH t AS (SELECT 1) SELECT * FROM other.t",
    # parameters
    "SELECT $1",
    "SELECT ?",
    "SELECT :x",
]


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
@pytest.mark.parametrize("sql", ATTACKS)
def test_only_a_select_over_known_data_passes(sql, dialect):
    with pytest.raises(StoreError) as told:
        check(sql, dialect, KNOWN, ())

    assert str(told.value).endswith((".", "!")) or "cannot be read" in str(told.value)


FINE = [
    "SELECT * FROM a.t",
    "FROM a.t SELECT n",
    "SELECT count(*), avg(n) FROM A.T WHERE n > 1 GROUP BY day HAVING count(*) > 1 ORDER BY 1",
    "WITH x AS (SELECT n FROM a.t), y AS (SELECT n FROM x) SELECT * FROM x JOIN y USING (n)",
    "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT * FROM r",
    "SELECT n FROM a.t UNION ALL SELECT n FROM a.u EXCEPT SELECT 1",
    "SELECT row_number() OVER (PARTITION BY day ORDER BY n) FROM a.t QUALIFY row_number() OVER () = 1",
    "SELECT * EXCLUDE (n) REPLACE (day || 'x' AS day) FROM a.t",
    "SELECT unnest([1, 2]), list_transform([1], x -> x + 1)",
    "SELECT * FROM range(3) r(i), generate_series(1, 2) g(j), unnest([1]) u(k)",
    "SELECT 'pg_read_file', 'DROP TABLE x; -- ' AS text, '/etc/passwd' AS path",
    "SELECT regexp_extract(day, '(\\d+)', 1), strftime(CAST(day AS DATE), '%Y'), now(), current_date FROM a.t",
    "SELECT * FROM (VALUES (1), (2)) AS v(n)",
    "SELECT * FROM source.airports",
    "SELECT n FROM a.t; ",
]


@pytest.mark.parametrize("sql", FINE)
def test_ordinary_sql_passes(sql):
    check(sql, "duckdb", KNOWN, {"airports"})


def test_what_is_read_is_told():
    checked = check('WITH x AS (SELECT * FROM a.t) SELECT * FROM x, A."U", source.f', "duckdb", KNOWN, {"f"})

    assert checked.datasets == {"a.t", "a.u"}
    assert checked.sources == {"f"}


def test_sql_that_is_too_long_or_too_deep_is_refused():
    with pytest.raises(StoreError, match="characters long"):
        check("SELECT " + "1 + " * 60_000 + "1", "duckdb", KNOWN)
    with pytest.raises(StoreError):
        check("SELECT " + "(" * 20_000 + "1" + ")" * 20_000, "duckdb", KNOWN)


@pytest.mark.parametrize(
    "sql", ["SELECT pg_read_file('x')", "DELETE FROM x", "SELECT 1; SELECT 2", "COPY x TO PROGRAM 'id'"]
)
def test_a_query_for_a_foreign_database_is_a_plain_select_too(sql):
    with pytest.raises(StoreError):
        check_foreign(sql)


def test_the_session_runs_the_text_made_from_the_tree(store, attempt):
    with store.session({}, attempt) as session:
        session.query("SELECT 1 AS n -- ; DROP TABLE x\n /* '; SELECT 2 */")

        assert "--" not in session.executed()[0]
        assert "/*" not in session.executed()[0]


def test_a_session_reads_nothing_but_its_manifest(store, attempt):
    with store.session({}, attempt) as session:
        version = session.stage_sql("a.secret", "SELECT 1 AS n", WriteMode()).version
    part = version.parts[0].name

    with store.session({}, attempt) as session:
        for sql in ("SELECT * FROM a.secret", f'SELECT * FROM hub_data."{part}"', f"SELECT * FROM '{part}'"):
            with pytest.raises(StoreError, match="cannot read"):
                session.query(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{outside}')",
        "SELECT * FROM read_text('{root}/parts/../../outside.txt')",
        "SELECT * FROM read_parquet('{other}')",
        "COPY (SELECT 1) TO '{outside}.csv'",
        "COPY (SELECT 1) TO '{other}'",
        "ATTACH '{outside}.db'",
        "SELECT * FROM glob('{root}/**')",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET lock_configuration = false",
        "RESET allowed_paths",
        "SET threads = 64",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM 'https://example.com/x.csv'",
        "CREATE SECRET s (TYPE s3)",
        "EXPORT DATABASE '{outside}.d'",
    ],
)
def test_the_engine_itself_is_locked_should_the_gate_ever_fail(embedded, tmp_path, sql, attempt):
    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    with embedded.session({}, "other-1") as session:
        other = session.stage_sql("a.t", "SELECT 1 AS n", WriteMode()).version.parts[0].name
    bench = Bench.open(embedded.root, attempt, [], Limits())

    with pytest.raises((StoreError, duckdb.Error)):
        bench.connection.execute(sql.format(outside=outside, root=embedded.root, other=embedded.root / other))

    bench.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drop", "outside.txt", "snapshots"]


@pytest.mark.postgres
def test_a_postgres_query_runs_read_only(store_database, attempt):
    from kitchens.core.stores.postgresql.bench import Bench as PostgresBench

    bench = PostgresBench.open(store_database, attempt, Limits())

    with pytest.raises(StoreError, match="read-only"):
        bench.rows(
            "WITH x AS (INSERT INTO hub_data.hub_parts VALUES ('a', 'b', 'c') RETURNING 1) SELECT * FROM x"
        )
    bench.close()
