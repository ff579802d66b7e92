"""The faults that are planted, each a SELECT that makes the damaged dataset of the good one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kitchens.core.stores.base import Column
from recipes.core.checks.families import Family, family, has_order, is_integer

NTH = 10  # every tenth row is damaged
WORDS: Mapping[str, str] = {
    "dropped": "every tenth row is lost",
    "duplicated": "every tenth row is there twice",
    "null": "every tenth value is missing",
    "shifted": "all values are half as great again",
    "stale": "all dates and times are a week older",
    "orphan": "every tenth value is one that exists nowhere",
    "retyped": "the column holds texts",
}
AWAY = 1_000_000_007  # added to whole numbers so that they refer to nothing


@dataclass(frozen=True)
class Planted:
    """One fault in one column, or in whole rows where `column` is empty; `sql` is in DuckDB's dialect."""

    kind: str
    column: str
    sql: str


def faults(dataset: str, columns: Sequence[Column]) -> Iterator[Planted]:
    """Yield every fault that the columns allow: two of whole rows, then column by column."""
    names = ", ".join(map(_quoted, (one.name for one in columns)))
    table = ".".join(map(_quoted, dataset.split(".")))
    order = ", ".join(_quoted(one.name) for one in columns if has_order(one.type))
    numbered = f"(SELECT {names}, row_number() OVER ({f'ORDER BY {order}' if order else ''}) AS {PLACE} FROM {table}) AS t"  # noqa: S608 - names are quoted
    yield Planted("dropped", "", f"SELECT {names} FROM {numbered} WHERE {PLACE} % {NTH} <> 1")  # noqa: S608
    again = f"SELECT {names} FROM {numbered} WHERE {PLACE} % {NTH} = 1"  # noqa: S608
    yield Planted("duplicated", "", f"SELECT {names} FROM {table} UNION ALL {again}")  # noqa: S608
    for column in columns:
        for kind, damage in DAMAGES.items():
            if expression := damage(column):
                listed = ", ".join(
                    f"{expression} AS {_quoted(one.name)}" if one is column else _quoted(one.name)
                    for one in columns
                )
                yield Planted(kind, column.name, f"SELECT {listed} FROM {numbered}")  # noqa: S608


PLACE = "hub_place"


def _null(column: Column) -> str:
    return f"CASE WHEN {PLACE} % {NTH} <> 1 THEN {_quoted(column.name)} END"


def _shifted(column: Column) -> str:
    if family(column.type) is not Family.NUMBER:
        return ""
    return f"CAST({_quoted(column.name)} * 1.5 AS {column.type})"


def _stale(column: Column) -> str:
    if family(column.type) is Family.DATE:
        return f"{_quoted(column.name)} - 7" if column.type == "DATE" else ""
    return f"{_quoted(column.name)} - INTERVAL 7 DAY" if column.type.startswith("TIMESTAMP") else ""


def _orphan(column: Column) -> str:
    name = _quoted(column.name)
    if family(column.type) is Family.TEXT:
        other = f"'orphan-' || {name}"
    elif is_integer(column.type) and column.type in ("INTEGER", "BIGINT", "HUGEINT"):
        other = f"CAST(CAST({name} AS HUGEINT) % 1000000 + {AWAY} AS {column.type})"
    else:
        return ""
    return f"CASE WHEN {PLACE} % {NTH} = 1 THEN {other} ELSE {name} END"


def _retyped(column: Column) -> str:
    return "" if family(column.type) is Family.TEXT else f"CAST({_quoted(column.name)} AS VARCHAR)"


DAMAGES: Mapping[str, Callable[[Column], str]] = {
    "null": _null,
    "shifted": _shifted,
    "stale": _stale,
    "orphan": _orphan,
    "retyped": _retyped,
}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
