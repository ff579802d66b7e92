"""What a run will do, worked out before it starts and frozen: nodes, tests and values with their origin."""

from __future__ import annotations

from typing import Any, Literal

from recipes.core.spec.model import Frozen, NodeSpec, SourceSpec, TestSpec

Origin = Literal["order", "kitchen", "variation", "recipe", "system"]


class Value(Frozen):
    """A resolved value: JSON form (dates as ISO text), its type, and where it came from."""

    name: str
    type: str
    value: Any
    origin: Origin
    description: str = ""
    kitchen: str = ""  # the kitchen whose override it is, as a whole
    paths: dict[str, str] = {}  # inside a dictionary: dotted path -> kitchen that set it


class Plan(Frozen):
    """Nodes in topological order with the tests of each; `values` are those of the recipe and the system."""

    domain: str
    recipe: str
    variation: str
    commit: str
    tree: str  # git id of the recipe folder: its files are read from there
    dialect: str = "duckdb"
    nodes: tuple[NodeSpec, ...]
    tests: dict[str, tuple[TestSpec, ...]] = {}  # node -> its tests
    sources: dict[str, SourceSpec] = {}
    values: dict[str, Value] = {}
    timeout: float = 0.0
    priority: int = 0
    fixtures: str = ""  # the set of tables it runs with; such a run publishes nothing

    def writes(self) -> list[str]:
        """Return the names of all datasets the plan may publish, each once, sorted."""
        if self.fixtures:
            return []
        return sorted({write.dataset for node in self.nodes for write in node.writes})
