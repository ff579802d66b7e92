"""Rows of Python values: which columns they make, and how they travel to an engine as text without loss."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TextIO

from kitchens.core.stores.base import Column, StoreError
from kitchens.core.stores.schema import DECIMAL, wider

NULL = r"\N"  # unquoted: a null; a text of these two characters is quoted
WHOLE = ("BIGINT", "HUGEINT")
LOSSLESS: Mapping[
    str, tuple[str, ...]
] = {  # what may be written to a column of an existing type without a word
    "BIGINT": (
        "DOUBLE",
        "FLOAT",
        "INTEGER",
        "SMALLINT",
        "TINYINT",
        "UINTEGER",
        "USMALLINT",
        "UTINYINT",
        "UBIGINT",
    ),
    "DOUBLE": ("FLOAT",),
}


def columns_of(
    dataset: str, rows: Sequence[Mapping[str, Any]], given: Sequence[Column], known: Sequence[Column]
) -> tuple[Column, ...]:
    """Return the columns of the rows: as given, else of the type their values have.

    `known` are the dataset's present columns: where they can hold the values, their types are taken.
    StoreError where a column holds values of different kinds, or where there is nothing to infer from.
    """
    told = {column.name: column for column in given}
    present = {column.name: column for column in known}
    names = list(dict.fromkeys([*told, *(name for row in rows for name in row)]))
    if not rows and not told:
        if present:
            return tuple(known)
        raise StoreError(f"No rows and no columns were written to {dataset}: say which columns it has.")
    columns = []
    for name in names:
        if not isinstance(name, str):
            raise StoreError(
                f"A row written to {dataset} has the column {name!r}; a column's name is a text."
            )
        if name in told:
            columns.append(told[name])
            continue
        found = _type_of_column(dataset, name, rows)
        columns.append(Column(name, _fitting(found, present.get(name))))
    return tuple(columns)


def _type_of_column(dataset: str, name: str, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the narrowest type that holds every value of the column, None where all are null."""
    found: str | None = None
    for number, row in enumerate(rows, 1):
        value = row.get(name)
        if value is None:
            continue
        kind = _type_of(dataset, name, value)
        if found is None or kind == found:
            found = kind
            continue
        common = _common(found, kind)
        if common is None:
            raise StoreError(
                f"The column {name} written to {dataset} holds both {found} and {kind} (row {number}: {value!r:.60}). "
                "Write values of one type, or give the column's type."
            )
        found = common
    return found


def _type_of(dataset: str, name: str, value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        if -(2**63) <= value < 2**63:
            return "BIGINT"
        raise StoreError(
            f"The column {name} written to {dataset} holds {value}, which is too large. Use a Decimal."
        )
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime.datetime):
        return "TIMESTAMP WITH TIME ZONE" if value.tzinfo else "TIMESTAMP"
    for kinds, type_name in TYPES:
        if isinstance(value, kinds):
            return type_name
    raise StoreError(
        f"The column {name} written to {dataset} holds a {type(value).__name__}, which no store keeps."
    )


TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "BOOLEAN"),
    (float, "DOUBLE"),
    (str, "VARCHAR"),
    (datetime.date, "DATE"),
    (datetime.time, "TIME"),
    (datetime.timedelta, "INTERVAL"),
    ((bytes, bytearray, memoryview), "BLOB"),
    (uuid.UUID, "UUID"),
    ((dict, list, tuple), "JSON"),
)


def _decimal(value: Decimal) -> str:
    """Return a decimal type wide enough; few different ones, so that batches of rows agree."""
    if not value.is_finite():
        return "DOUBLE"
    _, digits, exponent = value.as_tuple()
    scale = max(-int(exponent), 0)
    whole = max(len(digits) + int(exponent), 1)
    return f"DECIMAL({18 if whole + scale <= 18 else 38},{scale})"


def _common(first: str, second: str) -> str | None:
    pair = {first, second}
    if pair == {"BIGINT", "DOUBLE"} or ("DOUBLE" in pair and any(DECIMAL.match(one) for one in pair)):
        return "DOUBLE"
    if "BIGINT" in pair and any(DECIMAL.match(one) for one in pair):
        return wider("DECIMAL(19,0)", (pair - {"BIGINT"}).pop())
    return wider(first, second)


def _fitting(found: str | None, present: Column | None) -> str:
    """Return the present column's type where it can hold what was found, else what was found."""
    if found is None:
        return present.type if present else "VARCHAR"
    if present is None or present.type == found:
        return found
    if present.type in LOSSLESS.get(found, ()) or (found == "BIGINT" and DECIMAL.match(present.type)):
        return present.type
    if DECIMAL.match(found) and DECIMAL.match(present.type) and _scale(found) <= _scale(present.type):
        return present.type
    return found


def _scale(decimal: str) -> int:
    match = DECIMAL.match(decimal)
    return int(match[2]) if match else 0


def write_csv(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[Column], file: TextIO, blob: Callable[[bytes], str]
) -> None:
    """Write the rows as CSV with quoted texts and `\\N` for null; `blob` writes bytes as the engine reads them."""
    names = [column.name for column in columns]
    for row in rows:
        file.write(",".join(_cell(row.get(name), blob) for name in names) + "\n")


def _cell(value: Any, blob: Callable[[bytes], str]) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    return '"' + _text(value, blob).replace('"', '""') + '"'


def _text(value: Any, blob: Callable[[bytes], str]) -> str:
    if isinstance(value, str):
        if "\x00" in value:
            raise StoreError(
                "A text holds the character NUL, which no store can keep. Remove it before writing."
            )
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return blob(bytes(value))
    if isinstance(value, datetime.timedelta):
        return f"{value.days} days {value.seconds} seconds {value.microseconds} microseconds"
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, default=str, ensure_ascii=False)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
