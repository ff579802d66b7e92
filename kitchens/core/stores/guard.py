"""The gate every SQL text of a recipe passes: one SELECT, over known datasets, without functions that reach outside.

It judges the parsed tree, and the stores run the text made from that tree, never the text that came in: what
one parser overlooks the other one is not shown. Below it stand the engine's own locks (DuckDB: no access outside
the manifest's files, configuration locked; PostgreSQL: a role without rights elsewhere).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from kitchens.core.stores.base import StoreError
from kitchens.core.stores.names_in_sql import names_with_part, odd_words

LONGEST = 200_000  # characters of one SELECT
# Anything that is no reading of rows, wherever it stands in the tree.
REFUSED: tuple[type, ...] = (
    exp.DML,
    exp.DDL,
    exp.Create,
    exp.Drop,
    exp.Alter,
    exp.Command,
    exp.Copy,
    exp.Attach,
    exp.Detach,
    exp.Set,
    exp.Pragma,
    exp.Use,
    exp.Describe,
    exp.Summarize,
    exp.Show,
    exp.Into,
    exp.Lock,
    exp.Placeholder,
    exp.Parameter,
    exp.SessionParameter,
)
# Functions that look at the machine, the session or the catalog, that run SQL held in a text, or that only wait.
REFUSED_FUNCTIONS = re.compile(
    r"pg_(?!typeof\Z|size_pretty\Z).*|has_\w+_privilege|current_(setting|query|query_id|connection_id|transaction_id"
    r"|database|catalog|schemas?|role|user|version)|session_user|user|version|getenv|getvariable|nextval|currval"
    r"|set_config|write_log|sleep_ms|setseed|inet_\w+|json_(execute|serialize|deserialize)_\w+|query(_table)?|txid_\w+"
    r"|read_\w+|write_\w+|\w+_scan|scan_\w+|glob|sniff_csv|parquet_\w+|duckdb_\w+|which_secret|lo_\w+|dblink\w*|\w*_to_xml\w*"
    r"|__internal\w*|in_search_path|(col|obj|shobj)_description|query_to_\w+|ts_stat"
)
ROW_FUNCTIONS = {"range", "generate_series", "unnest", "json_each", "json_tree", "repeat_row"}
CATALOG_TYPES = re.compile(r"(pg_catalog\.)?\"?reg[a-z]+\b", re.IGNORECASE)  # regclass, regrole …
PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class Checked:
    """A SELECT that may run: its tree, and what it reads ("domain.table", and names of sources)."""

    tree: exp.Query
    datasets: frozenset[str]
    sources: frozenset[str]


def check(sql: str, dialect: str, datasets: Collection[str], sources: Collection[str] = ()) -> Checked:
    """Return the SELECT parsed; StoreError in a sentence where it is anything else or reads what it may not."""
    tree = _parse(sql, dialect)
    _check_nodes(tree)
    reads = _tables(tree)
    unknown = sorted(
        f"{schema}.{name}" if schema else name
        for schema, name in reads
        if not (name in sources if schema == "source" else f"{schema}.{name}" in datasets)
    )
    if unknown:
        raise StoreError(
            f"The SQL reads {', '.join(unknown)}, which this node cannot read. "
            "It may read datasets as domain.table and the recipe's own sources as source.name."
        )
    return Checked(
        tree,
        frozenset(f"{schema}.{name}" for schema, name in reads if schema != "source"),
        frozenset(name for schema, name in reads if schema == "source"),
    )


def check_foreign(sql: str) -> str:
    """Return a query for a PostgreSQL database that is not the hub's; it may name any table there.

    The same rules about statements and functions hold; what may be read is up to the connection's role.
    """
    tree = _parse(sql, "postgres")
    _check_nodes(tree)
    return tree.sql(dialect="postgres", comments=False)


def _check_nodes(tree: exp.Query) -> None:
    for word in odd_words(tree):
        raise StoreError(
            f"The SQL holds {word[:60]!r} where a plain name has to stand. Use letters, digits and '_'."
        )
    for node in tree.walk():
        if isinstance(node, REFUSED):
            raise StoreError(f"The SQL holds {node.key.upper()}, and only a SELECT may run here.")
        if isinstance(node, exp.Func):
            _check_function(node)
        elif isinstance(node, exp.DataType | exp.ObjectIdentifier) and CATALOG_TYPES.match(node.sql()):
            raise StoreError(
                f"The SQL uses the type {node.sql()}, which looks up names in the server's catalog."
            )


def _parse(sql: str, dialect: str) -> exp.Query:
    if len(sql) > LONGEST:
        raise StoreError(f"The SQL is {len(sql):,} characters long; at most {LONGEST:,} are taken.")
    try:
        trees = [tree for tree in sqlglot.parse(sql, read=dialect) if tree is not None]
    except (SqlglotError, ValueError) as fault:
        raise StoreError(f"The SQL cannot be read: {_first_line(fault)}") from fault
    except RecursionError as fault:
        raise StoreError("The SQL is nested too deeply to be read.") from fault
    if len(trees) != 1:
        raise StoreError(f"The SQL holds {len(trees)} statements; it has to be one SELECT.")
    if not isinstance(trees[0], exp.Query):
        raise StoreError(f"The SQL is {trees[0].key.upper()}; it has to be a SELECT.")
    return trees[0]


def _tables(tree: exp.Query) -> set[tuple[str, str]]:
    """Return (domain, table) of everything read, in small letters; common table expressions are not counted."""
    if odd := sorted({c.alias for c in tree.find_all(exp.CTE) if not PLAIN.match(c.alias)}):
        raise StoreError(f"The SQL names a WITH part {odd[0]!r}. Use letters, digits and '_'.")
    found = set()
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            _check_row_function(table.this)
        elif table.catalog:
            raise StoreError(
                f"The SQL reads {table.sql()}. A dataset is named domain.table, nothing before it."
            )
        elif table.db or not names_with_part(table):
            found.add((table.db.lower(), table.name.lower()))
    return found


def _check_function(node: exp.Func) -> None:
    names = {node.name.lower()} if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc) else _names(node)
    for name in names:
        if REFUSED_FUNCTIONS.fullmatch(name):
            raise StoreError(
                f"The SQL calls {name}(), which may not be used here: it looks outside the data it reads."
            )


def _names(node: exp.Func) -> set[str]:
    """Return every name by which this function may be called or written."""
    return {name.lower() for name in type(node).sql_names()} | {node.key}


def _check_row_function(node: exp.Expression) -> None:
    name = node.name.lower() if isinstance(node, exp.Anonymous) else node.key
    if not isinstance(node, exp.GenerateSeries | exp.Unnest) and name not in ROW_FUNCTIONS:
        raise StoreError(f"The SQL reads from {name}(). Only datasets and sources may stand after FROM.")


def _first_line(fault: Exception) -> str:
    return re.sub(r"\x1b\[\d+m", "", str(fault)).strip().splitlines()[0]
