"""Numbers of Parquet parts: facts out of their footers, and what was counted, kept in a file beside the part."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from kitchens.core.stores.base import Column, Part
from kitchens.core.stores.embedded import files
from kitchens.core.stores.embedded.bench import Bench, told
from kitchens.core.stores.measures import ColumnFacts, Facts, Found, merged
from kitchens.core.stores.profiles import WHOLE, order_of
from kitchens.core.stores.text import literal

EDITION = f"1 {duckdb.__version__}"  # another engine may count otherwise
# Types whose smallest and largest value a footer holds exactly: no texts, which are cut, and no floats, for their NaN.
USUAL = re.compile(r"\d{4}-\d\d-\d\d")  # years that sort as texts do
BOUNDED = re.compile(r"U?(TINYINT|SMALLINT|INTEGER|BIGINT)\Z|DECIMAL|DATE\Z|TIMESTAMP\Z")


def known(root: Path, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what is kept of these parts; one small file each."""
    return {name: found for name in names if (found := _kept(root, name))}


def keep(root: Path, found: Found) -> None:
    """Add numbers to what is kept of parts. The file is replaced as a whole; of two writers at once one may be lost."""
    for name, numbers in found.items():
        path = files.measures_path(root, name)
        if not files.part_path(root, name).exists():
            continue
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")
        with told(root):
            try:
                draft.write_text(
                    json.dumps({"edition": EDITION, "numbers": merged(_kept(root, name), numbers)})
                )
                draft.rename(path)
            finally:
                draft.unlink(missing_ok=True)


def _kept(root: Path, name: str) -> dict[str, Any]:
    try:
        found = json.loads(files.measures_path(root, name).read_text())
    except (OSError, ValueError):
        return {}
    return found["numbers"] if isinstance(found, dict) and found.get("edition") == EDITION else {}


def facts(bench: Bench, parts: Sequence[Part], columns: Sequence[Column]) -> dict[str, Facts]:
    """Return what the footers of parts say, which this engine has written: one statement, no row is read."""
    if not parts:
        return {}
    by_path = {str(files.part_path(bench.root, part.name)): part for part in parts}
    listed = ", ".join(map(literal, by_path))
    rows = bench.rows(
        "SELECT file_name, path_in_schema, sum(num_values), sum(stats_null_count), count(stats_null_count) = count(*),"
        " list(stats_min_value), list(stats_max_value), bool_and(coalesce(min_is_exact AND max_is_exact, false))"
        f" FROM parquet_metadata([{listed}]) GROUP BY 1, 2"
    )
    found: dict[str, dict[str, ColumnFacts]] = {}
    types = {column.name: column.type for column in columns}
    for path, name, count, nulls, complete, lows, highs, exact in rows:
        part = by_path[path]
        if name in types and complete and int(count) == part.rows:
            found.setdefault(part.name, {})[name] = _column(int(nulls), part, types[name], lows, highs, exact)
    return {part.name: Facts(part.rows, found.get(part.name, {})) for part in parts}


def _column(
    nulls: int, part: Part, kind: str, lows: list[str | None], highs: list[str | None], exact: bool
) -> ColumnFacts:
    """Return the facts of one column; without bounds where a piece of the part does not tell them exactly."""
    ends = [*lows, *highs]
    usual = WHOLE.match(kind) or kind.startswith("DECIMAL") or all(USUAL.match(end or "") for end in ends)
    if not exact or part.narrow or not BOUNDED.match(kind) or None in ends or not usual:
        return ColumnFacts(nulls)
    order = order_of(kind)
    return ColumnFacts(nulls, min(map(str, lows), key=order), max(map(str, highs), key=order))
