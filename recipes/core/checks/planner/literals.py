"""Which parts of a condition can fail on no row: comparisons of columns with literals of their own kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from recipes.core.checks.base import Columns
from recipes.core.checks.families import Family, family

SAFE = (
    exp.AggFunc, exp.And, exp.Boolean, exp.Case, exp.Coalesce, exp.Column, exp.DataType, exp.Filter, exp.Identifier, exp.If,
    exp.Is, exp.Literal, exp.Neg, exp.Not, exp.Null, exp.Or, exp.Paren, exp.Star, exp.Where,
)  # fmt: skip


DATED = (Family.DATE, Family.TIME)
DATES: Mapping[Any, Family] = {exp.DType.DATE: Family.DATE, exp.DType.TIMESTAMP: Family.TIME}


PLAIN = re.compile(r"\d{1,15}(\.\d{1,15})?\Z")


MOMENT = re.compile(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])( ([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{6})?)?\Z"
)


def is_safe(tree: exp.Expr, columns: Columns) -> bool:
    """Say whether no row can make a tree fail: then a part of a condition that is not needed may stay unlooked at."""
    return all(_is_safe(node, columns) for node in tree.walk())


def _is_safe(node: exp.Expr, columns: Columns) -> bool:
    if type(node) in MIRRORED:
        return _fit(node.this.unnest(), node.expression.unnest(), columns)
    if isinstance(node, exp.In):
        return bool(node.expressions) and all(
            _fit(node.this.unnest(), one, columns) for one in node.expressions
        )
    if isinstance(node, exp.Cast):
        return literal_family(node) is not None
    return isinstance(node, SAFE)


def _fit(left: exp.Expr, right: exp.Expr, columns: Columns) -> bool:
    if not isinstance(left, exp.Column):
        left, right = right, left
    if not isinstance(left, exp.Column) or left.name not in columns:
        return False
    kind = family(columns[left.name].type)
    beside = literal_family(right)
    return kind is beside or (kind in DATED and beside in DATED)


def literal_family(tree: exp.Expr) -> Family | None:
    """Return what kind of literal this is, None for what is none, or none that every store reads alike."""
    if isinstance(tree, exp.Neg):
        return Family.NUMBER if literal_family(tree.this) is Family.NUMBER else None
    if isinstance(tree, exp.Boolean):
        return Family.BOOLEAN
    if isinstance(tree, exp.Literal):
        return Family.TEXT if tree.is_string else Family.NUMBER if PLAIN.match(tree.this) else None
    if not isinstance(tree, exp.Cast):
        return None
    if tree.to.this is exp.DType.DOUBLE:
        return (
            Family.NUMBER
            if tree.this.sql() == "'NaN'" or literal_family(tree.this) is Family.NUMBER
            else None
        )
    if not (isinstance(tree.this, exp.Literal) and MOMENT.match(tree.this.this)):
        return None
    return DATES.get(tree.to.this)


MIRRORED: Mapping[type, type] = {
    exp.LT: exp.GT, exp.GT: exp.LT, exp.LTE: exp.GTE, exp.GTE: exp.LTE, exp.EQ: exp.EQ, exp.NEQ: exp.NEQ,
}  # fmt: skip
