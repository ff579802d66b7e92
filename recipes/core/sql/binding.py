"""Putting values into SQL: each becomes a literal of its type in the tree, so nothing in a value can act as SQL."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlglot import exp

from recipes.core.sql.dialects import dialect_of
from recipes.core.sql.faults import SqlError, SqlFault
from recipes.core.sql.parsing import Parsed, parse_condition, parse_select, parse_source_query
from recipes.core.templates import TemplateError, evaluate
from recipes.core.values.coerce import to_python

AS_NAMED = "Values go in as literals only."


def bind(sql: str, values: Mapping[str, Any], dialect: str = "duckdb") -> str:
    """Return the SELECT with every `{{ value }}` as a literal, in the same dialect.

    `values` maps a name to a plan's Value or to `{"type": …, "value": …}`. SqlError with all faults where the
    SQL is not allowed or a value has no literal.
    """
    return _bound(parse_select(sql, dialect), values, dialect)


def bind_condition(sql: str, values: Mapping[str, Any], dialect: str = "duckdb") -> str:
    """Return a condition (`where:` of a test) with its values as literals, in brackets, in the same dialect."""
    return f"({_bound(parse_condition(sql, dialect), values, dialect)})"


def bind_source_query(sql: str, values: Mapping[str, Any]) -> str:
    """Return the SELECT of a source with its values as literals, for PostgreSQL."""
    return _bound(parse_source_query(sql, "postgres"), values, "postgres")


def _bound(parsed: Parsed, values: Mapping[str, Any], dialect: str) -> str:
    if parsed.faults:
        raise SqlError(parsed.faults)
    tree = parsed.tree
    if parsed.values or tree.find(exp.Placeholder):
        context = {name: _plain(value) for name, value in values.items()}
        tree = _filled(tree.copy(), context)
    return str(tree.sql(dialect=dialect_of(dialect), comments=False))


def _filled(tree: Any, context: Mapping[str, Any]) -> Any:
    faults: list[SqlFault] = []
    for place in list(tree.find_all(exp.Placeholder)):
        template = str(place.meta["value"])
        try:
            tree = _put(tree, place, evaluate(f"{{{{ {template} }}}}", context))
        except (TemplateError, ValueError) as error:
            faults.append(SqlFault("value", f"{{{{ {template} }}}} cannot be put in: {error}", AS_NAMED))
    if faults:
        raise SqlError(faults)
    return tree


def _plain(value: Any) -> Any:
    """Return the Python form of a Value, or of its dictionary, or of what already is plain."""
    if isinstance(value, Mapping) and value.keys() >= {"type", "value"}:
        return to_python(str(value["type"]), value["value"])
    kind = getattr(value, "type", None)
    return to_python(kind, value.value) if isinstance(kind, str) else value


def _put(tree: Any, place: Any, value: Any) -> Any:
    """Replace one placeholder; return the tree, which is a new one where the placeholder was all of it."""
    above = place.parent
    if isinstance(above, exp.Interval) and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ValueError("INTERVAL takes a number.")
    if isinstance(value, list | tuple) and isinstance(above, exp.In):
        return _put_list(tree, place, above, value)
    new = literal(value)
    if place is tree:
        return new
    place.replace(new)
    return tree


def _put_list(tree: Any, place: Any, membership: Any, items: list[Any] | tuple[Any, ...]) -> Any:
    """`x IN {{ list }}` and `x IN ({{ list }})` take the items; nothing is in an empty list."""
    others = [item for item in membership.expressions if item is not place]
    inside = [*others, *(literal(item) for item in items)]
    if inside:
        membership.set("field", None)
        membership.set("expressions", inside)
        return tree
    if membership is tree:
        return exp.false()
    membership.replace(exp.false())
    return tree


def literal(value: Any) -> Any:
    """Return the tree of one value; ValueError, in words, where SQL has no literal for it."""
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if isinstance(value, datetime):
        kind = "TIMESTAMPTZ" if value.tzinfo else "TIMESTAMP"
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), kind)
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("a text with a null character has no place in a database.")
        return exp.Literal.string(value)
    if isinstance(value, list | tuple):
        return exp.Array(expressions=[literal(item) for item in value])
    raise ValueError("a dictionary has no literal in SQL; use one of its entries, like {{ settings.key }}.")


def _number(value: float | Decimal) -> Any:
    if not math.isfinite(value):
        raise ValueError("the number is not finite.")
    positive = exp.Literal.number(repr(abs(value)) if not isinstance(value, Decimal) else str(abs(value)))
    return exp.Paren(this=exp.Neg(this=positive)) if value < 0 else positive
