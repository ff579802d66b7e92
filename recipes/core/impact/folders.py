"""The recipes of one commit as the impact looks at them: cheap facts of all, the whole of those that matter."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from recipes.core.checks import datasets_read
from recipes.core.spec.model import NodeSpec, RecipeSpec, TestSpec, VariationSpec

# What may change at a node or value without changing what it makes.
NO_MATTER = {"description", "line", "retries", "backoff", "timeout", "memory_mb", "cpu_seconds", "needs"}


@dataclass(frozen=True)
class Reading:
    """A node that reads a dataset, itself or by one of its tests."""

    recipe: str
    node: str
    test: str = ""


@dataclass(frozen=True, eq=False)
class Folder:
    """One content of a recipe folder. `raw` is its RecipeSpec as a dictionary, None where it has faults.

    `texts` and `ids` read the folder from git: path -> text, and path -> git id, of its files.
    """

    recipe: str
    tree: str
    raw: Mapping[str, Any] | None
    texts_of: Callable[[str], Mapping[str, str]]
    ids_of: Callable[[str], Mapping[str, str]]
    faults: tuple[str, ...] = ()

    @cached_property
    def spec(self) -> RecipeSpec | None:
        return RecipeSpec.model_validate(self.raw) if self.raw is not None else None

    @cached_property
    def texts(self) -> Mapping[str, str]:
        return self.texts_of(self.tree)

    @cached_property
    def ids(self) -> Mapping[str, str]:
        return self.ids_of(self.tree)

    @cached_property
    def writes(self) -> tuple[tuple[str, str], ...]:
        """Return (node, dataset) of all it writes, without reading the whole of it."""
        nodes = self.raw["nodes"].values() if self.raw else ()
        return tuple((node["name"], write["dataset"]) for node in nodes for write in node["writes"])

    @cached_property
    def reads(self) -> tuple[tuple[str, Reading], ...]:
        """Return (dataset, who) of all that its nodes and tests read."""
        if self.raw is None:
            return ()
        own = [
            (dataset, Reading(self.recipe, node["name"]))
            for node in self.raw["nodes"].values()
            for dataset in node["reads"]
        ]
        return (*own, *self._read_by_tests())

    def _read_by_tests(self) -> list[tuple[str, Reading]]:
        written = set(self.writes)
        return [
            (dataset, Reading(self.recipe, test.node, test.name))
            for test in (TestSpec.model_validate(raw) for raw in (self.raw or {})["tests"].values())
            for dataset in sorted(datasets_read(test))
            if (test.node, dataset) not in written
        ]

    def digest(self, node: NodeSpec) -> str:
        """Return a text that is another one where the node may make other rows: its code, settings, values, sources."""
        spec = self.spec
        if spec is None:
            return ""
        in_code = node.kind in ("python", "shell")
        values = [spec.values[name] for name in node.values if name in spec.values]
        facts = {
            "node": node.model_dump(mode="json", exclude=NO_MATTER),
            "dialect": spec.dialect,
            "code": self._code() if in_code else self.ids.get(node.file, ""),
            "values": [value.model_dump(mode="json", exclude={"description", "line"}) for value in values],
            "set": [_set_by(variation, node) for variation in spec.variations.values()],
            "sources": [
                spec.sources[name].model_dump(mode="json", exclude={"line"})
                for name in node.sources
                if name in spec.sources
            ],
        }
        return json.dumps(facts, sort_keys=True, default=str)

    def _code(self) -> dict[str, str]:
        return {
            path: blob
            for path, blob in self.ids.items()
            if path != "recipe.yaml" and not path.endswith(".sql")
        }

    def line_of(self, reading: Reading, dataset: str) -> tuple[str, int]:
        """Return file and line where a node or test names a dataset; of the node in recipe.yaml where it does not."""
        raw = self.raw or {"tests": {}, "nodes": {}}
        if reading.test:
            return "recipe.yaml", int(raw["tests"][reading.test]["line"])
        node = raw["nodes"].get(reading.node) or {"file": "", "line": 1}
        text = self.texts.get(node["file"], "")
        if found := re.search(rf"\b{re.escape(dataset)}\b", text):
            return str(node["file"]), text.count("\n", 0, found.start()) + 1
        return "recipe.yaml", int(node["line"])


def _set_by(variation: VariationSpec, node: NodeSpec) -> dict[str, Any]:
    """Return the values a variation sets that the node reads, and whether it runs the node."""
    runs = not variation.nodes or node.name in variation.nodes
    return {"runs": runs} | {name: value for name, value in variation.values.items() if name in node.values}


@dataclass(frozen=True, eq=False)
class Side:
    """All recipes of one state of the mesh."""

    folders: Mapping[str, Folder]

    @cached_property
    def readers(self) -> Mapping[str, tuple[Reading, ...]]:
        """Return who reads each dataset."""
        found: dict[str, list[Reading]] = defaultdict(list)
        for folder in self.folders.values():
            for dataset, reading in folder.reads:
                found[dataset].append(reading)
        return {dataset: tuple(dict.fromkeys(readers)) for dataset, readers in found.items()}

    @cached_property
    def writers(self) -> Mapping[str, tuple[str, str]]:
        """Return (recipe, node) that writes each dataset; the first, where several do."""
        found: dict[str, tuple[str, str]] = {}
        for folder in self.folders.values():
            for node, dataset in folder.writes:
                found.setdefault(dataset, (folder.recipe, node))
        return found

    def node(self, recipe: str, node: str) -> NodeSpec | None:
        """Return a node, None where the recipe has none of that name or cannot be read."""
        folder = self.folders.get(recipe)
        spec = folder.spec if folder else None
        return spec.nodes.get(node) if spec else None
