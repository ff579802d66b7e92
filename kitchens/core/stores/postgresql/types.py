"""Types of PostgreSQL and of the hub (DuckDB's names), both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kitchens.core.stores.base import Column

# Object ids of PostgreSQL's own types are fixed for all time.
NAMES: Mapping[int, str] = {
    16: "BOOLEAN",
    17: "BLOB",
    18: "VARCHAR",
    19: "VARCHAR",
    20: "BIGINT",
    21: "SMALLINT",
    23: "INTEGER",
    25: "VARCHAR",
    26: "BIGINT",
    114: "JSON",
    700: "FLOAT",
    701: "DOUBLE",
    705: "VARCHAR",
    1042: "VARCHAR",
    1043: "VARCHAR",
    1082: "DATE",
    1083: "TIME",
    1114: "TIMESTAMP",
    1184: "TIMESTAMP WITH TIME ZONE",
    1186: "INTERVAL",
    1700: "DECIMAL",
    2950: "UUID",
    3802: "JSON",
}
ARRAYS = {1000, 1005, 1007, 1009, 1014, 1015, 1016, 1021, 1022, 1115, 1182, 1185, 1231, 2951}
UNBOUND = "DECIMAL(38,9)"  # numeric without precision, as sums of decimals have it
TO_POSTGRES: Mapping[str, str] = {
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "HUGEINT": "bigint",
    "UTINYINT": "smallint",
    "USMALLINT": "integer",
    "UINTEGER": "bigint",
    "UBIGINT": "numeric(20,0)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "VARCHAR": "text",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "INTERVAL": "interval",
    "BLOB": "bytea",
    "UUID": "uuid",
    "JSON": "jsonb",
}
DECIMAL = re.compile(r"DECIMAL\((\d+), ?(\d+)\)")


def hub_type(oid: int, precision: int | None, scale: int | None) -> str:
    """Return the hub's name of a type; what it does not know is text, and lists are JSON."""
    if oid == 1700:
        return (
            f"DECIMAL({precision},{scale})"
            if precision and precision <= 38 and (scale or 0) >= 0
            else UNBOUND
        )
    return "JSON" if oid in ARRAYS else NAMES.get(oid, "VARCHAR")


def postgres_type(type_name: str) -> str:
    """Return the PostgreSQL type that keeps a type of the hub; lists, structures and maps are jsonb."""
    if match := DECIMAL.match(type_name):
        return f"numeric({match[1]},{match[2]})"
    if type_name.endswith("]") or type_name.startswith(("STRUCT", "MAP", "UNION")):
        return "jsonb"
    return TO_POSTGRES.get(type_name, "text")


def columns_of(description: Sequence[Any]) -> tuple[Column, ...]:
    """Return the columns of a psycopg cursor."""
    return tuple(Column(one.name, hub_type(one.type_code, one.precision, one.scale)) for one in description)
