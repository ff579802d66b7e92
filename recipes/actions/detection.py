"""Try what the tests of a dataset catch, and keep what came of it for its page."""

from __future__ import annotations

from datetime import datetime

from hub.common.errors import InvalidError, MissingError
from kitchens.actions import audit
from kitchens.core.roles import Actor
from kitchens.core.stores.base import StoreError
from kitchens.models import Dataset, Kitchen
from kitchens.queries.data import newest, resolve, resolve_snapshots, store_address
from recipes.actions.runs.plans import Request, planner_at
from recipes.core.checks import datasets_read
from recipes.core.detection.apart import power_of
from recipes.core.plan import Plan
from recipes.core.spec.model import TestSpec
from recipes.models import DetectionPower
from recipes.queries.recipes import recipe_versions


def try_detection(
    kitchen: Kitchen, dataset: str, *, by: Actor, now: datetime, seconds: float
) -> DetectionPower:
    """Plant known faults into a copy of the dataset's version in the kitchen; return what its tests caught, as it is kept.

    Nothing is published, and the copies are removed. The tests are those of the first variation of the recipe that
    writes it, at the time when the version was written. MissingError where nobody writes it or it has no version yet,
    InvalidError where the store refuses or the time is up. Reads the data once for each fault and statement.
    """
    by.require("recipe.change", kitchen.slug)
    revision = newest(kitchen)
    snapshot = resolve_snapshots(kitchen, [dataset]).get(dataset)
    recipe = _writer(revision.commit, dataset)
    if snapshot is None:
        raise MissingError(
            f"{dataset[:160]} has no version in {kitchen.slug} yet.", remedy="Run its recipe first."
        )
    domain, name = recipe.split("/", 1)
    version = recipe_versions(revision.commit)[recipe]
    variation = next(iter((version.spec or {}).get("variations", {})), "")
    request = Request(kitchen, domain, name, variation, as_of=snapshot.created_at)
    plan = planner_at(request, revision).plan()
    tests = _tests_of(plan, dataset)
    names = {dataset}.union(*(datasets_read(test) for test in tests))
    try:
        found = power_of(
            store_address(kitchen),
            dataset,
            resolve(kitchen, names),
            tests,
            as_of=snapshot.created_at,
            dialect=plan.dialect,
            values={key: {"type": one.type, "value": one.value} for key, one in plan.values.items()},
            seconds=seconds,
        )
    except StoreError as fault:
        raise InvalidError(str(fault), remedy="Give it more time, or try a smaller dataset.") from fault
    kept, _ = DetectionPower.objects.update_or_create(
        kitchen=kitchen,
        dataset=Dataset.objects.get(name=dataset),
        defaults={
            "recipe": recipe,
            "commit": revision.commit,
            "snapshot": snapshot,
            "at": now,
            "body": found.as_dict(),
        },
    )
    audit.record(by, "detection.tried", kitchen.slug, now, dataset=dataset)
    return kept


def _tests_of(plan: Plan, dataset: str) -> list[TestSpec]:
    """Return the tests about a dataset that people wrote: monitors judge what was just written, and by its past."""
    tests = [test for of_node in plan.tests.values() for test in of_node]
    return [test for test in tests if test.dataset == dataset and not test.automatic]


def _writer(commit: str, dataset: str) -> str:
    """Return the recipe that writes a dataset, as "<domain>/<recipe>"."""
    for recipe, version in recipe_versions(commit).items():
        nodes = (version.spec or {}).get("nodes", {})
        if any(write["dataset"] == dataset for node in nodes.values() for write in node["writes"]):
            return recipe
    raise MissingError(
        f"No recipe here writes {dataset[:160]}.", remedy="Give the dataset as <domain>.<table>."
    )
