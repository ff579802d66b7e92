"""What SQL reads, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from recipes.core.sql.dialects import DIALECTS, dialect_of, untranslatable
from recipes.core.sql.faults import SqlError, SqlFault
from recipes.core.sql.parsing import (
    parse_condition,
    parse_for_postgresql,
    parse_select,
    parse_source_query,
)
from recipes.core.sql.rules import dataset_name


@dataclass(frozen=True)
class SqlReads:
    """What a SELECT reads: datasets (`domain.table`), sources (without `source.`) and values, each sorted."""

    datasets: tuple[str, ...]
    sources: tuple[str, ...]
    values: tuple[str, ...]


def reads(sql: str, dialect: str = "duckdb") -> SqlReads:
    """Return what the SELECT reads; names of WITH are not counted. SqlError where it cannot be read at all."""
    parsed = parse_select(sql, dialect)
    if parsed.tree is None:
        raise SqlError(parsed.faults)
    found = {name for table in parsed.tree.find_all(exp.Table) if (name := dataset_name(table))}
    return SqlReads(
        datasets=tuple(sorted(name for name in found if not name.startswith("source."))),
        sources=tuple(sorted(name.removeprefix("source.") for name in found if name.startswith("source."))),
        values=tuple(sorted(parsed.values)),
    )


def check_select(sql: str, dialect: str = "duckdb") -> list[SqlFault]:
    """Return every fault of what should be one SELECT over datasets and sources; empty where it is fine."""
    return list(parse_select(sql, dialect).faults)


def check_translation(sql: str, dialect: str = "duckdb") -> list[SqlFault]:
    """Return a fault for every dialect of a store that a SELECT (already found right) cannot be carried to."""
    tree = parse_select(sql, dialect).tree.copy()
    for place in list(tree.find_all(exp.Placeholder)):
        place.replace(exp.Literal.number(1))
    return [fault for target in DIALECTS if (fault := _translation_fault(tree, dialect_of(dialect), target))]


def _translation_fault(tree: Any, source: str, target: str) -> SqlFault | None:
    if source == target:
        return None
    try:
        tree.sql(dialect=target, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, RecursionError) as error:
        return untranslatable(source, target, error)
    return None


def check_for_store(sql: str, dialect: str, store: str = "", *, condition: bool = False) -> list[SqlFault]:
    """Return a fault for all that a SELECT or condition (already found right) uses and this kind of store lacks.

    Only SQL for DuckDB on a PostgreSQL store can have any; the server's own dialect is its own judge.
    """
    if store != "postgresql" or dialect_of(dialect) != "duckdb":
        return []
    return list(parse_for_postgresql(sql, dialect, condition=condition).faults)


def check_source_query(sql: str) -> list[SqlFault]:
    """Return every fault of the SELECT of a source, which a PostgreSQL connection runs."""
    return list(parse_source_query(sql, "postgres").faults)


def source_query_values(sql: str) -> tuple[str, ...]:
    """Return the names of the values that the SELECT of a source uses, sorted."""
    return tuple(sorted(parse_source_query(sql, "postgres").values))


def check_condition(sql: str, dialect: str = "duckdb") -> list[SqlFault]:
    """Return every fault of what should be one condition over the columns of one dataset; empty where it is fine."""
    return list(parse_condition(sql, dialect).faults)


def condition_values(sql: str, dialect: str = "duckdb") -> tuple[str, ...]:
    """Return the names of the values a condition uses, sorted."""
    return tuple(sorted(parse_condition(sql, dialect).values))
