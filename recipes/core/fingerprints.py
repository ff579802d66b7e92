"""Fingerprints of nodes: equal where code, values, tests and everything before a node are equal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from recipes.core.plan import Plan
from recipes.core.spec.model import NodeSpec

# Of a node's specification, what may change without changing what it does.
_NO_MATTER = {"description", "line", "retries", "backoff", "timeout", "memory_mb", "disk_mb", "cpu_seconds"}


def fingerprints(plan: Plan, files: Mapping[str, str]) -> dict[str, str]:
    """Return node -> fingerprint. A Python or shell node may use any file of the folder but recipe.yaml and SQL."""
    shared = _code(files) if any(node.kind in ("python", "shell") for node in plan.nodes) else ""
    found: dict[str, str] = {}
    for node in plan.nodes:
        found[node.name] = _digest(
            {
                "node": node.model_dump(mode="json", exclude=_NO_MATTER),
                "dialect": plan.dialect,
                "code": shared if node.kind in ("python", "shell") else files.get(node.file, ""),
                "values": _values(plan, node),
                "sources": [
                    plan.sources[name].model_dump(mode="json", exclude={"line"})
                    for name in node.sources
                    if name in plan.sources
                ],
                "tests": judged_by(plan, node.name, files),
                "before": [found.get(parent, "") for parent in node.needs],
            }
        )
    return found


def judged_by(plan: Plan, node: str, files: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what judges a node: its tests, and the code and values that tests in Python may use any of.

    Monitors are not among them: they never block, so what a node has made is as good without them.
    """
    tests = [test for test in plan.tests.get(node, ()) if not test.automatic]
    found = [test.model_dump(mode="json", exclude={"description", "line"}) for test in tests]
    if any(test.runs_code for test in tests):
        values = {name: value.value for name, value in plan.values.items() if name != "run"}
        found.append({"code": _code(files), "values": values})
    return found


def _code(files: Mapping[str, str]) -> str:
    return _digest(
        {path: text for path, text in files.items() if path != "recipe.yaml" and not path.endswith(".sql")}
    )


def _values(plan: Plan, node: NodeSpec) -> dict[str, object]:
    """Return the values the node reads (any, where it may ask for all of them) but the number of the run."""
    any_of_them = node.kind in ("python", "shell") and not node.values
    names = plan.values.keys() if any_of_them else node.values
    return {name: plan.values[name].value for name in names if name in plan.values and name != "run"}


def _digest(facts: object) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()
