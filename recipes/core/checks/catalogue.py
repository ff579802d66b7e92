"""All checks by name. A new check is a module and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from recipes.core.checks import (
    aggregate,
    aggregate_balance,
    foreign_key,
    freshness,
    in_set,
    matches,
    not_null,
    range,
    row_count,
    row_expression,
    sql_failing_rows,
    unique,
)
from recipes.core.checks.base import Check
from recipes.core.checks.past import measures, row_counts, schema_drift, share, spans, table_changed

_ALL = (
    row_count.CHECK,
    not_null.CHECK,
    unique.CHECK,
    in_set.IN_SET,
    in_set.NOT_IN_SET,
    range.CHECK,
    matches.CHECK,
    foreign_key.CHECK,
    freshness.CHECK,
    aggregate.CHECK,
    aggregate_balance.CHECK,
    row_expression.CHECK,
    sql_failing_rows.CHECK,
    row_counts.CHANGE,
    row_counts.ANOMALY,
    measures.AGGREGATE,
    measures.FRESHNESS,
    share.CHECK,
    schema_drift.CHECK,
    table_changed.CHECK,
    spans.DURATION,
    spans.ARRIVAL,
)
CHECKS: Mapping[str, Check] = {check.name: check for check in _ALL}
