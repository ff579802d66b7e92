"""Families of column types, and literals that suit a column: "5" for a text column, 5 for a number."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sqlglot import exp

from kitchens.core.stores.base import Column


class Family(StrEnum):
    """What can be compared with what. The value is the noun used in sentences."""

    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    TIME = "timestamp"
    MOMENT = "timestamp with time zone"
    BOOLEAN = "boolean"
    UUID = "UUID"
    OTHER = "other"


INTEGERS = frozenset(
    [
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "INT",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "UHUGEINT",
    ]
)
FLOATS = frozenset({"FLOAT", "DOUBLE", "REAL", "DOUBLE PRECISION"})
BY_NAME = {
    **dict.fromkeys(INTEGERS | FLOATS | {"DECIMAL", "NUMERIC"}, Family.NUMBER),
    **dict.fromkeys(("VARCHAR", "TEXT", "CHAR", "BPCHAR", "STRING"), Family.TEXT),
    "DATE": Family.DATE,
    **dict.fromkeys(("TIMESTAMP", "DATETIME", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), Family.TIME),
    **dict.fromkeys(("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"), Family.MOMENT),
    **dict.fromkeys(("BOOLEAN", "BOOL"), Family.BOOLEAN),
    "UUID": Family.UUID,
}


def family(type_name: str) -> Family:
    """Return the family of a DuckDB type name; lists, structs and the like are OTHER."""
    if type_name.endswith("]"):
        return Family.OTHER
    return BY_NAME.get(bare(type_name), Family.OTHER)


def bare(type_name: str) -> str:
    """Return a type name without its precision, in capitals."""
    return re.sub(r"\(.*?\)", "", type_name).strip().upper()


def is_float(type_name: str) -> bool:
    return bare(type_name) in FLOATS


def is_integer(type_name: str) -> bool:
    return bare(type_name) in INTEGERS


def has_order(type_name: str) -> bool:
    """Say whether rows can be ordered by a column of that type in every store."""
    return family(type_name) is not Family.OTHER


class NotOfTypeError(ValueError):
    """A value that cannot stand beside the column; the message is a full sentence."""


def literal(value: Any, beside: Column) -> exp.Expr:
    """Return a value as a typed literal to compare with a column; NotOfTypeError where it cannot be one."""
    kind = family(beside.type)
    try:
        made = _literal(value, kind, beside)
    except (ValueError, InvalidOperation):
        made = None
    if made is None:
        raise NotOfTypeError(f"“{value}” cannot be compared with {beside.name}, which is {beside.type}.")
    return made


def _literal(value: Any, kind: Family, beside: Column) -> exp.Expr | None:
    if kind is Family.BOOLEAN:
        return exp.Boolean(this=value) if isinstance(value, bool) else None
    if isinstance(value, bool):
        return None
    if kind is Family.NUMBER:
        # Beside a float both sides are compared as doubles, in every store.
        return exp.cast(numeral(value), exp.DataType.Type.DOUBLE) if is_float(beside.type) else numeral(value)
    if kind in (Family.TEXT, Family.UUID):
        return _text(value, kind)
    if kind in (Family.DATE, Family.TIME, Family.MOMENT):
        return _time(value, kind)
    return None


def numeral(value: int | float | Decimal | str) -> exp.Expr:
    """Return a finite number as a literal; ValueError for anything else."""
    exact = value if isinstance(value, int) else Decimal(repr(value) if isinstance(value, float) else value)
    if not math.isfinite(exact):
        raise ValueError("not finite")
    digits = str(abs(exact)) if isinstance(exact, int) else format(abs(exact), "f")
    made: exp.Expr = exp.Literal.number(digits)
    return exp.Neg(this=made) if exact < 0 else made


def _text(value: Any, kind: Family) -> exp.Expr | None:
    if not isinstance(value, str | int | float | Decimal | date):
        return None
    text: exp.Expr = exp.Literal.string(str(value))
    return exp.cast(text, exp.DataType.Type.UUID) if kind is Family.UUID else text


def _time(value: Any, kind: Family) -> exp.Expr:
    moment = value if isinstance(value, date) else datetime.fromisoformat(value)
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    in_utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if kind is Family.DATE:
        if in_utc.time().isoformat() != "00:00:00":
            return _time(value, Family.TIME)
        return exp.cast(exp.Literal.string(in_utc.date().isoformat()), exp.DataType.Type.DATE)
    if kind is Family.TIME:
        text = in_utc.replace(tzinfo=None).isoformat(" ")
        return exp.cast(exp.Literal.string(text), exp.DataType.Type.TIMESTAMP)
    return exp.cast(exp.Literal.string(in_utc.isoformat(" ")), exp.DataType.Type.TIMESTAMPTZ)


def literal_rows(rows: Sequence[Sequence[Any]], columns: Sequence[Column]) -> exp.Query | None:
    """Return rows as a SELECT of typed literals; None where there are none, or values that no literal holds exactly."""
    if not rows or any(family(one.type) is Family.OTHER for one in columns):
        return None
    try:
        selects = [exp.Select(expressions=list(map(_typed, row, columns))) for row in rows]
    except (NotOfTypeError, ValueError):
        return None
    found: exp.Query = selects[0]
    for one in selects[1:]:
        found = exp.union(found, one, distinct=False, copy=False)
    return found


def _typed(value: Any, of: Column) -> exp.Expr:
    made: exp.Expr = exp.Null() if value is None else literal(value, of)
    return exp.alias_(exp.cast(made, exp.DataType.build(of.type, dialect="duckdb")), of.name, quoted=True)


def one_of(operand: exp.Expr, values: Iterable[Any], of: Column) -> exp.In | None:
    """Return the condition that a value is one of some that `literal_rows` can hold; None where one of them is NULL."""
    given = list(dict.fromkeys(values))
    if None in given:
        return None
    return exp.In(this=operand.copy(), expressions=[_typed(value, of).this for value in given])


def nan_in(operand: exp.Expr, of: Column) -> exp.Expr | None:
    """Return the condition that a value is NaN, None for columns that cannot hold one.

    Both engines hold NaN equal to itself and greater than every number, so it must be looked for by name.
    """
    if not is_float(of.type):
        return None
    return exp.EQ(
        this=operand.copy(), expression=exp.cast(exp.Literal.string("NaN"), exp.DataType.Type.DOUBLE)
    )


def same_family(left: Column, right: Column) -> bool:
    """Say whether two columns can be compared in every store, without a cast that one of them would refuse."""
    kinds = {family(left.type), family(right.type)}
    return len(kinds) == 1 or kinds <= {Family.DATE, Family.TIME}
