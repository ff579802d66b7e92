"""Profiles of parts that are tables: measured by PostgreSQL, kept in a table beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from kitchens.core.stores.base import Column, Part
from kitchens.core.stores.postgresql import setup
from kitchens.core.stores.postgresql.bench import Bench, told
from kitchens.core.stores.profiles import BROKEN, HASHES, KEPT, TEXTS, TIMES, WHOLE, ColumnProfile, Profile
from kitchens.core.stores.text import literal, quote

HALF = HASHES // 2  # hashes of PostgreSQL are signed


class Profiler:
    """Profiles of the parts that one connection sees."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def known(self, parts: Sequence[Part]) -> dict[str, Profile]:
        with told():
            rows = self.bench.link.execute(
                f"SELECT name, profile FROM {setup.DATA}.hub_profiles WHERE name = ANY(%s)",
                [[part.name for part in parts]],
            ).fetchall()
        return {name: Profile.from_dict(json.loads(text)) for name, text in rows}

    def measure(self, part: Part, columns: Sequence[Column]) -> Profile:
        rows = self.bench.relation([part], columns)
        counted = ", ".join(f"count({quote(c.name)}), {_ends(c)}" for c in columns)
        count, *values = self.bench.rows(f"SELECT count(*), {counted} FROM {rows} AS r")[0]
        facts = [values[place : place + 3] for place in range(0, len(values), 3)]
        distinct = self._estimates(part, count)
        found = Profile(
            count,
            {
                c.name: ColumnProfile(
                    count - filled, low, high, self._hashes(rows, c, distinct.get(c.name, 0))
                )
                for c, (filled, low, high) in zip(columns, facts, strict=True)
            },
        )
        with told():
            self.bench.link.execute(
                f"INSERT INTO {setup.DATA}.hub_profiles (name, profile) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                [part.name, json.dumps(found.as_dict())],
            )
        return found

    def _estimates(self, part: Part, count: int) -> dict[str, float]:
        """Return about how many distinct values each column has, as the server's own statistics say."""
        found = self.bench.rows(
            "SELECT attname::text, n_distinct FROM pg_stats"
            f" WHERE schemaname = {literal(setup.DATA)} AND tablename = {literal(part.name)}"
        )
        return {name: -share * count if share < 0 else share for name, share in found}

    def _hashes(self, rows: str, column: Column, about: float) -> tuple[int, ...]:
        """Return the smallest hashes; where there are many values, only those that can be among them are looked at."""
        if about > 8 * KEPT:
            most = int(HASHES / about * 4 * KEPT) - HALF
            found = self._smallest(rows, column, f" AND h < {most}")
            if len(found) == KEPT:
                return found
        return self._smallest(rows, column, "")

    def _smallest(self, rows: str, column: Column, condition: str) -> tuple[int, ...]:
        hashed = f"SELECT hashtextextended({_same(column)}, 0) AS h FROM {rows} AS r"
        found = self.bench.rows(
            f"SELECT DISTINCT h FROM ({hashed}) AS s WHERE h IS NOT NULL{condition} ORDER BY h LIMIT {KEPT}"
        )
        return tuple(value + HALF for (value,) in found)


def _ends(column: Column) -> str:
    name = quote(column.name)
    if TEXTS.match(column.type):
        name = f'left(CAST({name} AS text), 200) COLLATE "C"'
    elif not (WHOLE.match(column.type) or BROKEN.match(column.type) or TIMES.match(column.type)):
        return "NULL, NULL"
    return f"CAST(min({name}) AS text), CAST(max({name}) AS text)"


def _same(column: Column) -> str:
    """Return the value in the form that is hashed: the same before and after its type became wider."""
    name = quote(column.name)
    kind = "double precision" if BROKEN.match(column.type) else "text"
    return f"CAST(CAST({name} AS {kind}) AS text)"
