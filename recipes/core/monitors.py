"""Tests that nobody writes: each dataset that a node publishes is watched for volume, freshness, schema and distribution.

They are tests like any other, of severity warn, with names that stay the same from run to run: `monitor.volume.orders`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recipes.core.spec.model import AUTOMATIC, NodeSpec, RecipeSpec, TestSpec

# Kind -> the check it is, its parameters, and what it looks at, in words.
_WATCHED: Mapping[str, tuple[str, dict[str, Any], str]] = {
    "volume": (
        "row_count_anomaly",
        {"rows": "written", "min_effect": 20, "lasting": "none"},
        "How many rows a run writes",
    ),
    "freshness": ("freshness_anomaly", {}, "How old the newest row is at the time of the run"),
    "schema": (
        "schema_drift",
        {"allow": ["added", "nullable", "reordered"]},
        "Columns that go or change type",
    ),
    "distribution": ("profile_drift", {}, "How much of each column is filled, and where its average lies"),
}
# Kind -> checks which, written for the dataset, say the same: the monitor then gives way.
_INSTEAD: Mapping[str, frozenset[str]] = {
    "volume": frozenset({"row_count_anomaly", "row_count_change"}),
    "freshness": frozenset({"freshness", "freshness_anomaly"}),
    "schema": frozenset({"schema_drift", "schema_match"}),
    "distribution": frozenset({"profile_drift"}),
}
# Checks which, written for a column, stand in for its part of the monitor of distributions.
_OF_COLUMNS = frozenset(
    {"aggregate_anomaly", "share_anomaly", "mean_shift", "completeness_shift", "distribution_drift"}
)


def monitors_of(spec: RecipeSpec, node: NodeSpec) -> tuple[TestSpec, ...]:
    """Return the monitors of what a node of a recipe writes, less those that a written test stands in for."""
    return tuple(
        _monitor(spec, node.name, write.dataset, kind)
        for write in node.writes
        for kind in spec.monitors.of(write.dataset)
        if not any(test.check in _INSTEAD[kind] for test in _written(spec, write.dataset))
    )


def monitors_in(spec: RecipeSpec) -> dict[str, TestSpec]:
    """Return all monitors of a recipe by name."""
    return {test.name: test for node in spec.nodes.values() for test in monitors_of(spec, node)}


def _written(spec: RecipeSpec, dataset: str) -> list[TestSpec]:
    return [test for test in spec.tests.values() if test.dataset == dataset]


def _monitor(spec: RecipeSpec, node: str, dataset: str, kind: str) -> TestSpec:
    check, params, about = _WATCHED[kind]
    domain, _, table = dataset.partition(".")
    if kind == "distribution":
        params = {"leave_out": _columns_tested(spec, dataset)}
    return TestSpec(
        name=f"{AUTOMATIC}{kind}.{table if domain == spec.domain else dataset}"[:120],
        node=node,
        check=check,
        dataset=dataset,
        severity="warn",
        on_empty="pass" if kind in ("freshness", "distribution") else "",
        params=params,
        description=f"{about}. Nobody wrote this test: it watches by itself, unless monitors in the recipe say otherwise.",
    )


def _columns_tested(spec: RecipeSpec, dataset: str) -> list[str]:
    tests = [test for test in _written(spec, dataset) if test.check in _OF_COLUMNS]
    return sorted({str(test.params["column"]) for test in tests if "column" in test.params})
