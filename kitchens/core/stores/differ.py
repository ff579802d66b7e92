"""The keyed difference of two versions, once for both stores. Parts that both versions hold are not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kitchens.core.stores.base import Diff, Row, StoreError, Version
from kitchens.core.stores.modes import Bench
from kitchens.core.stores.text import quote, quote_all


def diff(bench: Bench, old: Version, new: Version, key: Sequence[str], limit: int) -> Diff:
    """Compare by key: counts, how many rows changed per column, and a sample. StoreError where the key does not identify."""
    _check_key(old, new, key)
    shared = {part.name for part in old.parts} & {part.name for part in new.parts}
    before, after = (_own_rows(bench, version, shared) for version in (old, new))
    _check_unique(bench, before, old, key)
    _check_unique(bench, after, new, key)
    compared = _compared(old, new, key)
    unchanged = sum(part.rows for part in new.parts if part.name in shared)
    joined = _joined(before, after, key)
    differs = " OR ".join(compared.values()) or "false"
    counts = ", ".join(
        [
            "count(*) FILTER (WHERE o.hub_is IS NULL)",
            "count(*) FILTER (WHERE n.hub_is IS NULL)",
            f"count(*) FILTER (WHERE {BOTH} AND ({differs}))",
            f"count(*) FILTER (WHERE {BOTH} AND NOT ({differs}))",
            *(f"count(*) FILTER (WHERE {BOTH} AND {test})" for test in compared.values()),
        ]
    )
    added, removed, changed, same, *per_column = bench.rows(f"SELECT {counts} {joined}")[0]
    sample = _sample(
        bench, old, new, key, f"{joined} WHERE o.hub_is IS NULL OR n.hub_is IS NULL OR ({differs})", limit
    )
    columns = {name: count for name, count in zip(compared, per_column, strict=True) if count}
    return Diff(added, removed, changed, unchanged + same, columns, sample)


BOTH = "o.hub_is IS NOT NULL AND n.hub_is IS NOT NULL"


def _check_key(old: Version, new: Version, key: Sequence[str]) -> None:
    if not key:
        raise StoreError("A difference needs a key: name the columns that identify a row.")
    for version in (old, new):
        if absent := [name for name in key if name not in {column.name for column in version.columns}]:
            raise StoreError(
                f"{version.dataset} has no column {', '.join(absent)} in both versions. Choose another key."
            )


def _own_rows(bench: Bench, version: Version, shared: set[str]) -> str:
    own = [part for part in version.parts if part.name not in shared]
    return bench.relation(own, version.columns)


def _check_unique(bench: Bench, rows: str, version: Version, key: Sequence[str]) -> None:
    absent = " OR ".join(f"{quote(name)} IS NULL" for name in key)
    ((nulls,),) = bench.rows(f"SELECT count(*) FROM {rows} AS r WHERE {absent}")
    groups = f"SELECT 1 FROM {rows} AS r GROUP BY {quote_all(key)} HAVING count(*) > 1"
    ((doubled,),) = bench.rows(f"SELECT count(*) FROM ({groups}) AS d")
    if nulls or doubled:
        raise StoreError(
            f"{', '.join(key)} does not identify the rows of {version.dataset}: {doubled} values come more than once, "
            f"{nulls} rows have none. Choose another key."
        )


def _joined(before: str, after: str, key: Sequence[str]) -> str:
    same = " AND ".join(f"o.{quote(name)} = n.{quote(name)}" for name in key)
    return (
        f"FROM (SELECT 1 AS hub_is, * FROM {before} AS b) AS o "
        f"FULL OUTER JOIN (SELECT 1 AS hub_is, * FROM {after} AS a) AS n ON {same}"
    )


def _compared(old: Version, new: Version, key: Sequence[str]) -> Mapping[str, str]:
    """Return per column the SQL that is true where it differs; one that only one version has differs where it is not null."""
    types = [{column.name: column.type for column in version.columns} for version in (old, new)]
    tests = {}
    for name in dict.fromkeys([*types[0], *types[1]]):
        sides = [f"{alias}.{quote(name)}" for alias, known in zip("on", types, strict=True) if name in known]
        if name in key:
            continue
        if len(sides) == 1:
            tests[name] = f"{sides[0]} IS NOT NULL"
        elif types[0][name] == types[1][name]:
            tests[name] = f"{sides[0]} IS DISTINCT FROM {sides[1]}"
        else:
            tests[name] = f"CAST({sides[0]} AS VARCHAR) IS DISTINCT FROM CAST({sides[1]} AS VARCHAR)"
    return tests


def _sample(
    bench: Bench, old: Version, new: Version, key: Sequence[str], joined: str, limit: int
) -> tuple[Mapping[str, Any], ...]:
    before, after = ([column.name for column in version.columns] for version in (old, new))
    listed = ", ".join(["o.hub_is", "n.hub_is", quote_all(before, "o."), quote_all(after, "n.")])
    order = ", ".join(f"coalesce(o.{quote(name)}, n.{quote(name)})" for name in key)
    rows = bench.rows(f"SELECT {listed} {joined} ORDER BY {order} LIMIT {int(limit)}")
    return tuple(_shown(row, before, after, key) for row in rows)


def _shown(row: Row, before: Sequence[str], after: Sequence[str], key: Sequence[str]) -> Mapping[str, Any]:
    was, is_now, *values = row
    old = dict(zip(before, values[: len(before)], strict=True)) if was else None
    new = dict(zip(after, values[len(before) :], strict=True)) if is_now else None
    change = "changed" if old and new else "removed" if old else "added"
    either = new or old or {}
    return {"change": change, "key": {name: either[name] for name in key}, "before": old, "after": new}
