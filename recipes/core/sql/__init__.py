"""SQL of recipes: checked, read for lineage, bound to typed values and carried to the store's dialect. Never run here."""

from recipes.core.sql.binding import bind, bind_condition, bind_source_query
from recipes.core.sql.dialects import DIALECTS, transpile
from recipes.core.sql.faults import SqlError, SqlFault
from recipes.core.sql.reading import (
    SqlReads,
    check_condition,
    check_for_store,
    check_select,
    check_source_query,
    check_translation,
    condition_values,
    reads,
    source_query_values,
)

__all__ = [
    "DIALECTS",
    "SqlError",
    "SqlFault",
    "SqlReads",
    "bind",
    "bind_condition",
    "bind_source_query",
    "check_condition",
    "check_for_store",
    "check_select",
    "check_source_query",
    "check_translation",
    "condition_values",
    "reads",
    "source_query_values",
    "transpile",
]
