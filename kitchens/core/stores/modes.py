"""The four write modes, once for both stores: what a version becomes when rows are written to it.

A store lends a `Bench`; the SQL here is plain enough for DuckDB and PostgreSQL alike. Rows are first written
to a part, then looked at there: nothing is held in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from kitchens.core.stores.base import Column, Part, Row, Staged, StoreError, Version, WriteMode
from kitchens.core.stores.schema import carried, check_incoming, reconcile
from kitchens.core.stores.text import literals, quote, quote_all

MOST_PARTITION_PARTS = 64  # one part per value up to here, a single mixed part beyond


class Bench(Protocol):
    """What the modes ask of a store. `relation` and `write` take SQL of the store's own, already checked."""

    kind: str
    attempt: str

    def describe(self, sql: str) -> tuple[Column, ...]:
        """Return the columns of a SELECT."""

    def rows(self, sql: str) -> list[Row]:
        """Return the rows of a SELECT."""

    def write(self, dataset: str, sql: str, columns: Sequence[Column]) -> Part:
        """Write these columns of a SELECT, in these types, as a new part; it is complete and on disk after this."""

    def discard(self, parts: Iterable[Part]) -> None:
        """Remove parts that this bench wrote and no version will name."""

    def relation(self, parts: Sequence[Part], columns: Sequence[Column]) -> str:
        """Return a SELECT in brackets over the rows of the parts, with these columns in these types."""


def stage(bench: Bench, dataset: str, sql: str, mode: WriteMode, base: Version | None) -> Staged:
    """Write the rows of `sql` to the dataset and return the version that results."""
    incoming = check_incoming(dataset, bench.describe(sql), mode)
    old = None if mode.kind == "replace" else base
    columns = reconcile(dataset, old.columns, incoming, mode.kind) if old else incoming
    part = bench.write(dataset, sql, columns)
    empty = Version(dataset, bench.kind, columns, ())
    try:
        return _with_part(
            bench, replace(empty, parts=(part,)), mode, old or empty, base.digest if base else ""
        )
    except StoreError:
        bench.discard([part])
        raise


def _with_part(bench: Bench, own: Version, mode: WriteMode, old: Version, base: str) -> Staged:
    """Return what becomes of `old` with the one part of `own`, which is discarded where it is not kept."""
    (part,) = own.parts
    added = own.parts if part.rows else ()
    replaced: tuple[str, ...] = ()
    if mode.kind == "merge":
        _check_keys(bench, own, mode.columns)
        kept = _without_keys(bench, old, own, mode.columns)
    elif mode.kind == "replace_partition":
        added, replaced = _by_partition(bench, own, mode.columns[0])
        kept = _without_partitions(bench, old, own.columns, mode.columns[0], replaced)
    else:
        kept = carried(old, own.columns)
    if part.name not in {kept_part.name for kept_part in added}:
        bench.discard([part])
    version = replace(own, parts=kept + added, partition_column=_partition_column(mode, old))
    return Staged(own.dataset, mode, version, base, added, replaced, part.rows, bench.attempt)


def rebase(bench: Bench, staged: Staged, head: Version | None) -> Staged:
    """Put an append or replace_partition on a newer head; StoreError for the modes that must be run again."""
    if staged.mode.kind not in ("append", "replace_partition"):
        raise StoreError(
            f"{staged.dataset} was written in mode {staged.mode.kind} on a version that is no longer the newest. "
            "Run it again on the newest one."
        )
    own = replace(staged.version, parts=staged.added)
    old = head or replace(own, parts=())
    columns = reconcile(staged.dataset, old.columns, own.columns, staged.mode.kind)
    if staged.mode.kind == "append":
        kept = carried(old, columns)
    else:
        kept = _without_partitions(bench, old, columns, staged.mode.columns[0], staged.replaced)
    version = replace(
        own,
        columns=columns,
        parts=kept + carried(own, columns),
        partition_column=_partition_column(staged.mode, old),
    )
    return replace(staged, version=version, base=head.digest if head else "")


def _partition_column(mode: WriteMode, old: Version) -> str:
    return mode.columns[0] if mode.kind == "replace_partition" else old.partition_column


