"""Ingredients that make, or take away, what a domain needs in a kitchen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.common.errors import MissingError
from kitchens.core.roles import Actor
from kitchens.models import Kitchen
from recipes.actions.runs.ordering import FOR_PROVISION, place_order
from recipes.queries.pages_recipes import read_spec
from recipes.queries.recipes import get_recipe


def place_ingredient(
    kitchen_id: int, ingredient: str, values: Mapping[str, Any], *, key: str, by: Actor, now: datetime
) -> int:
    """Order "<domain>/<recipe>/<ingredient>" in a kitchen that is being made or taken down; return the run's number.

    The same key gives the same run. MissingError where the kitchen's commit has no such ingredient.
    """
    kitchen = Kitchen.objects.get(pk=kitchen_id)
    domain, recipe, name = ingredient.split("/", 2)
    spec = read_spec(get_recipe(kitchen, domain, recipe))
    found = spec.ingredients.get(name) if spec else None
    if found is None:
        raise MissingError(f"{domain}/{recipe} has no ingredient {name[:80]} in {kitchen.slug}.")
    run = place_order(
        kitchen=kitchen,
        domain=domain,
        recipe=recipe,
        variation=found.variation,
        values={name: value for name, value in values.items() if name in found.takes},
        idempotency_key=key,
        came_by=FOR_PROVISION,
        by=by,
        now=now,
    )
    return run.pk
