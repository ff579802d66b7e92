"""From a file to a SELECT of DuckDB over it: formats, their options, and the types its columns get."""

from __future__ import annotations

import gzip
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from kitchens.core.stores.base import Column, StoreError
from kitchens.core.stores.rows import NULL
from kitchens.core.stores.schema import kept_type
from kitchens.core.stores.text import literal, literals, quote

SUFFIXES: Mapping[str, str] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".dat": "dat",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
}
FORMATS = ("csv", "dat", "json", "parquet", "arrow")
TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_ ]*(\(\d+(, ?\d+)?\))?(\[\])*\Z")
COPIED_BELOW = 16 * 1024**2  # bytes: smaller files of text are read once, into memory
SAMPLE_ALL_BELOW = 256 * 1024**2  # bytes: types of smaller files are found from every row
TEXT_OPTIONS: Mapping[str, str] = {  # ours -> DuckDB's
    "delimiter": "delim",
    "quote": "quote",
    "escape": "escape",
    "comment": "comment",
    "date_format": "dateformat",
    "timestamp_format": "timestampformat",
    "decimal": "decimal_separator",
    "encoding": "encoding",
}
CSV_OPTIONS = {*TEXT_OPTIONS, "header", "nulls", "names", "types", "skip"}
OPTIONS: Mapping[str, set[str]] = {
    "csv": CSV_OPTIONS,
    "dat": CSV_OPTIONS,
    "json": {"lines", "types", "date_format", "timestamp_format"},
    "parquet": {"types"},
    "arrow": {"types"},
}
DIVIDERS = (b",", b";", b"|", b"\t")  # that DuckDB tries, but for blanks
LONGEST_LINE = 1024 * 1024
DAT: Mapping[str, Any] = {"header": False, "delimiter": ",", "quote": '"', "escape": '"', "nulls": NULL}


def format_of(name: str, told: str = "") -> str:
    """Return the format of a file, told or known by its suffix (of what is before .gz)."""
    suffix = Path(name.lower().removesuffix(".gz")).suffix
    found = told.lower() or SUFFIXES.get(suffix, "")
    if found not in FORMATS:
        raise StoreError(f"The format of {name} is not known. Give `format:` as one of {', '.join(FORMATS)}.")
    return found


def check_options(kind: str, options: Mapping[str, Any]) -> None:
    """StoreError where an option is unknown for the format, or a type or a list of names is malformed."""
    if unknown := sorted(options.keys() - OPTIONS[kind]):
        raise StoreError(
            f"A {kind} source has no option {', '.join(unknown)}. It takes {', '.join(sorted(OPTIONS[kind]))}."
        )
    types = options.get("types", {})
    if not isinstance(types, Mapping):
        raise StoreError("The option types maps names of columns to types, such as {day: DATE}.")
    for name, type_name in types.items():
        if not TYPE.match(str(type_name)):
            raise StoreError(
                f"{type_name!r} of the column {name} is not a type. Use BIGINT, DATE, DECIMAL(12,2) …"
            )


def select(connection: duckdb.DuckDBPyConnection, path: Path, kind: str, options: Mapping[str, Any]) -> str:
    """Return a SELECT of the file's rows with their columns in types that are kept; duckdb.Error where it is broken."""
    check_options(kind, options)
    sql = _read_once(connection, path, READERS[kind](connection, path, options), kind)
    described = connection.execute(f"DESCRIBE {sql}").fetchall()
    wanted = {str(name): str(type_name) for name, type_name in options.get("types", {}).items()}
    if absent := wanted.keys() - {row[0] for row in described}:
        raise StoreError(f"{path.name} has no column {', '.join(sorted(absent))} to give a type to.")
    listed = ", ".join(
        f"CAST({quote(name)} AS {wanted.get(name) or kept_type(found)}) AS {quote(name)}"
        for name, found, *_ in described
    )
    return f"SELECT {listed} FROM ({sql}) AS file"


def _read_once(connection: duckdb.DuckDBPyConnection, path: Path, sql: str, kind: str) -> str:
    """Return a SELECT over a copy in memory where a file of text is small.

    A statement over the file would look for its types anew each time it is planned: four times for one node.
    """
    if kind not in ("csv", "dat", "json") or path.stat().st_size > COPIED_BELOW:
        return sql
    name = quote(f"hub_file_{secrets.token_hex(8)}")
    connection.execute(f"CREATE TEMP TABLE {name} AS {sql}")
    return f"SELECT * FROM {name}"


