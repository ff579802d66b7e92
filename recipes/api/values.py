"""The values of a kitchen: what counts, where it comes from, what its parent has."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from kitchens.api.access import actor, may
from kitchens.api.kitchens import Slug
from kitchens.queries.kitchens import get_kitchen
from recipes.queries.pages_values import ValuesPage, values_page
from recipes.queries.value_rows import ValueRow

router = Router(tags=["Kitchens"])
Recipe = Annotated[
    str, Query(max_length=130, description="<domain>/<recipe>; without it, what differs in all")
]
Variation = Annotated[str, Query(max_length=60, description="Without it, the first one of the recipe")]
Differing = Annotated[bool, Query(description="Only what differs from the parent")]


class KitchenValueOut(Schema):
    recipe: str = Field(examples=["sales/daily"])
    key: str = Field(description="Of an override of it", examples=["limits.max"])
    type: str = Field(examples=["integer"])
    value: Any = Field(description="What counts; null where an order has to give it")
    origin: str = Field(description="recipe, variation or kitchen; empty: nothing gives it yet")
    kitchen: str = Field(description="The kitchen that set it, where it is an override")
    parent: Any = Field(description="What the parent has, as it is pinned")
    differs: bool
    override: str = Field(
        description="Key of the kitchen's own override; empty: it has none", alias="own_key"
    )
    locked: str = Field(description="Why you may not set it here; empty: you may")

    @staticmethod
    def resolve_type(row: ValueRow) -> str:
        return row.spec.type


class UnusedOut(Schema):
    key: str
    why: str


class ValuesOut(Schema):
    recipe: str
    variation: str
    items: list[KitchenValueOut] = Field(alias="rows")
    more: bool = Field(description="There are more; ask for one recipe")
    unused: list[UnusedOut] = Field(description="Overrides of the kitchen that mean nothing")


@router.get("/kitchens/{slug}/values", response=ValuesOut, summary="Get the values", **may("mesh.see"))
def get_kitchen_values(
    request: HttpRequest,
    slug: Slug,
    recipe: Recipe = "",
    variation: Variation = "",
    differing: Differing = False,
) -> ValuesPage:
    """The values of a recipe in a kitchen with the origin of each; inside dictionaries key by key."""
    return values_page(
        get_kitchen(slug),
        timezone.now(),
        recipe=recipe,
        variation=variation,
        differing=differing,
        by_operator=actor(request).may("override.protected"),
    )
