"""The checks in groups, for choosing one."""

from __future__ import annotations

from collections.abc import Mapping

SHELVES: Mapping[str, tuple[str, ...]] = {
    "Is it all there": (
        "row_count", "row_count_match", "not_null", "not_missing", "at_least_one", "is_null",
        "period_complete", "dimension_volume", "freshness",
    ),
    "Is each row once": ("unique", "unique_key", "duplicate_rows", "distinct_count", "unique_proportion"),
    "Are the values right": (
        "range", "in_set", "not_in_set", "matches", "not_matches", "length", "castable", "json_schema",
        "precision_kept", "casing_consistent", "set_equals", "set_contains", "set_within", "outlier_fraction",
        "top_share", "entropy", "aggregate",
    ),
    "Do the columns of a row agree": ("row_expression", "column_compare", "columns_sum", "distinct_within_row"),
    "Is the order right": ("monotonic", "sequential", "no_overlap"),
    "Does it agree with other data": (
        "foreign_key", "aggregate_balance", "location_balance", "set_reconcile", "table_diff", "window_compare",
    ),
    "Does it look as it did": (
        "row_count_change", "row_count_anomaly", "aggregate_anomaly", "freshness_anomaly", "share_anomaly",
        "table_changed", "mean_shift", "variance_shift", "completeness_shift", "distribution_drift",
        "profile_drift", "dependence",
    ),
    "Is the shape right": ("schema_match", "schema_drift", "exposure_valid"),
    "Was it in time": ("run_duration", "arrival_window"),
    "What do other tools say": ("run_status", "event_metric", "log_pattern", "run_cost"),
    "In words of your own": ("sql_failing_rows", "sql_metric", "python_check"),
}  # fmt: skip
