"""What the order form shows: the variation, and what its values are before anything is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.common.errors import MissingError
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from kitchens.queries.overrides import override_layers
from recipes.core.plan import Value
from recipes.core.planning import plan_values
from recipes.core.spec.model import RecipeSpec, VariationSpec
from recipes.core.values import Overrides, ValueFaults
from recipes.queries.pages_recipes import read_spec
from recipes.queries.recipes import get_recipe


@dataclass(frozen=True)
class OrderPage:
    """A variation that can be ordered, and its effective values with their origin."""

    spec: RecipeSpec
    variation: VariationSpec
    nodes: tuple[str, ...]
    effective: dict[str, Value]

    @property
    def system(self) -> list[Value]:
        return [value for value in self.effective.values() if value.origin == "system"]


def order_page(kitchen: Kitchen, domain: str, recipe: str, variation: str, now: datetime) -> OrderPage:
    """Return what can be ordered; MissingError where the recipe has faults or no such variation. Three queries."""
    revision = newest(kitchen)
    version = get_recipe(kitchen, domain, recipe, revision.commit)
    spec = read_spec(version)
    if spec is None:
        raise MissingError(
            f"{version} cannot be ordered: its files have faults.", remedy="They are listed on its page."
        )
    chosen = spec.variations.get(variation)
    if chosen is None:
        raise MissingError(
            f"{version} has no variation {variation[:60]}.", remedy="Its variations are on its page."
        )
    effective = effective_values(
        spec, variation, override_layers(revision), {"as_of": now, "kitchen": kitchen.slug}
    )
    return OrderPage(spec, chosen, chosen.nodes or tuple(spec.nodes), effective)


def effective_values(
    spec: RecipeSpec, variation: str, overrides: Overrides, system: dict[str, Any]
) -> dict[str, Value]:
    """Return each value that can be worked out without the order; those it has to give are left out. No query."""
    while True:
        try:
            return plan_values(spec, variation, order_values={}, overrides=overrides, system=system)
        except ValueFaults as faults:
            kept = {name: value for name, value in spec.values.items() if name not in faults.faults}
            if len(kept) == len(spec.values):
                raise
            spec = spec.model_copy(update={"values": kept})
