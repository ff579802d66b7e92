"""What columns a new version has: the types that are kept, and what append, replace_partition and merge let pass."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from kitchens.core.stores.base import Column, ModeKind, Part, StoreError, Version, WriteMode

# Each type holds every value of the ones before it in its family.
FAMILIES = (
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT"),
    ("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
    ("UTINYINT", "SMALLINT"),
    ("USMALLINT", "INTEGER"),
    ("UINTEGER", "BIGINT"),
    ("FLOAT", "DOUBLE"),
)
# Types that a query can yield and no file keeps as they are -> what they are kept as. A value that does not fit is an error.
KEPT_AS: Mapping[str, str] = {
    "HUGEINT": "BIGINT",
    "UHUGEINT": "UBIGINT",
    "TIMESTAMP_S": "TIMESTAMP",
    "TIMESTAMP_MS": "TIMESTAMP",
    "TIMESTAMP_NS": "TIMESTAMP",
    "TIME WITH TIME ZONE": "VARCHAR",
    "BIT": "VARCHAR",
    "BIGNUM": "VARCHAR",
    '"NULL"': "VARCHAR",
    "NULL": "VARCHAR",
}
DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)\Z")


PLAIN = re.compile(r"[A-Z][A-Z0-9_ ]*(\(\d+(, ?\d+)?\))?(\[\d*\])*\Z")


def check_type(type_name: str) -> str:
    """Return the name of a type if it is one and nothing else; StoreError for text that would be SQL."""
    if not PLAIN.match(type_name) and not _is_type(type_name):
        raise StoreError(f"{type_name[:80]!r} is not a type of a column.")
    return type_name


def _is_type(text: str) -> bool:
    if "--" in text or "/*" in text:
        return False
    try:
        select = parse_one(f"SELECT CAST(NULL AS {text})", dialect="duckdb")
    except SqlglotError:
        return False
    if type(select) is not exp.Select or [key for key, part in select.args.items() if part] != [
        "expressions"
    ]:
        return False
    listed = select.expressions
    return len(listed) == 1 and type(listed[0]) is exp.Cast and isinstance(listed[0].this, exp.Null)


def kept_type(type_name: str) -> str:
    """Return the type in which a column of this type is kept."""
    if type_name.startswith("ENUM("):
        return "VARCHAR"
    return KEPT_AS.get(type_name, type_name)


def wider(old: str, new: str) -> str | None:
    """Return the type that holds the values of both, None where a change is no mere widening."""
    if old == new:
        return old
    for family in FAMILIES:
        if old in family and new in family:
            return max(old, new, key=family.index)
    first, second = DECIMAL.match(old), DECIMAL.match(new)
    if first and second:
        scale = max(int(first[2]), int(second[2]))
        whole = max(int(first[1]) - int(first[2]), int(second[1]) - int(second[2]))
        return f"DECIMAL({whole + scale},{scale})" if whole + scale <= 38 else None
    return None


def check_incoming(dataset: str, incoming: Sequence[Column], mode: WriteMode) -> tuple[Column, ...]:
    """Return the columns as they are kept; StoreError for doubled names, none at all, or without the mode's own."""
    if not incoming:
        raise StoreError(f"What is written to {dataset} has no columns.")
    names = [column.name.lower() for column in incoming]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise StoreError(f"What is written to {dataset} has more than one column {', '.join(doubled)}.")
    if mode.kind in ("replace_partition", "merge") and not mode.columns:
        raise StoreError(f"The mode {mode.kind} of {dataset} names no column.")
    if absent := [name for name in mode.columns if name not in {column.name for column in incoming}]:
        raise StoreError(
            f"What is written to {dataset} lacks {', '.join(absent)}, which its mode ({mode}) needs."
        )
    return tuple(replace(column, type=kept_type(column.type)) for column in incoming)


def reconcile(
    dataset: str, old: Sequence[Column], new: Sequence[Column], kind: ModeKind
) -> tuple[Column, ...]:
    """Return the columns of a version that holds rows of both; StoreError says which column is new, missing or changed.

    The order is the old one's. Integers, floats and decimals may become wider; a column may become nullable.
    """
    incoming = {column.name: column for column in new}
    known = {column.name for column in old}
    faults = [f"the column {name} is new" for name in incoming if name not in known]
    faults += [f"the column {column.name} is missing" for column in old if column.name not in incoming]
    columns = []
    for column in old:
        other = incoming.get(column.name)
        type_name = wider(column.type, other.type) if other else column.type
        if other and type_name is None:
            faults.append(f"the column {column.name} was {column.type} and is now {other.type}")
        nullable = column.nullable or (other.nullable if other else True)
        columns.append(Column(column.name, type_name or column.type, nullable))
    if faults:
        raise StoreError(
            f"{dataset} cannot be written in mode {kind}, for its columns differ: {'; '.join(faults)}. "
            "Select the same columns, or write it once in mode replace."
        )
    return tuple(columns)


def carried(version: Version, columns: Sequence[Column]) -> tuple[Part, ...]:
    """Return the version's parts for a version with these columns, marked where their files hold narrower types."""
    if [c.type for c in version.columns] == [c.type for c in columns]:
        return version.parts
    return tuple(replace(part, narrow=True) for part in version.parts)
