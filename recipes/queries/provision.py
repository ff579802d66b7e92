"""What the making of kitchens wants to know of recipes and runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hub.common.errors import InvalidError
from kitchens.core.provision.recipes import IngredientFacts, RecipeFacts, ValueFacts
from recipes.core.spec.model import RecipeSpec
from recipes.core.status import OPEN, Status
from recipes.models import NodeRun, OrderRun
from recipes.queries.pages_recipes import read_spec
from recipes.queries.recipes import recipe_versions


def recipe_facts(commit: str) -> Sequence[RecipeFacts]:
    """Return what there is to know of the recipes of a commit; those with faults by name only. Two queries."""
    versions = recipe_versions(commit)
    return [
        _facts(spec) if (spec := read_spec(version)) else RecipeFacts(version.domain, version.name)
        for version in versions.values()
    ]


def _facts(spec: RecipeSpec) -> RecipeFacts:
    path = f"{spec.domain}/{spec.name}"
    return RecipeFacts(
        domain=spec.domain,
        name=spec.name,
        description=spec.description,
        values=tuple(
            ValueFacts(path, value.name, value.type, value.default, value.description, value.protected)
            for value in spec.values.values()
        ),
        ingredients=tuple(
            IngredientFacts(path, one.name, one.rollback, one.description)
            for one in spec.ingredients.values()
            if one.provisions
        ),
        connections=tuple(sorted(set(_connections(spec)))),
    )


def _connections(spec: RecipeSpec) -> Iterator[str]:
    yield from (source.connection for source in spec.sources.values() if source.connection)
    yield from (node.connection for node in spec.nodes.values() if node.connection)


def left_by_run(run_id: int, kitchen_id: int) -> Mapping[str, int]:
    """Return dataset -> id of the snapshot that the nodes of a run of the kitchen wrote, failed ones as well. Two queries.

    InvalidError at `run` where it is no run of that kitchen.
    """
    if not OrderRun.objects.filter(pk=run_id, kitchen=kitchen_id).exists():
        raise InvalidError(f"Run {run_id} is no run of this kitchen.", field="run")
    outcomes = NodeRun.objects.filter(run=run_id, in_hub=False).order_by("place")
    return {
        name: snapshot
        for outcome in outcomes.values_list("outcome", flat=True)
        for name, snapshot in outcome.get("snapshots", {}).items()
    }


def state_of_run(run_id: int) -> str:
    """Return "" while the run is open, "green", or in a sentence what went wrong. One query."""
    found = OrderRun.objects.filter(pk=run_id).values_list("status", "reason").first()
    if found is None:
        return "There is no such run any more."
    status, reason = found
    if Status(status) in OPEN:
        return ""
    return "green" if status == Status.SUCCEEDED else reason or f"It ended as {status}."
