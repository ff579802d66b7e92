"""Which secrets and connections the recipes of a commit ask for, read from their files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings

from kitchens.core.asked import AskedFor
from kitchens.core.git import MeshRepository
from recipes.models import RecipeVersion
from recipes.queries.recipes import recipe_versions

IN_PYTHON = re.compile(r"""\.secret\(\s*["']([A-Za-z][A-Za-z0-9_]{0,79})["']""")
IN_SHELL = re.compile(r"HUB_SECRET_([A-Z][A-Z0-9_]{0,79})\b")


def asked_names(commit: str) -> Sequence[AskedFor]:
    """Return who asks for what, by recipe. Two queries; the files of a recipe that was read before are not read again.

    A secret whose name is worked out while the node runs is not seen. A shell node asks in capitals.
    """
    found: list[AskedFor] = []
    for recipe, version in sorted(recipe_versions(commit).items()):
        if version.spec:
            found += _of_recipe(recipe, version)
    return found


def _of_recipe(recipe: str, version: RecipeVersion) -> Iterator[AskedFor]:
    nodes: Mapping[str, Any] = version.spec["nodes"]
    coded = [node for node in nodes.values() if node["kind"] in ("python", "shell")]
    files = _names_in(version.tree) if coded else {}
    for node in coded:
        own = set(files.get(node.get("file", ""), ())) | set(IN_SHELL.findall(node.get("command", "")))
        shared = {name for file, names in files.items() if file not in _files_of(coded) for name in names}
        used = own | (shared if node["kind"] == "python" else set())
        yield from (AskedFor("secret", name, recipe, node["name"]) for name in sorted(used))
    for node in nodes.values():
        if node.get("connection"):
            yield AskedFor("connection", node["connection"], recipe, node["name"])
    for source in (version.spec.get("sources") or {}).values():
        if source.get("connection") and "{{" not in source["connection"]:
            yield AskedFor("connection", source["connection"], recipe, "")


def _files_of(nodes: Sequence[Mapping[str, Any]]) -> set[str]:
    return {node.get("file", "") for node in nodes}


@lru_cache(maxsize=2000)
def _names_in(tree: str) -> dict[str, tuple[str, ...]]:
    """Return file -> names of secrets in it; a folder of git never changes."""
    found = {}
    for path, content in MeshRepository(settings.MESH_REPOSITORY).read_tree(tree).items():
        pattern = IN_PYTHON if path.endswith(".py") else IN_SHELL if path.endswith(".sh") else None
        if pattern and (names := pattern.findall(content.decode("utf-8", "replace"))):
            found[path] = tuple(names)
    return found
