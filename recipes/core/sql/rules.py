"""What a SELECT of a recipe may hold: one reading query over datasets and sources, nothing that acts or reaches out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from kitchens.core.stores.names_in_sql import names_with_part, odd_words

NAME = re.compile(r"[a-z][a-z0-9_]*")
Finding = tuple[Any, str, str, str]  # node, code, message, remedy

ACTS = (
    exp.DML, exp.DDL, exp.Command, exp.Alter, exp.Drop, exp.Copy, exp.Set, exp.Use, exp.Attach, exp.Detach, exp.Pragma,
    exp.Transaction, exp.Commit, exp.Rollback, exp.Into, exp.Describe, exp.Summarize, exp.Kill, exp.Analyze, exp.LoadData,
    exp.TruncateTable, exp.Cache, exp.Uncache, exp.Refresh, exp.Show, exp.Grant, exp.Install, exp.Merge, exp.Comment,
)  # fmt: skip
PARAMETERS = (exp.Parameter, exp.SessionParameter, exp.Placeholder)
TABLE_FUNCTIONS = (exp.GenerateSeries, exp.ExplodingGenerateSeries, exp.Unnest, exp.Explode, exp.Posexplode)
TABLE_FUNCTION_NAMES = frozenset({"generate_series", "range", "unnest"})
# Functions that read files, settings or other databases, run SQL held in a text, wait, or change the server.
REACHES_OUT = re.compile(
    r"(pg_|lo_|dblink|read_|duckdb_|pragma_|parquet_|sqlite_|postgres_|mysql_|http_|delta_scan|iceberg_|st_read|"
    r"query_to_|table_to_|cursor_to_|database_to_|schema_to_|txid_|inet_|binary_upgrade|nextval$|setval$|currval$|"
    r"lastval$|set_config$|current_setting$|getenv$|getvariable$|sniff_csv$|glob$|query$|query_table$|"
    r"write_log$|sql_auto_complete$|json_execute|json_serialize_sql$|from_substrait|get_substrait|arrow_scan|pandas_scan|"
    r"python_map|seq_scan|index_scan|load_aws|which_secret|ts_stat$|ts_rewrite$|add_parquet_key|force_checkpoint$|"
    r"checkpoint$|in_search_path$|to_regclass$|has_\w+_privilege$)"
)


def select_faults(tree: Any) -> Iterator[Finding]:
    """Yield what makes a parsed statement anything but a SELECT over datasets and sources."""
    if not isinstance(tree, exp.Query) or isinstance(tree, exp.Table):
        what = tree.key.upper() if isinstance(tree, (*ACTS, exp.Pivot)) else "something else"
        yield (
            tree,
            "not-a-select",
            f"An SQL node is one SELECT; this is {what}.",
            "The hub writes its result itself.",
        )
        return
    yield from _acting(tree)
    for table in tree.find_all(exp.Table):
        yield from _table_faults(table)
    for lateral in tree.find_all(exp.Lateral):
        if isinstance(lateral.this, exp.Func) and not _known_table_function(lateral.this):
            yield _table_function(lateral)


def postgresql_faults(tree: Any) -> Iterator[Finding]:
    """Yield what a PostgreSQL store has no words for, of a tree that has passed the other rules."""
    from kitchens.core.stores.postgresql.lacking import lacking  # with psycopg: only where the store is one

    plain = exp.Paren(this=tree.copy())
    for place in list(plain.find_all(exp.Placeholder)):
        place.replace(exp.Literal.number(1))
    for node, what, remedy in lacking(plain.this):
        yield node, "not-on-this-store", f"A PostgreSQL store does not know {what}.", remedy


def source_query_faults(tree: Any) -> Iterator[Finding]:
    """Yield what makes a statement for a connection anything but one SELECT; its tables are those of the other side."""
    if not isinstance(tree, exp.Query) or isinstance(tree, exp.Table):
        yield tree, "not-a-select", "The query of a source is one SELECT.", "Write SELECT … FROM …"
        return
    yield from _acting(tree)


def condition_faults(tree: Any) -> Iterator[Finding]:
    """Yield what makes a parsed condition more than one expression over the rows at hand."""
    for query in tree.find_all(exp.Query):
        yield (
            query,
            "not-a-condition",
            "A condition holds no SELECT.",
            "Use the check sql_failing_rows for that.",
        )
    yield from _acting(tree)


def dataset_name(table: Any) -> str:
    """Return `<domain>.<table>` of a table that has passed the rules, "" for one that names a CTE or a function."""
    if not isinstance(table.this, exp.Identifier) or not table.db:
        return ""
    return f"{table.db}.{table.name}"


def _acting(tree: Any) -> Iterator[Finding]:
    for word in odd_words(tree):
        message = f"{word[:60]!r} stands where a plain name has to stand."
        yield tree, "bad-name", message, "Use letters, digits and _."
    for node in tree.walk():
        if isinstance(node, ACTS):
            yield (
                node,
                "not-a-select",
                f"{node.key.upper()} has no place in a SELECT of a recipe.",
                "Read only.",
            )
        elif isinstance(node, exp.Lock):
            yield (
                node,
                "not-a-select",
                "A SELECT of a recipe locks nothing.",
                "Remove FOR UPDATE or FOR SHARE.",
            )
        elif isinstance(node, PARAMETERS) and not _ours(node):
            yield (
                node,
                "foreign-placeholder",
                "Only {{ name }} stands for a value.",
                "Write {{ name }}, not $1 or ?.",
            )
        elif isinstance(node, exp.Func) and REACHES_OUT.match(_function_name(node)):
            yield (
                node,
                "forbidden-function",
                f"The function {_function_name(node)} reaches out of the query.",
                "Name what you need as a dataset or under sources.",
            )


def _ours(node: Any) -> bool:
    """Ours were put in after parsing and carry their template."""
    return type(node) is exp.Placeholder and bool(node.meta.get("value"))


def _function_name(node: Any) -> str:
    if isinstance(node, exp.Anonymous):
        return str(node.this if isinstance(node.this, str) else node.name).lower()
    return str(node.meta.get("name") or node.sql_name()).lower()


def _table_faults(table: Any) -> Iterator[Finding]:
    if isinstance(table.this, exp.Func):
        if not _known_table_function(table.this) and not REACHES_OUT.match(_function_name(table.this)):
            yield _table_function(table)
        return
    parts = [str(part.this) for part in table.parts]
    written = ".".join(parts)
    if len(parts) == 1 and names_with_part(table):
        return
    if len(parts) != 2 or not all(NAME.fullmatch(part) for part in parts):
        yield (
            table,
            "bad-dataset-name",
            f"{written!r} is not the name of a dataset or a source.",
            "Write <domain>.<table> or source.<name>, in small letters.",
        )


def _table_function(node: Any) -> Finding:
    name = _function_name(node.this)
    message = f"The table function {name} is not allowed."
    return node, "forbidden-function", message, "Read files and other databases through sources."


def _known_table_function(function: Any) -> bool:
    if isinstance(function, exp.Anonymous):
        return _function_name(function) in TABLE_FUNCTION_NAMES
    return isinstance(function, TABLE_FUNCTIONS)
