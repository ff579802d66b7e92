"""The format of a recipe: its model, the reader that finds all faults at once, and the published JSON Schema.

Reader and schema are loaded at first use: a node process needs the model only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recipes.core.spec.model import Fault, Place, RecipeSpec

if TYPE_CHECKING:
    from recipes.core.spec.reader import ReadResult, read_recipe
    from recipes.core.spec.schema import recipe_schema

__all__ = ["Fault", "Place", "ReadResult", "RecipeSpec", "read_recipe", "recipe_schema"]


def __getattr__(name: str) -> Any:
    if name in {"ReadResult", "read_recipe"}:
        from recipes.core.spec import reader

        return getattr(reader, name)
    if name == "recipe_schema":
        from recipes.core.spec import schema

        return schema.recipe_schema
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
