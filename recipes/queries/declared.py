"""The values that the recipes of a commit declare: what can be overridden in a kitchen, and who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kitchens.core.overrides import DeclaredValue
from recipes.models import RecipeVersion
from recipes.queries.recipes import recipe_versions


def declared_values(commit: str) -> list[DeclaredValue]:
    """Return every declared value, by recipe and in the order of the file; recipes with faults declare none. Two queries."""
    return declared_in(recipe_versions(commit))


def declared_in(versions: Mapping[str, RecipeVersion]) -> list[DeclaredValue]:
    """Return every value that these recipes declare. No query."""
    found = []
    for recipe, version in sorted(versions.items()):
        spec = version.spec or {}
        readers = _readers(spec.get("nodes", {}))
        found += [_declared(recipe, value, readers) for value in spec.get("values", {}).values()]
    return found


def _readers(nodes: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return value -> the nodes that read it; a Python or shell node that names none may read all ("")."""
    found: dict[str, list[str]] = {}
    for node in nodes.values():
        names = node.get("values") or ([""] if node["kind"] in ("python", "shell") else [])
        for name in names:
            found.setdefault(name, []).append(node["name"])
    return found


def _declared(recipe: str, value: Mapping[str, Any], readers: Mapping[str, list[str]]) -> DeclaredValue:
    return DeclaredValue(
        recipe=recipe,
        name=value["name"],
        type=value["type"],
        default=value.get("default"),
        description=value.get("description", ""),
        required=value.get("required", False),
        protected=value.get("protected", False),
        choices=tuple(value.get("choices") or ()),
        min=value.get("min"),
        max=value.get("max"),
        readers=(*readers.get(value["name"], ()), *readers.get("", ())),
        line=value.get("line", 1),
    )
