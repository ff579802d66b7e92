"""Sources of every kind, on both stores: files below allowed folders, addresses, databases."""

from __future__ import annotations

import gzip
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import psycopg
import pytest

from kitchens.core.stores import open_store
from kitchens.core.stores.base import DataStore, Source, StoreError, WriteMode
from kitchens.core.stores.fetching import is_public
from kitchens.core.stores.sources import SourceRules


def read(store: DataStore, attempt: str, source: Source, sql: str = "SELECT * FROM source.x", **given):
    with store.session({}, attempt, sources={"x": replace(source, name="x")}, **given) as session:
        return session.query(sql)


def types_of(store: DataStore, attempt: str, source: Source) -> dict[str, str]:
    with store.session({}, attempt, sources={"x": replace(source, name="x")}) as session:
        return {column.name: column.type for column in session.columns("source.x")}


def test_csv_is_read_with_names_and_types(store, drop, attempt):
    (drop / "x.csv").write_text('id;day;price;note\n1;2020-01-02;1,5;"a;b"\n2;2020-01-03;NA;\n')
    options = {"delimiter": ";", "nulls": ["NA", ""], "decimal": ",", "types": {"price": "DECIMAL(10,2)"}}
    source = Source("x", location="x.csv", options=options)

    assert types_of(store, attempt, source) == {
        "id": "BIGINT", "day": "DATE", "price": "DECIMAL(10,2)", "note": "VARCHAR",
    }  # fmt: skip
    rows = read(store, attempt, source).rows
    assert [(row[0], row[2], row[3]) for row in rows] == [(1, Decimal("1.50"), "a;b"), (2, None, None)]


@pytest.mark.parametrize("divider", [";", "|", "\t", " "])
def test_a_file_of_one_column_keeps_its_rows_whatever_stands_in_them(store, drop, attempt, divider):
    values = [f"one{divider}two", f"three{divider}four", "five"]
    (drop / "notes.csv").write_text("\n".join(["note", *values]) + "\n")
    with gzip.open(drop / "notes.csv.gz", "wt") as file:
        file.write("\n".join(["# written by hand", "note", *values[:1]]) + "\n")

    packed = Source("packed", "notes.csv.gz", options={"skip": 1})
    sources = {"notes": Source("notes", "notes.csv"), "packed": packed}
    with store.session({}, attempt, sources=sources) as session:
        assert sorted(row[0] for row in session.query("SELECT note FROM source.notes").rows) == sorted(values)
        assert session.query("SELECT note FROM source.packed").rows == ((values[0],),)


def test_the_divider_is_still_found_where_the_first_line_has_one(store, drop, attempt):
    (drop / "pairs.csv").write_text("a;b\n1;2\n3;4\n")

    with store.session({}, attempt, sources={"pairs": Source("pairs", "pairs.csv")}) as session:
        assert session.query("SELECT a, b FROM source.pairs ORDER BY a").rows == ((1, 2), (3, 4))


def test_dat_has_no_header_and_its_own_null(store, drop, attempt):
    (drop / "x.dat").write_text('1,"Goroka, PG",\\N\n2,"say ""hi""","\\N"\n')
    source = Source("x", location="x.dat", options={"names": ["id", "name", "code"]})

    assert read(store, attempt, source).rows == ((1, "Goroka, PG", None), (2, 'say "hi"', None))


@pytest.mark.parametrize("text", ['[{"a": 1, "b": "x"}, {"a": 2}]', '{"a": 1, "b": "x"}\n{"a": 2}\n'])
def test_json_is_an_array_or_lines(store, drop, attempt, text):
    (drop / "x.json").write_text(text)

    assert read(store, attempt, Source("x", location="x.json")).rows == ((1, "x"), (2, None))


def test_json_times_can_be_given_a_form(store, drop, attempt):
    (drop / "x.json").write_text('[{"at": "2001/01/31 00:47"}]')
    options = {"types": {"at": "TIMESTAMP"}, "timestamp_format": "%Y/%m/%d %H:%M"}

    assert types_of(store, attempt, Source("x", location="x.json", options=options)) == {"at": "TIMESTAMP"}


