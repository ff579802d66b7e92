"""SQL that means one thing to the parser and another to the engine."""

import re

import pytest

from kitchens.core.stores import guard
from kitchens.core.stores.base import StoreError, WriteMode
from recipes.core.sql import check_select

EVIL = "zz)/**/ZZ --"
QUOTED = [f'"{EVIL}"', f"'{EVIL}'", f"$q${EVIL}$q$", f"e'{EVIL}'"]
WORDS = re.compile(r"[A-Za-z_]+|'[^']*'|\d+")
SELECTS = [
    "SELECT EXTRACT(year FROM a) FROM d.t",
    "SELECT CAST(a AS integer), a::decimal(10,2), TRY_CAST(a AS date) FROM d.t",
    "SELECT date_add(a, 1, day), date_bin(interval '1' day, a, b) FROM d.t",
    "SELECT a COLLATE nocase FROM d.t ORDER BY a",
    "SELECT foo(a, b := 1, c => 2), pg_catalog.foo(a) FROM d.t",
    "SELECT sum(a) OVER w FROM d.t WINDOW w AS (PARTITION BY b)",
    "SELECT a OPERATOR(pg_catalog.+) b FROM d.t AS x (a, b)",
    "SELECT * EXCLUDE (a) REPLACE (b AS c) FROM d.t",
    "SELECT list_transform(a, x -> x + 1), [x for x in a if x > 1] FROM d.t",
    "SELECT CAST(a AS s.mytype), CAST(a AS varchar(10)[]), CAST(a AS STRUCT(x INT, y TEXT)) FROM d.t",
]
OUT_OF_SIGHT = [
    "WITH pg_authid AS (SELECT * FROM pg_authid) SELECT * FROM pg_authid",
    "WITH x AS (SELECT * FROM pg_authid), pg_authid AS (SELECT 1 AS a) SELECT * FROM x",
    "WITH RECURSIVE pg_authid AS (SELECT * FROM pg_authid) SELECT * FROM pg_authid",
    "WITH RECURSIVE pg_authid AS (SELECT a FROM pg_authid UNION SELECT 1) SELECT * FROM pg_authid",
    "WITH RECURSIVE x AS (SELECT * FROM pg_authid), pg_authid AS (SELECT 1 AS a) SELECT * FROM x",
    "SELECT * FROM pg_authid, (WITH pg_authid AS (SELECT 1 AS a) SELECT * FROM pg_authid) AS y",
]
IN_SIGHT = [
    "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n WHERE x < 3) SELECT * FROM n",
    "WITH a AS (SELECT 1 AS x), b AS (SELECT * FROM a) SELECT * FROM b WHERE EXISTS (SELECT 1 FROM A)",
    "WITH a AS (WITH b AS (SELECT 1 AS x) SELECT * FROM b) SELECT * FROM a UNION SELECT * FROM a",
]
DIALECTS = pytest.mark.parametrize("dialect", ["duckdb", "postgres"])


@DIALECTS
@pytest.mark.parametrize("select", SELECTS)
def test_what_stood_in_quotes_is_never_written_without_them(select, dialect):
    for word in WORDS.finditer(select):
        for quoted in QUOTED:
            sql = select[: word.start()] + quoted + select[word.end() :]
            try:
                text = guard.check(sql, dialect, {"d.t"}).tree.sql(dialect=dialect, comments=False)
            except StoreError:
                continue
            bare = re.sub(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", "", text)
            assert not re.search("zz|--", bare, re.IGNORECASE), text


@DIALECTS
@pytest.mark.parametrize("sql", OUT_OF_SIGHT)
def test_a_part_of_with_hides_no_table_of_the_catalog(sql, dialect):
    with pytest.raises(StoreError, match="reads pg_authid"):
        guard.check(sql, dialect, ())

    assert check_select(sql, dialect)


@DIALECTS
@pytest.mark.parametrize("sql", IN_SIGHT)
def test_a_part_of_with_is_seen_where_sql_says_so(sql, dialect):
    assert not guard.check(sql, dialect, ()).datasets
    assert check_select(sql, dialect) == []


@DIALECTS
@pytest.mark.parametrize("name", ["regclass", "regrole", "pg_catalog.regproc", '"regrole"'])
def test_types_that_look_into_the_catalog_are_refused(name, dialect):
    with pytest.raises(StoreError, match="catalog"):
        guard.check(f"SELECT CAST('10' AS {name}) AS a", dialect, ())


def test_a_recipe_with_sql_in_the_quotes_of_a_word_has_a_fault():
    found = check_select("SELECT EXTRACT(\"year FROM a), getenv('HOME') --\" FROM a) FROM d.t", "duckdb")

    assert [fault.code for fault in found] == ["bad-name"]


@pytest.mark.postgres
def test_a_statement_of_the_postgresql_store_is_one_and_no_more(postgres_url):
    from kitchens.core.stores.base import Limits
    from kitchens.core.stores.postgresql.bench import Bench

    bench = Bench.open(postgres_url, "a1", Limits())
    try:
        with pytest.raises(StoreError, match="multiple commands"):
            bench.result("SELECT 1; COMMIT; CREATE TABLE public.mine (a int)")
        with pytest.raises(StoreError, match="multiple commands"):
            bench.write("d.t", "SELECT 1 AS a) AS b; CREATE TABLE public.mine (a int); SELECT (1", [])
    finally:
        bench.close()


def test_a_sample_of_huge_values_is_small(store, attempt):
    sql = "SELECT repeat('x', 3000000) AS a, 1 AS b, repeat('y', 5) AS c"
    with store.session({}, attempt) as session:
        staged = session.stage_sql("d.t", sql, WriteMode())

    found = store.sample(staged.version)

    assert found.columns == staged.version.columns
    assert [len(found.rows[0][0]), found.rows[0][1:]] == [2000, (1, "yyyyy")]


def test_sql_of_too_many_words_is_a_fault_at_once():
    found = check_select("SELECT a" + "[1]" * 20_000 + " FROM d.t", "duckdb")

    assert [fault.code for fault in found] == ["too-large"]
