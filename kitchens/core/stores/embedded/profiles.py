"""Profiles of Parquet parts: measured by DuckDB in two passes, kept in a file beside the part."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from kitchens.core.stores.base import Column, Part
from kitchens.core.stores.embedded import files
from kitchens.core.stores.embedded.bench import Bench, told
from kitchens.core.stores.profiles import BROKEN, HASHES, KEPT, TEXTS, TIMES, WHOLE, ColumnProfile, Profile
from kitchens.core.stores.text import quote

EDITION = f"1 {duckdb.__version__}"  # hashes of another engine do not compare


class Profiler:
    """Profiles of the parts below a root; `bench` opens an engine that may read one part."""

    def __init__(self, root: Path, bench: Callable[[Part], Bench]) -> None:
        self.root = root
        self.bench = bench

    def known(self, parts: Sequence[Part]) -> dict[str, Profile]:
        return {part.name: found for part in parts if (found := self._kept(part))}

    def _kept(self, part: Part) -> Profile | None:
        try:
            raw = json.loads(files.profile_path(self.root, part.name).read_text())
        except (OSError, ValueError):
            return None
        return Profile.from_dict(raw) if raw.get("edition") == EDITION else None

    def measure(self, part: Part, columns: Sequence[Column]) -> Profile:
        bench = self.bench(part)
        try:
            found = _measured(bench, bench.relation([part], columns), columns)
        finally:
            bench.close()
        with told(self.root), files.draft_of(files.profile_path(self.root, part.name)) as draft:
            draft.write_text(json.dumps({"edition": EDITION, **found.as_dict()}))
        return found


def _measured(bench: Bench, rows: str, columns: Sequence[Column]) -> Profile:
    counted = ", ".join(
        f"count({quote(c.name)}), {_ends(c)}, approx_count_distinct({_same(c)})" for c in columns
    )
    count, *values = bench.rows(f"SELECT count(*), {counted} FROM {rows} AS r")[0]
    facts = [values[place : place + 4] for place in range(0, len(values), 4)]
    sketched = ", ".join(_hashes(c, about) for c, (*_, about) in zip(columns, facts, strict=True))
    hashes = bench.rows(f"SELECT {sketched} FROM {rows} AS r")[0]
    return Profile(
        count,
        {
            column.name: ColumnProfile(count - filled, low, high, tuple(sorted(smallest or ())))
            for column, (filled, low, high, _), smallest in zip(columns, facts, hashes, strict=True)
        },
    )


def _ends(column: Column) -> str:
    name = quote(column.name)
    if TEXTS.match(column.type):
        name = f"left(CAST({name} AS VARCHAR), 200)"
    elif not (WHOLE.match(column.type) or BROKEN.match(column.type) or TIMES.match(column.type)):
        return "NULL, NULL"
    return f"CAST(min({name}) AS VARCHAR), CAST(max({name}) AS VARCHAR)"


def _same(column: Column) -> str:
    """Return the value in the form that is hashed: the same before and after its type became wider."""
    name = quote(column.name)
    if WHOLE.match(column.type):
        return f"CAST({name} AS HUGEINT)"
    if BROKEN.match(column.type):
        return f"CAST({name} AS DOUBLE)"
    return name if TEXTS.match(column.type) or TIMES.match(column.type) else f"CAST({name} AS VARCHAR)"


def _hashes(column: Column, about: int) -> str:
    """Return the smallest hashes; where there are many values, only hashes that can be among them are looked at."""
    value = f"hash({_same(column)})"
    condition = f"{quote(column.name)} IS NOT NULL"
    if about > 8 * KEPT:
        condition += f" AND {value} < {HASHES // about * 4 * KEPT}"
    return f"min(DISTINCT {value}, {KEPT}) FILTER (WHERE {condition})"