def select_rows(path: Path, columns: Sequence[Column]) -> str:
    """Return a SELECT of rows that `rows.write_csv` wrote."""
    types = ", ".join(f"{literal(c.name)}: {literal(c.type)}" for c in columns)
    return (
        f"SELECT * FROM read_csv({literal(str(path))}, columns = {{{types}}}, header = false, auto_detect = false, "
        f"delim = ',', quote = '\"', escape = '\"', nullstr = {literal(NULL)}, allow_quoted_nulls = false, "
        "parallel = false, max_line_size = 33554432, buffer_size = 67108864)"
    )


def _csv(connection: duckdb.DuckDBPyConnection, path: Path, options: Mapping[str, Any]) -> str:
    texts = {
        TEXT_OPTIONS[name]: literal(str(value)) for name, value in options.items() if name in TEXT_OPTIONS
    }
    given = dict(texts)
    if "header" in options:
        given["header"] = "true" if options["header"] else "false"
    if "skip" in options:
        given["skip"] = str(int(options["skip"]))
    if "nulls" in options:
        nulls = options["nulls"]
        given["nullstr"] = f"[{literals([nulls] if isinstance(nulls, str) else map(str, nulls))}]"
    if "names" in options:
        given["names"] = f"[{literals(map(str, options['names']))}]"
    if options.get(
        "types"
    ):  # read as text, so that a value that does not fit is told by name when it is cast
        pairs = ", ".join(f"{literal(str(name))}: {literal(str(t))}" for name, t in options["types"].items())
        given["types"] = f"{{{pairs}}}"
    if "delimiter" not in options and _one_column(path, options):
        given["delim"] = literal(",")
    return _read("read_csv", path, given)


def _one_column(path: Path, options: Mapping[str, Any]) -> bool:
    """Say whether the first line has nothing that divides: DuckDB would find columns in the values ("a;b") below it."""
    if len(options.get("names", ())) > 1:
        return False
    comment = str(options.get("comment", "")).encode()
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for _ in range(int(options.get("skip", 0))):
            file.readline(LONGEST_LINE)
        first = file.readline(LONGEST_LINE)
        while first and (not first.strip() or (comment and first.startswith(comment))):
            first = file.readline(LONGEST_LINE)
    return not any(divider in first for divider in DIVIDERS)


def _dat(connection: duckdb.DuckDBPyConnection, path: Path, options: Mapping[str, Any]) -> str:
    return _csv(connection, path, {**DAT, **options})


def _json(connection: duckdb.DuckDBPyConnection, path: Path, options: Mapping[str, Any]) -> str:
    given = {
        TEXT_OPTIONS[name]: literal(str(options[name]))
        for name in ("date_format", "timestamp_format") & options.keys()
    }
    if "lines" in options:
        given["format"] = literal("newline_delimited" if options["lines"] else "array")
    given["maximum_object_size"] = str(64 * 1024**2)
    return _read("read_json", path, given)


def _read(function: str, path: Path, given: Mapping[str, str]) -> str:
    sample = -1 if path.stat().st_size < SAMPLE_ALL_BELOW else 1_000_000
    options = "".join(f", {name} = {value}" for name, value in given.items())
    return f"SELECT * FROM {function}({literal(str(path))}, sample_size = {sample}{options})"


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path, options: Mapping[str, Any]) -> str:
    return f"SELECT * FROM read_parquet({literal(str(path))}, hive_partitioning = false)"


def _arrow(connection: duckdb.DuckDBPyConnection, path: Path, options: Mapping[str, Any]) -> str:
    # The file's reader is looked up by name when a query runs, so it is registered under one of its own.
    from kitchens.core.stores.arrow import ArrowFile  # kept out of processes that read no Arrow file

    name = f"hub_arrow_{secrets.token_hex(8)}"
    connection.register(name, ArrowFile(path))
    return f"SELECT * FROM {quote(name)}"


READERS: Mapping[str, Callable[[duckdb.DuckDBPyConnection, Path, Mapping[str, Any]], str]] = {
    "csv": _csv,
    "dat": _dat,
    "json": _json,
    "parquet": _parquet,
    "arrow": _arrow,
}
