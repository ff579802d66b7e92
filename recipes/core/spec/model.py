"""A recipe as the hub sees it after reading: checked, normalised, frozen. The file format is in `reader`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

ValueType = Literal["text", "integer", "number", "boolean", "date", "datetime", "list", "dictionary"]
NodeKind = Literal["sql", "python", "shell", "synchronise", "fixture"]  # fixture: made by the planner alone


MONITORS = ("volume", "freshness", "schema", "distribution")  # kinds of tests that nobody writes
AUTOMATIC = "monitor."  # how their names begin, and no other name does


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(Frozen):
    """Where something stands in a file of the recipe folder; lines count from 1."""

    file: str
    line: int = 1
    column: int = 1


class Fault(Frozen):
    """Something wrong in a recipe: what, where, and how to mend it."""

    code: str  # stable, e.g. "cycle", "unknown-node", "undefined-value"
    message: str  # a full sentence
    remedy: str = ""
    file: str = "recipe.yaml"
    line: int = 1
    column: int = 1


class ValueSpec(Frozen):
    """A typed value of a recipe. `default` is as written (it may hold `{{ }}` of other values)."""

    name: str
    type: ValueType
    default: Any = None
    required: bool = False  # no default: an order, variation or kitchen must give it
    protected: bool = False  # only an operator of the hub overrides it
    description: str = ""
    choices: tuple[Any, ...] = ()
    min: float | str | None = None
    max: float | str | None = None
    line: int = 1


class WriteSpec(Frozen):
    """How a node writes one dataset (see kitchens.core.stores.WriteMode)."""

    dataset: str
    mode: Literal["replace", "append", "replace_partition", "merge"] = "replace"
    columns: tuple[str, ...] = ()


class SourceSpec(Frozen):
    """Something outside to read from, named `source.<name>` in SQL and `context.read("source.<name>")` in Python."""

    name: str
    location: str = ""  # a path or URL, may hold {{ values }}
    format: str = ""
    options: dict[str, Any] = {}
    connection: str = ""
    table: str = ""
    query: str = ""
    line: int = 1


class NodeSpec(Frozen):
    """One step. `needs` holds what is written and what reading implies; `reads` what SQL names or the author declares."""

    name: str
    kind: NodeKind
    file: str = ""
    command: str = ""  # shell
    description: str = ""
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    writes: tuple[WriteSpec, ...] = ()
    values: tuple[str, ...] = ()  # names of the values it reads: part of its fingerprint
    connection: str = ""  # its parallel limit counts
    effects: Literal["none", "external"] = "none"
    retries: int = 0
    backoff: float = 5.0  # seconds before the first retry; doubles each time, with jitter
    timeout: float = 3600.0  # seconds
    memory_mb: int = 0  # 0: the hub's default
    disk_mb: int = 0  # 0: the hub's default
    cpu_seconds: int = 0
    line: int = 1


class TestSpec(Frozen):
    """One test at a node; `params` are those of its check, normalised (see recipes.core.checks)."""

    __test__ = False

    name: str
    node: str
    check: str
    dataset: str = ""
    severity: Literal["stop", "warn", "log"] = "stop"
    where: str = ""  # SQL condition, may hold {{ values }}
    warn: str = ""  # threshold, e.g. "> 0", "> 1 %"
    fail: str = ""
    nulls: Literal["", "ignore", "fail", "value"] = ""
    on_empty: Literal["", "fail", "skip", "pass"] = ""
    params: dict[str, Any] = {}
    reads: tuple[str, ...] = ()  # datasets that SQL in its parameters names
    description: str = ""
    line: int = 1

    @property
    def automatic(self) -> bool:
        """Whether nobody wrote it: a monitor, which the plan of a run adds (recipes.core.monitors)."""
        return self.name.startswith(AUTOMATIC)

    @property
    def runs_code(self) -> bool:
        """Whether it runs a Python file of the recipe: SQL files are read into its parameters with the recipe."""
        return "file" in self.params


class VariationSpec(Frozen):
    """A way to run the recipe: which nodes (all, where empty), with which values, when."""

    name: str
    description: str = ""
    nodes: tuple[str, ...] = ()
    values: dict[str, Any] = {}
    schedule: str = ""  # cron with five or six fields (seconds first)
    timezone: str = "UTC"
    start: str = ""  # ISO date or time from which the schedule fires
    end: str = ""
    catch_up: Literal["skip", "latest", "all"] = "latest"
    deadline: str = ""
    timeout: float = 0.0  # seconds for a whole run; 0: none
    priority: int = 0
    line: int = 1


class IngredientSpec(Frozen):
    """A variation offered for reuse; `takes` are value names, `gives` names of measures.

    One that `provisions` makes what a kitchen needs while the kitchen is made; its `rollback` takes that away again.
    """

    name: str
    variation: str
    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    description: str = ""
    provisions: bool = False  # may run while a kitchen is made
    rollback: str = ""  # ingredient of the same recipe that undoes it
    line: int = 1


class FixtureSpec(Frozen):
    """A set of small input tables that stand in for the datasets of their names; `as_of` is the time a run of it has."""

    name: str
    datasets: tuple[str, ...]
    description: str = ""
    as_of: str = ""  # ISO date or time; empty: the time it is ordered at
    line: int = 1


class MonitorsSpec(Frozen):
    """Which kinds of monitors watch which datasets: those named, and all `others`."""

    others: tuple[str, ...] = MONITORS
    datasets: dict[str, tuple[str, ...]] = {}

    def of(self, dataset: str) -> tuple[str, ...]:
        return self.datasets.get(dataset, self.others)


class RecipeSpec(Frozen):
    """A whole recipe. Dictionaries keep the order of the file; `nodes` is in topological order."""

    domain: str
    name: str
    description: str = ""
    dialect: str = "duckdb"
    values: dict[str, ValueSpec] = {}
    sources: dict[str, SourceSpec] = {}
    nodes: dict[str, NodeSpec]
    tests: dict[str, TestSpec] = {}
    variations: dict[str, VariationSpec] = {}
    ingredients: dict[str, IngredientSpec] = {}
    fixtures: dict[str, FixtureSpec] = {}
    monitors: MonitorsSpec = MonitorsSpec()
    files: tuple[str, ...] = ()
