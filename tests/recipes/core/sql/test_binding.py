"""Values in SQL are literals in the tree: any text comes back as it went in, and none changes what the query does."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone

import duckdb
import psycopg
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from recipes.core.sql import SqlError, bind, bind_condition, bind_source_query, transpile

DIALECTS = ("duckdb", "postgres")
NASTY = [
    "'", "''", "\\", "\\'", "a'; DROP TABLE x; --", "*/ SELECT 1 /*", "--", "$$", "$a$x$a$", "{{ y }}", "{%", "%s",
    ":x", "?", "$1",
    "E'\\n'", "\n\t\r", "\u2019", "\u202e", "é\u0301", "😀", "x" * 20_000, "NULL", "hub__value__0__",
    "\x01\x7f", "％", "&#39;", "\\u0027",
    "'||(SELECT 1)||'", "') OR ('1'='1", "\x1a",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60),
    st.lists(st.sampled_from(NASTY[:20]), max_size=4).map("".join),
)


def typed(kind: str, value: object) -> dict[str, object]:
    return {"type": kind, "value": value}


def shape(sql: str, dialect: str) -> list[str]:
    """The kinds of all nodes of a query, without what literals say."""
    (tree,) = sqlglot.parse(sql, dialect=dialect)
    return [type(node).__name__ for node in tree.walk()]


@given(TEXTS, st.sampled_from(DIALECTS))
@settings(deadline=None, max_examples=60)
def test_no_text_changes_the_shape_of_a_query(text, dialect):
    sql = "SELECT a, {{ x }} AS y FROM d.t WHERE b = {{ x }} AND c IN {{ l }} AND f(-{{ n }}, {{ x }}) || {{ x }} > 'z'"

    def bound(value: str) -> str:
        return bind(
            sql,
            {"x": typed("text", value), "l": typed("list", [value, "q"]), "n": typed("integer", 5)},
            dialect,
        )

    assert shape(bound(text), dialect) == shape(bound("plain"), dialect)
    other = DIALECTS[dialect == "duckdb"]
    assert shape(transpile(bound(text), dialect, other), other) == shape(
        transpile(bound("plain"), dialect, other), other
    )


@pytest.fixture(scope="module")
def duck():
    with duckdb.connect(":memory:") as connection:
        yield connection


@pytest.fixture(scope="module")
def postgres(postgres_server):
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        yield connection


@given(TEXTS)
@settings(deadline=None, max_examples=60)
def test_any_text_survives_duckdb(duck, text):
    for source in DIALECTS:
        sql = transpile(bind("SELECT {{ x }} AS x", {"x": typed("text", text)}, source), source, "duckdb")
        assert duck.execute(sql).fetchone() == (text,)


@pytest.mark.postgres
@given(TEXTS)
@settings(deadline=None, max_examples=60)
def test_any_text_survives_postgresql(postgres, text):
    for source in DIALECTS:
        sql = transpile(bind("SELECT {{ x }} AS x", {"x": typed("text", text)}, source), source, "postgres")
        assert postgres.execute(sql).fetchone() == (text,)  # no parameters given, so % is not special


SCALARS = st.one_of(
    st.tuples(st.just("integer"), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just("number"), st.floats(-1e300, 1e300, allow_nan=False, allow_subnormal=False)),
    st.tuples(st.just("boolean"), st.booleans()),
    st.tuples(st.just("date"), st.dates(date(1, 1, 1)).map(date.isoformat)),
    st.tuples(st.just("datetime"), st.datetimes(datetime(1000, 1, 1)).map(datetime.isoformat)),
    st.tuples(st.just("text"), TEXTS),
)


def same(kind: str, value: object, found: object) -> bool:
    if kind in {"date", "datetime"}:
        return str(found) == str(value).replace("T", " ")
    if kind == "number":
        return math.isclose(float(found), float(value), rel_tol=1e-12, abs_tol=1e-300)
    return int(found) == value if kind == "integer" else found == value


@given(SCALARS)
@settings(deadline=None, max_examples=60)
def test_every_type_survives_duckdb(duck, pair):
    kind, value = pair
    (found,) = duck.execute(bind("SELECT {{ x }} AS x", {"x": typed(kind, value)})).fetchone()
    assert same(kind, value, found)


@pytest.mark.postgres
@given(SCALARS)
@settings(deadline=None, max_examples=60)
def test_every_type_survives_postgresql(postgres, pair):
    kind, value = pair
    sql = transpile(bind("SELECT {{ x }} AS x", {"x": typed(kind, value)}), "duckdb", "postgres")
    (found,) = postgres.execute(sql).fetchone()
    assert same(kind, value, found)


VALUES = {
    "day": typed("date", "2001-01-05"),
    "moment": typed("datetime", "2001-01-05T10:00:00+02:00"),
    "n": typed("integer", -5),
    "places": typed("list", ["SFO", "O'Hare"]),
    "nobody": typed("list", []),
    "word": typed("text", "it's"),
    "settings": typed("dictionary", {"limit": 3}),
    "yes": typed("boolean", True),
}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT {{ day }}", "SELECT CAST('2001-01-05' AS DATE)"),
        ("SELECT {{ day | add_days(-5) }}", "SELECT CAST('2000-12-31' AS DATE)"),
        ("SELECT {{ moment }}", "SELECT CAST('2001-01-05 10:00:00+02:00' AS TIMESTAMPTZ)"),
        ("SELECT 1 - {{ n }}, -{{ n }}", "SELECT 1 - (-5), -(-5)"),
        ("SELECT x IN {{ places }}, x NOT IN ({{ places }}, 'a') FROM a.b",
         "SELECT x IN ('SFO', 'O''Hare'), NOT x IN ('a', 'SFO', 'O''Hare') FROM a.b"),
        ("SELECT x IN {{ nobody }} FROM a.b", "SELECT FALSE FROM a.b"),
        ("SELECT {{ places }}", "SELECT ['SFO', 'O''Hare']"),
        ("SELECT {{ settings.limit }}", "SELECT 3"),
        ("SELECT {{ word | upper }}", "SELECT 'IT''S'"),
        ("SELECT {{ word }} /* {{ gone }} */ -- {{ gone }}", "SELECT 'it''s'"),
        ("SELECT\n {{\n day\n }}::TEXT", "SELECT CAST(CAST('2001-01-05' AS DATE) AS TEXT)"),
        ("SELECT 1 AS n LIMIT {{ n }}", "SELECT 1 AS n LIMIT (-5)"),
        ("SELECT {{ yes }} AND TRUE", "SELECT TRUE AND TRUE"),
        ("SELECT a FROM b.c", "SELECT a FROM b.c"),
    ],
)  # fmt: skip
def test_each_type_has_its_literal(sql, expected):
    assert bind(sql, VALUES) == expected


@pytest.mark.parametrize(
    ("sql", "code", "line", "column"),
    [
        ("SELECT '{{ day }}'", "quoted-placeholder", 1, 9),
        ("SELECT\n  'from {{ day }} on'", "quoted-placeholder", 2, 9),
        ('SELECT "{{ day }}" FROM a.b', "quoted-placeholder", 1, 9),
        ("SELECT $$ {{ day }} $$", "quoted-placeholder", 1, 11),
        ("SELECT x AS {{ word }} FROM a.b", "value-as-name", 1, 13),
        ("SELECT t.{{ word }} FROM a.b AS t", "value-as-name", 1, 10),
        ("SELECT x::{{ word }} FROM a.b", "value-as-name", 1, 11),
        ("SELECT {{ word }}(1)", "value-as-name", 1, 8),
        ("SELECT * FROM {{ word }}", "value-as-name", 1, 15),
        ("SELECT * FROM a.{{ word }}", "value-as-name", 1, 17),
        ("WITH {{ word }} AS (SELECT 1) SELECT 1", "value-as-name", 1, 6),
        ("SELECT DATE {{ word }}", "value-as-name", 1, 13),
        ("SELECT 1 {% if x %}", "template-statement", 1, 1),
        ("SELECT {{ day | nope }}", "template", 1, 8),
        ("SELECT {{ day.__class__ }}", "template", 1, 8),
        ("SELECT {{ }}", "template", 1, 8),
    ],
)
def test_a_value_is_never_quoted_and_never_a_name(sql, code, line, column):
    with pytest.raises(SqlError) as caught:
        bind(sql, VALUES)

    assert (code, line, column) in [(f.code, f.line, f.column) for f in caught.value.faults]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT {{ settings }}",
        "SELECT {{ gone }}",
        "SELECT INTERVAL {{ word }} DAY",
        "SELECT {{ word | date }}",
    ],
)
def test_a_value_without_a_literal_is_a_fault_in_words(sql):
    with pytest.raises(SqlError, match="cannot be put in"):
        bind(sql, VALUES)


def test_all_unfit_values_are_told_at_once():
    with pytest.raises(SqlError) as caught:
        bind("SELECT {{ settings }}, {{ gone }}", VALUES)

    assert len(caught.value.faults) == 2


def test_binding_twice_gives_the_same_and_leaves_the_kept_tree_alone():
    sql = "SELECT {{ n }} + {{ n }}"
    assert bind(sql, VALUES) == bind(sql, VALUES) == "SELECT (-5) + (-5)"
    assert bind(sql, {"n": typed("integer", 1)}) == "SELECT 1 + 1"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("day = {{ day }}", "(day = CAST('2001-01-05' AS DATE))"),
        ("a IN {{ places }} OR b", "(a IN ('SFO', 'O''Hare') OR b)"),
        ("{{ yes }}", "(TRUE)"),
        ("a IN {{ nobody }}", "(FALSE)"),
        ("x > 0 -- {{ gone }}", "(x > 0)"),
    ],
)
def test_a_condition_is_bound_in_brackets(condition, expected):
    assert bind_condition(condition, VALUES) == expected


@pytest.mark.parametrize(
    "condition",
    ["", "a = 1; DROP TABLE x", "1 = 1) UNION SELECT (2", "1 = 1 UNION SELECT 2", "a ORDER BY b", "a LIMIT 1",
     "a GROUP BY b", "a HAVING b",
     "a IN (SELECT 1)", "EXISTS (SELECT 1 FROM x.y)", "a WINDOW w AS ()", "a FOR UPDATE",
     "a QUALIFY b", "x = '{{ day }}'", "pg_sleep(9)",
     "a = $1", "a = ?", "(a", "a) OR (b", "{{ word }} {{ word }}"],
)  # fmt: skip
def test_a_condition_is_one_expression_and_no_more(condition):
    with pytest.raises(SqlError):
        bind_condition(condition, VALUES)


@given(TEXTS, st.sampled_from(DIALECTS))
@settings(deadline=None, max_examples=60)
def test_no_text_leaves_the_brackets_of_a_condition(text, dialect):
    bound = bind_condition("a = {{ x }} OR b", {"x": typed("text", text)}, dialect)

    where = sqlglot.parse_one(f"SELECT 1 FROM t WHERE c AND {bound}", dialect=dialect).args["where"].this
    assert isinstance(where, exp.And)
    assert isinstance(where.expression, exp.Paren)


def test_the_query_of_a_source_names_tables_of_the_other_side():
    bound = bind_source_query(
        'SELECT * FROM "Orders" o JOIN erp.sales.lines l USING (id) WHERE d >= {{ day }}', VALUES
    )

    assert bound.endswith("WHERE d >= CAST('2001-01-05' AS DATE)")
    for bad in (
        "DELETE FROM x",
        "SELECT 1; SELECT 2",
        "SELECT pg_read_file('x')",
        "SELECT * INTO y FROM x",
        "SELECT '{{ day }}'",
    ):
        with pytest.raises(SqlError):
            bind_source_query(bad, VALUES)


def test_what_the_other_dialect_does_not_know_is_a_fault():
    with pytest.raises(SqlError, match="cannot be carried from duckdb to postgres"):
        transpile("SELECT any_value(a IGNORE NULLS) FROM b.c", "duckdb", "postgres")


def test_a_moment_with_a_zone_is_the_same_moment_on_both_sides(duck):
    zone = timezone(timedelta(hours=2))
    sql = bind("SELECT epoch({{ moment }}) AS at", VALUES)
    assert duck.execute(sql).fetchone() == (
        datetime(2001, 1, 5, 10, tzinfo=zone).astimezone(UTC).timestamp(),
    )
