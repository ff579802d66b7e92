"""SQL of recipes means the same on both stores: DuckDB's answer is compared with PostgreSQL's."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from kitchens.core.stores import open_store
from kitchens.core.stores.base import StoreAddress, StoreError, WriteMode

ROWS = [
    {
        "id": n,
        "day": datetime.date(2020, 1, 1) + datetime.timedelta(days=n * 17),
        "at": datetime.datetime(2020, 1, 1, 3, 4, 5) + datetime.timedelta(hours=n * 31),
        "name": ["Ann", "bob", None, "Cé, cile", "d'Or", 'e"f'][n % 6],
        "grp": "xyz"[n % 3],
        "n": n * 7 % 5,
        "price": Decimal(n * 7) / 4 if n % 4 else None,
        "x": n / 7,
        "ok": n % 2 == 0,
    }
    for n in range(20)
]

SAME = [
    "SELECT id, name FROM a.t",
    "SELECT * FROM a.t",
    "SELECT t.* FROM a.t AS t WHERE t.id < 3",
    "SELECT a.t.id FROM a.t",
    "SELECT T.ID, Name FROM A.T",
    "SELECT * EXCLUDE (name, price) FROM a.t",
    "SELECT * REPLACE (n + 1 AS n) FROM a.t",
    "SELECT grp, count(*), sum(n), avg(n), min(day), max(at) FROM a.t GROUP BY grp",
    "SELECT grp, ok, sum(price) AS total FROM a.t GROUP BY ALL ORDER BY ALL",
    "SELECT grp, avg(price), avg(x), sum(x) FROM a.t GROUP BY 1",
    "SELECT grp, median(n), quantile_cont(x, 0.25) FROM a.t GROUP BY grp",
    "SELECT grp, arg_max(id, x), arg_min(name, x) FROM a.t GROUP BY grp",
    "SELECT grp, count(DISTINCT n), count(*) FILTER (WHERE ok), count_if(n > 2) FROM a.t GROUP BY grp",
    "SELECT grp, string_agg(name, ',' ORDER BY id) FROM a.t GROUP BY grp",
    "SELECT bool_or(ok), bool_and(ok), stddev(x), var_pop(x), corr(x, n) FROM a.t",
    "SELECT grp, any_value(grp) FROM a.t GROUP BY grp",
    "SELECT id, n / 2, n // 2, n % 3, -n, x / 3, 7 / 2 FROM a.t",
    "SELECT id, round(x, 2), floor(x), ceil(x), abs(-x), sqrt(x), power(x, 2), greatest(n, 2), sign(n) FROM a.t",
    "SELECT id, round(price, 1), CAST(price AS INTEGER), CAST(x AS DECIMAL(10, 3)) FROM a.t",
    "SELECT id, upper(name), length(name), name || '!', substr(name, 2, 2), replace(name, 'n', 'm') FROM a.t",
    "SELECT id, lpad(CAST(id AS VARCHAR), 3, '0'), concat(name, grp), concat_ws('-', grp, id), left(name, 2) FROM a.t",
    "SELECT id, contains(name, 'n'), starts_with(name, 'A'), ends_with(name, 'n'), name ILIKE 'a%' FROM a.t",
    "SELECT id, regexp_matches(name, '^[A-Z]'), regexp_extract(name, '([a-z]+)', 1), regexp_replace(name, 'n', 'N') FROM a.t",
    "SELECT id, split_part(name, ',', 1), trim(name), coalesce(name, '-'), nullif(name, 'bob'), ifnull(n, 0) FROM a.t",
    "SELECT id, year(day), month(day), day(day), quarter(day), extract(dow FROM day), dayofweek(day) FROM a.t",
    "SELECT id, hour(at), minute(at), date_trunc('month', day), date_trunc('hour', at), last_day(day) FROM a.t",
    "SELECT id, day + 3, day - 3, day - DATE '2020-01-01', day + INTERVAL 1 MONTH, dayname(day), monthname(day) FROM a.t",
    "SELECT id, date_diff('day', DATE '2020-01-01', day), datediff('month', DATE '2019-11-15', day) FROM a.t",
    "SELECT id, strftime(day, '%Y-%m'), strftime(at, '%H:%M'), strptime('2020/01/31 00:47', '%Y/%m/%d %H:%M') FROM a.t",
    "SELECT id, CAST(at AS DATE), CAST('2020-01-02' AS DATE), make_date(2020, 2, 3), epoch(at) FROM a.t",
    "SELECT id, try_cast(name AS INTEGER), try_cast('12' AS BIGINT), try_cast('x' AS DATE), try_cast(name AS DOUBLE) "
    "FROM a.t",
    "SELECT id, CASE WHEN n > 2 THEN 'high' ELSE 'low' END, if(ok, 1, 0), n BETWEEN 1 AND 3, name IS NULL FROM a.t",
    "SELECT id, n IN (1, 2), name IS DISTINCT FROM 'bob', NOT ok, ok AND n > 1 FROM a.t",
    "SELECT id, row_number() OVER (PARTITION BY grp ORDER BY id), lag(n) OVER (ORDER BY id) FROM a.t",
    "SELECT id, sum(n) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), avg(n) OVER (PARTITION BY grp) FROM a.t",
    "SELECT id, grp FROM a.t QUALIFY row_number() OVER (PARTITION BY grp ORDER BY id DESC) = 1",
    "SELECT DISTINCT grp FROM a.t",
    "SELECT DISTINCT ON (grp) grp, id FROM a.t ORDER BY grp, id",
    "SELECT id FROM a.t ORDER BY name DESC, id LIMIT 5",
    "SELECT id FROM a.t ORDER BY price, id LIMIT 5 OFFSET 2",
    "SELECT t.id, u.id AS other FROM a.t AS t JOIN a.t AS u ON u.id = t.id + 1",
    "SELECT id, t.n, u.n AS m FROM a.t AS t LEFT JOIN (SELECT id, n FROM a.t WHERE ok) AS u USING (id)",
    "SELECT t.id FROM a.t AS t SEMI JOIN (SELECT id FROM a.t WHERE n > 2) AS u USING (id)",
    "SELECT t.id FROM a.t AS t ANTI JOIN (SELECT id FROM a.t WHERE n > 2) AS u ON t.id = u.id",
    "SELECT id FROM a.t WHERE id IN (SELECT max(id) FROM a.t GROUP BY grp)",
    "SELECT id FROM a.t AS t WHERE EXISTS (SELECT 1 FROM a.t AS u WHERE u.id = t.id * 2)",
    "WITH s AS (SELECT grp, sum(n) AS n FROM a.t GROUP BY grp) SELECT s.grp, s.n, t.id FROM s JOIN a.t USING (grp)",
    "WITH t AS (SELECT 1 AS id) SELECT id FROM t",
    "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 5) SELECT i FROM r",
    "SELECT id FROM a.t WHERE ok UNION SELECT id FROM a.t WHERE n = 1",
    "SELECT id FROM a.t EXCEPT SELECT id FROM a.t WHERE ok",
    "SELECT i FROM range(3) r(i)",
    "SELECT i FROM generate_series(1, 3) g(i)",
    "SELECT id, n + 1 AS m, m * 2 AS k FROM a.t WHERE m > 2",
    "SELECT grp AS g, count(*) AS c FROM a.t GROUP BY g HAVING c > 6",
    "SELECT id, 100 * n AS \"n%\", '50%' AS s FROM a.t WHERE name LIKE '%n%'",
    "FROM a.t SELECT id WHERE n = 1",
    "SELECT grp, ok, count(*) FROM a.t GROUP BY ROLLUP (grp, ok)",
    "SELECT count(*) FROM a.t HAVING count(*) > 100",
    "SELECT (SELECT max(n) FROM a.t) AS most, (SELECT count(*) FROM a.t WHERE price IS NULL) AS without",
]  # fmt: skip


@pytest.fixture(scope="module")
def answers(store_database, tmp_path_factory):
    """Both stores with the same table, and a session open on each."""
    sessions = []
    for kind, location in (("embedded", str(tmp_path_factory.mktemp("s"))), ("postgresql", store_database)):
        session = open_store(StoreAddress(kind, location)).session({}, "translate-1")
        session.stage_rows("a.t", ROWS, WriteMode())
        sessions.append(session)
    yield sessions
    for session in sessions:
        session.__exit__(None, None, None)


def plain(value):
    """Return a value as both engines mean it: numbers by size, midnight by its day."""
    if isinstance(value, float | Decimal) and not isinstance(value, bool):
        return round(float(value), 6)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date()
    return value


@pytest.mark.postgres
@pytest.mark.parametrize("sql", SAME)
def test_both_stores_give_the_same_answer(answers, sql):
    duckdb, postgres = (
        sorted((tuple(map(plain, row)) for row in session.query(sql).rows), key=repr) for session in answers
    )

    assert postgres == duckdb


@pytest.mark.postgres
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT grp, sum(n) AS s, count(*) AS c, avg(n) AS a, max(day) AS d FROM a.t GROUP BY grp",
        "SELECT id, n / 2 AS h, year(day) AS y, date_trunc('month', day) AS m, round(x, 2) AS r, name FROM a.t",
        "SELECT id, date_diff('day', DATE '2020-01-01', day) AS d, length(name) AS l FROM a.t",
    ],
)
def test_both_stores_give_columns_the_same_types(answers, sql):
    kept = []
    for session in answers:
        staged = session.stage_sql("a.u", sql, WriteMode())
        kept.append([(column.name, column.type) for column in staged.version.columns])

    assert kept[1] == [(name, "INTEGER" if t == "INT" else t) for name, t in kept[0]]


@pytest.mark.postgres
@pytest.mark.parametrize("sql", ["SELECT hash(name) FROM a.t", "SELECT jaccard(name, 'x') FROM a.t"])
def test_what_postgres_cannot_do_is_told(answers, sql):
    with pytest.raises(StoreError, match=r"PostgreSQL store|refused"):
        answers[1].query(sql)


@pytest.mark.postgres
def test_sql_in_the_servers_own_dialect_runs_as_it_is(answers):
    sql = "SELECT grp, array_agg(id ORDER BY id) AS ids FROM a.t GROUP BY grp"

    assert len(answers[1].query(sql, dialect="postgres").rows) == 3
