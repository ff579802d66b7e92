"""Functions that DuckDB and PostgreSQL name or type differently, rewritten in the tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import UnsupportedError

from kitchens.core.stores.postgresql.setup import FUNCTIONS, TRY_TYPES

Rewrite = Callable[[Any], Any]  # sqlglot's own types differ from node to node
# Types a TRY_CAST may ask for -> the ending of the function that does it.
TRY_NAMES = {
    "int": "integer",
    "uinteger": "bigint",
    "tinyint": "smallint",
    "hugeint": "bigint",
    "int128": "bigint",
    "decimal": "numeric",
    "float": "double",
    "timestampntz": "timestamp",
}


def rewrite(tree: Any) -> Any:
    """Return the tree with DuckDB's meaning kept where PostgreSQL would do something else or nothing."""
    for node in list(tree.walk()):
        if change := REWRITES.get(type(node)):
            replaced = change(node)
            if replaced is not node:
                node.replace(replaced)
    return tree


def _made(template: str, **nodes: exp.Expression) -> Any:
    """Return PostgreSQL's SQL with `:name` replaced by nodes."""
    tree = sqlglot.parse_one(template, read="postgres")
    return exp.replace_placeholders(tree, **{name: node.copy() for name, node in nodes.items()})


def _average(node: exp.Expression) -> exp.Expression:
    node.set("this", exp.cast(node.this, "double"))  # exact averages have a type of no precision
    return node


def _number_of(node: exp.Expression) -> exp.Expression:
    return node if isinstance(node.parent, exp.Cast) else exp.cast(node.copy(), "bigint")


def _part_of(field: str) -> Rewrite:
    return lambda node: _made(f"CAST(EXTRACT({field} FROM :this) AS BIGINT)", this=node.this)


def _quantile(node: exp.Expression) -> Any:
    return _made(
        "PERCENTILE_CONT(:part) WITHIN GROUP (ORDER BY :this)", part=node.args["quantile"], this=node.this
    )


def _extreme(order: str) -> Rewrite:
    template = (
        f"(ARRAY_AGG(:this ORDER BY :by {order}) FILTER (WHERE NOT :this IS NULL AND NOT :by IS NULL))[1]"
    )
    return lambda node: _made(template, this=node.this, by=node.expression)


def _division(node: exp.Expression) -> exp.Expression:
    """Dividing by zero gives null here: PostgreSQL would stop, DuckDB says infinity."""
    if not isinstance(node.expression, exp.Literal):
        node.set("expression", exp.Nullif(this=exp.paren(node.expression), expression=exp.Literal.number(0)))
    return node


def _whole_division(node: exp.Expression) -> Any:
    return _made(
        "CAST(TRUNC(CAST(:a AS DECIMAL) / NULLIF(CAST(:b AS DECIMAL), 0)) AS BIGINT)",
        a=node.this,
        b=node.expression,
    )


def _try_cast(node: exp.Expression) -> exp.Expression:
    wanted = node.args["to"].this.value.lower()
    if wanted in ("text", "varchar"):
        return exp.cast(node.this, "text")
    name = TRY_NAMES.get(wanted, wanted)
    if name not in TRY_TYPES:
        raise UnsupportedError(f"TRY_CAST to {wanted} is not known there")
    tried = _made(f"{FUNCTIONS}.TRY_CAST_{name}(CAST(:this AS TEXT))", this=node.this)
    return exp.cast(tried, node.args["to"].copy()) if name == "numeric" else tried


def _cast(node: exp.Expression) -> exp.Expression:
    kind = node.args["to"].this
    if kind in (exp.DataType.Type.INT128, exp.DataType.Type.UINT128):
        node.set("to", exp.DataType.build("bigint"))
    return node


def _made_from(template: str) -> Rewrite:
    """Return a rewrite that puts the node's own arguments into the template."""
    return lambda node: _made(
        template, **{name: value for name, value in node.args.items() if isinstance(value, exp.Expression)}
    )


REWRITES: Mapping[type, Rewrite] = {
    exp.Avg: _average,
    exp.Median: _made_from("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY :this)"),
    exp.Quantile: _quantile,
    exp.ApproxQuantile: _quantile,
    exp.ArgMax: _extreme("DESC"),
    exp.ArgMin: _extreme("ASC"),
    exp.First: _made_from("(ARRAY_AGG(:this))[1]"),
    exp.IgnoreNulls: lambda node: node.this,
    exp.AnyValue: lambda node: exp.Anonymous(this="any_value", expressions=[node.this.copy()]),
    exp.CountIf: _made_from("COUNT(*) FILTER (WHERE :this)"),
    exp.ApproxDistinct: _made_from("COUNT(DISTINCT :this)"),
    exp.Extract: _number_of,
    exp.Length: _number_of,
    exp.DateDiff: _number_of,
    exp.Year: _part_of("year"),
    exp.Month: _part_of("month"),
    exp.Day: _part_of("day"),
    exp.Hour: _part_of("hour"),
    exp.Minute: _part_of("minute"),
    exp.Quarter: _part_of("quarter"),
    exp.DayOfWeek: _part_of("dow"),
    exp.DayOfMonth: _part_of("day"),
    exp.DayOfYear: _part_of("doy"),
    exp.WeekOfYear: _part_of("week"),
    exp.Week: _part_of("week"),
    exp.Div: _division,
    exp.IntDiv: _whole_division,
    exp.TryCast: _try_cast,
    exp.Cast: _cast,
    exp.StrToTime: lambda node: exp.cast(node.copy(), "timestamp"),
    exp.DateFromParts: _made_from("MAKE_DATE(CAST(:year AS INT), CAST(:month AS INT), CAST(:day AS INT))"),
}
