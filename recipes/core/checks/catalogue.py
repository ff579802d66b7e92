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
    row_count_match,
    row_expression,
    sql_failing_rows,
    unique,
)
from recipes.core.checks.base import Check
from recipes.core.checks.drift import completeness, dependence, dimension_volume, distribution, profile, shift
from recipes.core.checks.groups import casing, duplicate_rows, sets, spread
from recipes.core.checks.joins import location_balance, set_reconcile, table_diff, window_compare
from recipes.core.checks.own import python_check, sql_metric
from recipes.core.checks.past import measures, row_counts, schema_drift, share, spans, table_changed
from recipes.core.checks.structure import schema_match
from recipes.core.checks.told import event_metric, log_pattern, run_cost, run_status
from recipes.core.checks.values import castable, documents, length, missing, outliers, precision
from recipes.core.checks.windows import monotonic, overlap, period_complete, sequential
from recipes.core.checks.within_row import compare, distinct, total

_ALL = (
    row_count.CHECK,
    row_count_match.CHECK,
    not_null.CHECK,
    missing.NOT_MISSING,
    missing.AT_LEAST_ONE,
    missing.IS_NULL,
    unique.CHECK,
    unique.UNIQUE_KEY,
    duplicate_rows.CHECK,
    spread.DISTINCT_COUNT,
    spread.UNIQUE_PROPORTION,
    spread.TOP_SHARE,
    spread.ENTROPY_CHECK,
    in_set.IN_SET,
    in_set.NOT_IN_SET,
    sets.SET_EQUALS,
    sets.SET_CONTAINS,
    sets.SET_WITHIN,
    range.CHECK,
    outliers.OUTLIER_FRACTION,
    matches.MATCHES,
    matches.NOT_MATCHES,
    length.LENGTH,
    castable.CASTABLE,
    documents.JSON_SCHEMA,
    precision.PRECISION_KEPT,
    casing.CHECK,
    foreign_key.CHECK,
    freshness.CHECK,
    aggregate.CHECK,
    aggregate_balance.CHECK,
    row_expression.CHECK,
    compare.CHECK,
    total.CHECK,
    distinct.CHECK,
    sql_failing_rows.CHECK,
    monotonic.CHECK,
    sequential.CHECK,
    overlap.CHECK,
    period_complete.CHECK,
    window_compare.CHECK,
    set_reconcile.CHECK,
    table_diff.CHECK,
    location_balance.CHECK,
    dimension_volume.CHECK,
    shift.MEAN_SHIFT,
    shift.VARIANCE_SHIFT,
    completeness.CHECK,
    distribution.CHECK,
    profile.CHECK,
    dependence.CHECK,
    schema_match.SCHEMA_MATCH,
    schema_match.EXPOSURE_VALID,
    sql_metric.CHECK,
    python_check.CHECK,
    row_counts.CHANGE,
    row_counts.ANOMALY,
    measures.AGGREGATE,
    measures.FRESHNESS,
    share.CHECK,
    schema_drift.CHECK,
    table_changed.CHECK,
    spans.DURATION,
    spans.ARRIVAL,
    run_status.CHECK,
    run_cost.CHECK,
    event_metric.CHECK,
    log_pattern.CHECK,
)
CHECKS: Mapping[str, Check] = {check.name: check for check in _ALL}