def _by_partition(bench: Bench, own: Version, column: str) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Return the parts that hold the rows of `own`, one per value unless there are very many, and the values."""
    (part,) = own.parts
    rows, text = bench.relation(own.parts, own.columns), _as_text(column)
    found = bench.rows(f"SELECT {text}, count(*) FROM {rows} AS r GROUP BY 1 ORDER BY 1")
    if nulls := [count for value, count in found if value is None]:
        raise StoreError(
            f"{nulls[0]} of the {part.rows} rows written to {own.dataset} have no value in {column}, "
            "the column it is partitioned by. Leave them out or give them a value."
        )
    values = tuple(value for value, _ in found)
    if len(values) > MOST_PARTITION_PARTS:
        return (part,), values
    if len(values) == 1:
        return (replace(part, partition=values[0]),), values
    return tuple(_value_part(bench, own, column, value) for value in values), values


def _value_part(bench: Bench, own: Version, column: str, value: str) -> Part:
    rows = bench.relation(own.parts, own.columns)
    sql = f"SELECT * FROM {rows} AS r WHERE {_as_text(column)} = {literals([value])}"
    return replace(bench.write(own.dataset, sql, own.columns), partition=value)


def _without_partitions(
    bench: Bench, old: Version, columns: tuple[Column, ...], column: str, values: tuple[str, ...]
) -> tuple[Part, ...]:
    """Return the parts of `old` without the rows of these partition values; only mixed parts are ever rewritten."""
    parts = carried(old, columns)
    if not values:
        return parts
    if old.partition_column != column:
        parts = tuple(replace(part, partition=None) for part in parts)
    hit = f"{_as_text(column)} IN ({literals(values)})"
    kept = []
    for part in parts:
        if part.partition is None:
            kept.append(_rewritten(bench, old.dataset, part, columns, hit))
        elif part.partition not in values:
            kept.append(part)
    return tuple(part for part in kept if part)


def _without_keys(bench: Bench, old: Version, own: Version, key: Sequence[str]) -> tuple[Part, ...]:
    """Return the parts of `old` without the rows whose key comes in anew; parts without such rows are kept."""
    same = " AND ".join(f"n.{quote(name)} = r.{quote(name)}" for name in key)
    new = bench.relation(own.parts, own.columns)
    hit = f"EXISTS (SELECT 1 FROM {new} AS n WHERE {same})"
    if not own.rows:
        return carried(old, own.columns)
    parts = carried(old, own.columns)
    touched = _touched(bench, parts, own.columns, key, hit)
    kept = tuple(part for number, part in enumerate(parts) if number not in touched)
    return kept + _rest(bench, old.dataset, [parts[number] for number in sorted(touched)], own.columns, hit)


def _rest(
    bench: Bench, dataset: str, parts: Sequence[Part], columns: tuple[Column, ...], hit: str
) -> tuple[Part, ...]:
    """Return one part with the rows of these parts that `hit` is not true of; nothing where no row is left.

    One, not one for each: rows that change often would else spread over ever more small parts.
    """
    if not parts:
        return ()
    rest = bench.write(
        dataset, f"SELECT * FROM {bench.relation(parts, columns)} AS r WHERE ({hit}) IS NOT TRUE", columns
    )
    if not rest.rows:
        bench.discard([rest])
        return ()
    partitions = {part.partition for part in parts}
    return (replace(rest, partition=partitions.pop() if len(partitions) == 1 else None),)


def _touched(
    bench: Bench, parts: Sequence[Part], columns: tuple[Column, ...], key: Sequence[str], hit: str
) -> set[int]:
    """Return which of the parts hold rows that `hit` is true of: one statement, however many parts there are."""
    if not parts:
        return set()
    number = quote("number of the part")
    numbered = " UNION ALL ".join(
        f"SELECT {place} AS {number}, {quote_all(key, 'p.')} FROM {bench.relation([part], columns)} AS p"
        for place, part in enumerate(parts)
    )
    found = bench.rows(f"SELECT DISTINCT r.{number} FROM ({numbered}) AS r WHERE {hit}")
    return {place for (place,) in found}


def _rewritten(bench: Bench, dataset: str, part: Part, columns: tuple[Column, ...], hit: str) -> Part | None:
    """Return the part without the rows that `hit` is true of: itself, a new one, or None where nothing is left."""
    rows = bench.relation([part], columns)
    ((hits,),) = bench.rows(f"SELECT count(*) FROM {rows} AS r WHERE {hit}")
    if not hits:
        return part
    if hits == part.rows:
        return None
    rest = f"SELECT * FROM {rows} AS r WHERE ({hit}) IS NOT TRUE"
    return replace(bench.write(dataset, rest, columns), partition=part.partition)


def _check_keys(bench: Bench, own: Version, key: Sequence[str]) -> None:
    """StoreError where a row to merge has no key, or shares it with another one."""
    rows, keys = bench.relation(own.parts, own.columns), quote_all(key)
    absent = " OR ".join(f"{quote(name)} IS NULL" for name in key)
    ((nulls,),) = bench.rows(f"SELECT count(*) FROM {rows} AS r WHERE {absent}")
    if nulls:
        example = bench.rows(f"SELECT {keys} FROM {rows} AS r WHERE {absent} LIMIT 1")[0]
        raise StoreError(
            f"{nulls} of the {own.rows} rows to merge into {own.dataset} have no value in the key "
            f"({', '.join(key)}), for example {_shown(key, example)}. Nothing was written."
        )
    groups = f"SELECT {keys}, count(*) AS n FROM {rows} AS r GROUP BY {keys} HAVING count(*) > 1"
    ((doubled,),) = bench.rows(f"SELECT count(*) FROM ({groups}) AS d")
    if doubled:
        *key_values, times = bench.rows(f"{groups} ORDER BY n DESC, {keys} LIMIT 1")[0]
        raise StoreError(
            f"{doubled} keys ({', '.join(key)}) come more than once in the {own.rows} rows to merge into "
            f"{own.dataset}, for example {_shown(key, key_values)} {times} times. Nothing was written."
        )


def _as_text(column: str) -> str:
    return f"CAST({quote(column)} AS VARCHAR)"


def _shown(key: Sequence[str], values: Sequence[object]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in zip(key, values, strict=True))


def compact(bench: Bench, version: Version, most: int) -> Version:
    """Return the same rows in fewer parts: one for the mixed ones, one for each partition value.

    Where that leaves more than `most`, the lowest half of the values is folded into the mixed part: days are
    written again while they are young, so the old ones may lie together.
    """
    groups: dict[str | None, list[Part]] = {}
    for part in version.parts:
        groups.setdefault(part.partition, []).append(part)
    if len(groups) > most:
        values = sorted(value for value in groups if value is not None)
        for value in values[: len(values) - most // 2]:
            groups.setdefault(None, []).extend(groups.pop(value))
    parts = [
        group[0] if len(group) == 1 and not group[0].narrow else _joined(bench, version, group, value)
        for value, group in groups.items()
    ]
    return replace(version, parts=tuple(parts), snapshot_id=None)


def _joined(bench: Bench, version: Version, parts: Sequence[Part], value: str | None) -> Part:
    rows = bench.relation(parts, version.columns)
    return replace(
        bench.write(version.dataset, f"SELECT * FROM {rows} AS r", version.columns), partition=value
    )
