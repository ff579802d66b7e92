"""SQL of a recipe made into PostgreSQL's: names of datasets become their tables, functions those the server has."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify_columns import qualify_columns
from sqlglot.optimizer.qualify_tables import qualify_tables
from sqlglot.schema import MappingSchema

from kitchens.core.stores.base import Column, Row, StoreError
from kitchens.core.stores.postgresql import setup
from kitchens.core.stores.postgresql.functions import rewrite
from kitchens.core.stores.text import literals

# Stable functions beside the immutable ones: they read the clock or the time zone, nothing else.
STABLE = {
    "age", "array_agg", "array_to_json", "array_to_string", "concat", "concat_ws", "date_part", "date_trunc", "format",
    "json_agg", "json_build_array", "json_build_object", "jsonb_agg", "jsonb_build_array", "jsonb_build_object",
    "jsonb_object_agg", "make_timestamptz", "now", "row_to_json", "string_agg", "timezone", "to_char", "to_date",
    "to_json", "to_jsonb", "to_timestamp",
}  # fmt: skip

SESSION_WORDS = {"user", "current_user", "session_user", "current_role", "current_catalog", "current_schema"}


def translate(
    tree: exp.Query,
    dialect: str,
    relations: Mapping[str, str],
    columns: Mapping[str, Sequence[Column]],
    rows: Callable[[str], list[Row]],
) -> str:
    """Return the SELECT as PostgreSQL runs it; StoreError where it has no words for it.

    `relations` holds a SELECT in brackets for everything read. Functions sqlglot does not know are let through only
    if the server itself calls them immutable, or they are among the store's own.
    """
    own = tree.copy()
    _lower(own)
    try:
        if dialect == "duckdb":
            own = _expanded(own, columns)
            own = rewrite(own)
        _check_functions(own, rows)
        places = _tables_renamed(own, relations)
        text = own.sql(dialect="postgres", comments=False, unsupported_level=sqlglot.ErrorLevel.RAISE)
    except SqlglotError as fault:
        raise StoreError(
            f"This SQL cannot be run on a PostgreSQL store: {str(fault).splitlines()[0]}."
        ) from fault
    for name, relation in places.items():
        text = text.replace(name, relation)
    return text


def _lower(tree: exp.Query) -> None:
    """Names are small letters in this store: DuckDB does not tell cases apart, PostgreSQL does where they are quoted."""
    for identifier in tree.find_all(exp.Identifier):
        identifier.set("this", identifier.name.lower())
        if identifier.name in SESSION_WORDS:
            identifier.set("quoted", True)  # a column of this name, and not who the hub is on this server
    for column in tree.find_all(exp.Column):
        column.set("db", None)


def _expanded(tree: exp.Query, columns: Mapping[str, Sequence[Column]]) -> exp.Query:
    """Write out stars, aliases used beside their definition, GROUP BY ALL and ORDER BY ALL."""
    schema = MappingSchema(dialect="duckdb", normalize=False)
    for name, known in columns.items():
        types = {column.name: column.type for column in known}
        schema.add_table(exp.to_table(name), types, match_depth=False)
    found = qualify_columns(qualify_tables(tree, dialect="duckdb"), schema, dialect="duckdb")
    for identifier in found.find_all(exp.Identifier):
        identifier.set("quoted", True)  # a star is written out bare, also where a name holds quotes or blanks
    for select in found.find_all(exp.Select):
        group, order = select.args.get("group"), select.args.get("order")
        if group and group.args.get("all"):
            keys = [one.unalias().copy() for one in select.expressions if not _aggregates(one)]
            select.set("group", exp.Group(expressions=keys) if keys else None)
        if order and [one.name.lower() for one in order.expressions] == ["all"]:
            places = [exp.Ordered(this=exp.Literal.number(n + 1)) for n in range(len(select.expressions))]
            order.set("expressions", places)
    return found


def _aggregates(node: exp.Expression) -> bool:
    return any(not isinstance(found.parent, exp.Window) for found in node.find_all(exp.AggFunc))


def _check_functions(tree: exp.Query, rows: Callable[[str], list[Row]]) -> None:
    """StoreError for functions unknown to sqlglot that the server does not call immutable."""
    named = {node.name.lower() for node in tree.find_all(exp.Anonymous)} - STABLE
    if not named:
        return
    pure = rows(
        f"SELECT proname FROM pg_catalog.pg_proc WHERE proname IN ({literals(sorted(named))}) AND pronamespace IN "
        f"('pg_catalog'::regnamespace, '{setup.FUNCTIONS}'::regnamespace) GROUP BY 1 HAVING bool_and(provolatile = 'i')"
    )
    if refused := sorted(named - {name for (name,) in pure}):
        raise StoreError(
            f"The SQL calls {', '.join(refused)}(), which a PostgreSQL store does not have or does not let through."
        )


def _tables_renamed(tree: exp.Query, relations: Mapping[str, str]) -> dict[str, str]:
    """Put a name of its own in place of each dataset, and return what has to stand there in the text."""
    mark = secrets.token_hex(8)
    places = {}
    for number, table in enumerate(list(tree.find_all(exp.Table))):
        if not table.db or not isinstance(table.this, exp.Identifier):
            continue
        place = f"hub_{mark}_{number}"
        places[place] = relations[f"{table.db}.{table.name}"]
        alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name, quoted=True))
        table.set("alias", alias)
        table.set("db", None)
        table.set("this", exp.to_identifier(place))
    return places
