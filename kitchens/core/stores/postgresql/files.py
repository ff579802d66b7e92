"""Files as sources of the PostgreSQL store: DuckDB reads them, and writes the CSV that a COPY takes."""

from __future__ import annotations

from pathlib import Path

from kitchens.core.stores.base import Column, Limits, Source
from kitchens.core.stores.embedded.bench import Bench, told
from kitchens.core.stores.embedded.sources import FileSources
from kitchens.core.stores.rows import NULL
from kitchens.core.stores.sources import SourceRules
from kitchens.core.stores.text import literal, quote

CHUNK = 1024 * 1024


def as_csv(source: Source, rules: SourceRules, folder: Path, attempt: str) -> tuple[tuple[Column, ...], Path]:
    """Return the columns of the source and a CSV file with its rows, in the folder, as `\\N` for null has it."""
    sources = FileSources(rules, {source.name: source})
    bench = Bench.open(folder.resolve(), attempt, sources.readable(), Limits())
    try:
        with told(bench.root):
            sql = sources.select(bench.connection, source.name, bench.workspace)
            columns = bench.describe(sql)
            bench.workspace.mkdir(parents=True, exist_ok=True)
            target = bench.workspace / "rows.csv"
            listed = ", ".join(_as_text(column) for column in columns)
            bench.connection.execute(
                f"COPY (SELECT {listed} FROM ({sql}) AS s) TO {literal(str(target))} "
                f"(FORMAT csv, HEADER false, NULLSTR {literal(NULL)}, FORCE_QUOTE *)"
            )
    finally:
        bench.close()
    return columns, target


def _as_text(column: Column) -> str:
    name = quote(column.name)
    if column.type == "BLOB":
        return f"'\\x' || lower(hex({name})) AS {name}"
    if column.type.endswith("]") or column.type.startswith(("STRUCT", "MAP", "UNION")):
        return f"to_json({name}) AS {name}"
    return name
