"""Which columns identify a row of a dataset, as the recipe that last wrote it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recipes.models import DatasetAccess, OrderRun


def known_keys(kitchen_id: int, dataset: str) -> list[tuple[str, ...]]:
    """Return the keys of unique tests and of the merge mode, the surest first, without doubles. Two queries.

    The plan of the newest run that wrote the dataset is asked: the kitchen's own where there is one, else any.
    """
    written = DatasetAccess.objects.filter(dataset__name=dataset, writes=True).order_by("-id")
    own = written.filter(run__kitchen=kitchen_id).values_list("run_id", flat=True).first()
    run = own or written.values_list("run_id", flat=True).first()
    plan = OrderRun.objects.filter(pk=run).values_list("plan", flat=True).first() or {}
    return list(dict.fromkeys([*_tested(plan, dataset), *_merged(plan, dataset)]))


def _tested(plan: dict[str, Any], dataset: str) -> Sequence[tuple[str, ...]]:
    tests = [test for tests in plan.get("tests", {}).values() for test in tests]
    unique = [
        t["params"] for t in tests if t["check"] == "unique" and t["dataset"] == dataset and not t["where"]
    ]
    return [tuple(params.get("columns") or [params.get("column", "")]) for params in unique]


def _merged(plan: dict[str, Any], dataset: str) -> Sequence[tuple[str, ...]]:
    writes = [write for node in plan.get("nodes", ()) for write in node["writes"]]
    return [tuple(w["columns"]) for w in writes if w["dataset"] == dataset and w["mode"] == "merge"]