def test_gzip_is_seen_through(store, drop, attempt):
    (drop / "x.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))

    assert read(store, attempt, Source("x", location="x.csv.gz")).rows == ((1, 2),)


def test_parquet_is_read(store, drop, attempt):
    duckdb.sql("SELECT 1 AS a, [1, 2] AS l").write_parquet(str(drop / "x.parquet"))

    assert read(store, attempt, Source("x", location="x.parquet"), "SELECT a FROM source.x").rows == ((1,),)


@pytest.mark.parametrize("form", ["file", "stream"])
@pytest.mark.parametrize("compression", [None, "LZ4", "ZSTD"])
def test_arrow_is_read_in_both_forms_compressed_or_not(store, drop, attempt, form, compression):
    import arro3.core
    import arro3.io

    table = arro3.core.Table.from_pydict({"a": arro3.core.Array([1, 2], arro3.core.DataType.int64())})
    write = arro3.io.write_ipc if form == "file" else arro3.io.write_ipc_stream
    write(table, drop / "x.arrow", compression=compression)

    assert sorted(read(store, attempt, Source("x", location="x.arrow")).rows) == [(1,), (2,)]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (Source("x", location="none.csv"), "There is no file none.csv"),
        (Source("x", location="../outside.csv"), "not a plain path"),
        (Source("x", location="/etc/passwd", format="csv"), "There is no file"),
        (Source("x", location="link.csv"), "There is no file"),
        (Source("x", location="folder.csv"), "There is no file"),
        (Source("x", location="odd.xyz"), "format of odd.xyz is not known"),
        (Source("x", location="x.csv", options={"all_varchar": True}), "no option all_varchar"),
        (Source("x", location="x.csv", options={"types": {"a": "INT); DROP"}}), "not a type"),
        (Source("x", location="x.csv", options={"types": {"zz": "BIGINT"}}), "zz"),
        (Source("x", connection="none", table="t"), "connection none, which this kitchen does not have"),
        (Source("x", location="file:///etc/passwd", format="csv"), "not an http or https address"),
        (Source("x", location="s3://bucket/x.csv"), "not an http or https address"),
    ],
)
def test_what_may_not_be_read_is_refused_in_words(store, drop, tmp_path, attempt, source, told):
    (tmp_path / "outside.csv").write_text("a\n1\n")
    (drop / "link.csv").symlink_to(tmp_path / "outside.csv")
    (drop / "folder.csv").mkdir()
    (drop / "x.csv").write_text("a\n1\n")
    (drop / "odd.xyz").write_text("a\n1\n")

    with pytest.raises(StoreError, match=told):
        read(store, attempt, source)


def test_a_broken_file_is_told(store, drop, attempt):
    (drop / "x.json").write_text('[{"a": 1}, {"a": ')

    with pytest.raises(StoreError):
        read(store, attempt, Source("x", location="x.json"))


class Site(http.server.BaseHTTPRequestHandler):
    """A small web site with every answer a fetch may meet."""

    def do_GET(self) -> None:
        if self.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/moved"))
            self.end_headers()
        elif self.path.startswith("/loop"):
            self.send_response(302)
            self.send_header("Location", self.path)
            self.end_headers()
        elif self.path.startswith("/x.csv"):
            body = b"a,b\n1,one\n"
            self.send_response(200)
            self.send_header("Content-Length", str(len(body) + (10 if "short" in self.path else 0)))
            self.end_headers()
            self.wfile.write(body)
        else:
            self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def inside(store, drop) -> DataStore:
    """The store of a hub whose operator allows private addresses."""
    store.source_rules = SourceRules(roots=(str(drop),), allow_private=True)
    return store


def test_an_address_is_fetched(inside, site, attempt):
    assert read(inside, attempt, Source("x", location=f"{site}/x.csv?key=1")).rows == ((1, "one"),)
    assert read(inside, attempt, Source("x", location=f"{site}/moved/x.csv", format="csv")).rows == (
        (1, "one"),
    )


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/none.csv", "answered 404"),
        ("/loop.csv", "redirects more than 5 times"),
        ("/x.csv?short=1", "too early|could not be fetched"),
        ("/moved/file:///etc/passwd.csv", "answered 404|not an http"),
    ],
)
def test_an_address_that_gives_no_file_is_told_without_its_query(embedded, drop, site, attempt, path, told):
    embedded.source_rules = SourceRules(roots=(str(drop),), allow_private=True)

    with pytest.raises(StoreError, match=told) as fault:
        read(embedded, attempt, Source("x", location=site + path, format="csv"))

    assert "?" not in str(fault.value)


def test_too_large_and_too_slow_answers_end(embedded, drop, site, attempt):
    source = Source("x", location=f"{site}/x.csv")

    embedded.source_rules = SourceRules(allow_private=True, most_bytes=5)
    with pytest.raises(StoreError, match="larger than"):
        read(embedded, attempt, source)
    embedded.source_rules = SourceRules(allow_private=True, seconds=-1)
    with pytest.raises(StoreError, match="took longer than"):
        read(embedded, attempt, source)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "0x7f.1"],  # noqa: S104
)
def test_private_addresses_are_refused_unless_allowed(embedded, site, attempt, host):
    port = urlsplit(site).port

    with pytest.raises(StoreError, match=r"private network|could not be fetched"):
        read(embedded, attempt, Source("x", location=f"http://{host}:{port}/x.csv"))


