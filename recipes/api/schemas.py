"""Schemas of the files people write, for their editors."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from recipes.core.spec import recipe_schema

router = Router(tags=["Recipes"])


@router.get(
    "/schemas/recipe.json", response=dict[str, Any], auth=None, summary="Get the schema of recipe.yaml"
)
def get_schema(request: HttpRequest) -> dict[str, Any]:
    """The JSON Schema of `recipe.yaml`, for editors. It says nothing about this mesh, so nobody has to sign in."""
    return recipe_schema()