def test_a_password_in_an_address_is_refused(embedded, attempt):
    with pytest.raises(StoreError, match="holds a user or password") as told:
        read(embedded, attempt, Source("x", location="http://me:hidden@example.com/x.csv"))

    assert "hidden" not in str(told.value)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("::10.0.0.1", False),
        ("::ffff:0:a00:1", False),
        ("fec0::1", False),
    ],
)
def test_which_addresses_are_public(address, public):
    assert is_public(address) is public


@pytest.fixture
def shop(postgres_url: str) -> dict:
    """A foreign database with one table of many types, and how to connect to it."""
    with psycopg.connect(postgres_url, autocommit=True) as link:
        link.execute(
            "CREATE TABLE orders AS SELECT i AS id, 'n' || i AS name, (i * 1.5)::numeric(10,2) AS price, "
            "date '2020-01-01' + i AS day, array[i, 2] AS tags, '{\"a\": 1}'::jsonb AS doc, "
            "'\\xdead'::bytea AS raw, NULL::text AS nothing, E'a\"b\\n,\\\\N' AS odd FROM generate_series(1, 3) i"
        )
    parts = urlsplit(postgres_url)
    return {
        "host": parts.hostname, "port": parts.port or 5432, "database": parts.path[1:],
        "user": parts.username or "postgres", "password": parts.password or "", "sslmode": "disable",
    }  # fmt: skip


@pytest.mark.postgres
@pytest.mark.parametrize("source", [Source("x", connection="shop", table="public.orders"),
                                    Source("x", connection="shop", query="SELECT * FROM orders WHERE id < 9")])  # fmt: skip
def test_a_table_or_query_of_a_database_is_streamed(store, shop, attempt, source):
    result = read(store, attempt, source, "SELECT * FROM source.x ORDER BY id", connections={"shop": shop})

    assert [c.type for c in result.columns][:4] == ["INTEGER", "VARCHAR", "DECIMAL(10,2)", "DATE"]
    assert len(result.rows) == 3
    assert result.rows[0][:3] == (1, "n1", Decimal("1.50"))
    assert result.rows[0][6:] == (b"\xde\xad", None, 'a"b\n,\\N')


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("source", "told"),
    [
        (Source("x", connection="shop", query="DELETE FROM orders"), "has to be a SELECT"),
        (Source("x", connection="shop", query="SELECT pg_read_file('/etc/passwd')"), "may not be used"),
        (Source("x", connection="shop", table="none"), "could not be read over the connection shop"),
        (Source("x", connection="shop"), "neither a query nor a table"),
    ],
)
def test_a_database_source_that_cannot_be_read_is_told(store, shop, attempt, source, told):
    with pytest.raises(StoreError, match=told):
        read(store, attempt, source, connections={"shop": shop})


@pytest.mark.postgres
def test_a_wrong_password_is_never_shown(store, shop, attempt):
    wrong = {**shop, "user": "nobody_there", "password": "very-secret"}

    with pytest.raises(StoreError) as told:
        read(store, attempt, Source("x", connection="shop", table="orders"), connections={"shop": wrong})

    assert "very-secret" not in str(told.value)


AVIATION = {  # counted in the raw files by lines, or objects
    "airlines.dat": 6162,
    "airports.dat": 7698,
    "countries.dat": 261,
    "planes.dat": 246,
    "routes.dat": 67663,
    "bts_flights_20k.json": 20000,
    "bts_flights_airport_2008.csv": 5366,
    "faa_airports.csv": 3376,
    "nyc_airlines.csv": 16,
    "nyc_airports.csv": 1458,
    "nyc_planes.csv": 3322,
    "nyc_weather.csv": 26115,
}


def test_real_files_are_read_to_the_last_row(store, aviation_data: Path, attempt):
    rules = SourceRules(roots=(str(aviation_data),))
    location = store.url if store.kind == "postgresql" else str(store.root)
    reader = open_store(type_of_address(store.kind, location), rules)
    sources = {name.split(".")[0]: Source(name.split(".")[0], location=name) for name in AVIATION}

    with reader.session({}, attempt, sources=sources) as session:
        counted = {
            name: session.query(f"SELECT count(*) FROM source.{name.split('.')[0]}").rows[0][0]
            for name in AVIATION
        }
        orphans = session.query(
            "SELECT count(*) FROM source.routes AS r WHERE r.column3 IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM source.airports AS a WHERE a.column00 = r.column3)"
        ).rows

    assert counted == AVIATION
    assert orphans[0][0] > 0


def type_of_address(kind: str, location: str):
    from kitchens.core.stores.base import StoreAddress

    return StoreAddress(kind, location)


def test_a_source_can_be_staged(store, drop, attempt):
    (drop / "x.csv").write_text("a,b\n1,one\n2,two\n")
    with store.session({}, attempt, sources={"x": Source("x", location="x.csv")}) as session:
        staged = session.stage_sql("a.t", "SELECT a, upper(b) AS b FROM source.x", WriteMode())

    assert sorted(store.sample(staged.version).rows) == [(1, "ONE"), (2, "TWO")]
