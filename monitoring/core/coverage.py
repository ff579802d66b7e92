"""Which tests stand where: node by stage, and dataset by column and class of test, told from the recipes of a commit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from recipes.core.checks import datasets_read
from recipes.core.monitors import monitors_in
from recipes.core.spec.model import NodeSpec, RecipeSpec, TestSpec

STAGES: Mapping[str, str] = {
    "input": "what it reads is looked at, here or where it is written",
    "logic": "what it makes is compared with what it is made from",
    "output": "what it writes is looked at by itself",
}
CLASSES: Mapping[str, frozenset[str]] = {
    "volume": frozenset({"row_count", "row_count_change", "row_count_anomaly", "dimension_volume", "table_changed"}),
    "presence": frozenset({"not_null", "not_missing", "at_least_one", "is_null", "completeness_shift"}),
    "uniqueness": frozenset(
        {"unique", "unique_key", "duplicate_rows", "distinct_count", "unique_proportion", "casing_consistent"}
    ),
    "values": frozenset(
        {
            "in_set", "not_in_set", "set_equals", "set_contains", "set_within", "range", "outlier_fraction", "matches",
            "not_matches", "length", "castable", "json_schema", "precision_kept", "aggregate", "row_expression",
            "column_compare", "columns_sum", "distinct_within_row", "sql_failing_rows", "sql_metric", "python_check",
            "aggregate_anomaly", "share_anomaly", "top_share", "entropy",
        }
    ),
    "relations": frozenset(
        {
            "foreign_key", "aggregate_balance", "row_count_match", "set_reconcile", "table_diff", "location_balance",
            "window_compare",
        }
    ),
    "time": frozenset(
        {
            "freshness", "freshness_anomaly", "monotonic", "sequential", "no_overlap", "period_complete",
            "run_duration", "arrival_window", "run_status", "run_cost", "event_metric", "log_pattern",
        }
    ),
    "schema": frozenset({"schema_match", "exposure_valid", "schema_drift"}),
    "drift": frozenset({"mean_shift", "variance_shift", "distribution_drift", "profile_drift", "dependence"}),
}  # fmt: skip
_NOT_NAMES = frozenset(
    {"values", "expected", "pattern", "format", "file", "function", "of_function", "mode", "type"}
)
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Stand:
    """One test and where it stands; `reads` are the datasets it looks at besides its own."""

    test: str
    check: str
    recipe: str  # "<domain>/<recipe>"
    node: str
    dataset: str
    severity: str
    reads: frozenset[str]
    words: frozenset[str]  # names in its parameters, in small letters

    @property
    def kind(self) -> str:
        """The class of the test."""
        return next((name for name, checks in CLASSES.items() if self.check in checks), "values")


@dataclass(frozen=True)
class Cell:
    """One stage of a node: the tests there. One that `applies` and has none is a gap."""

    stage: str
    applies: bool
    tests: tuple[Stand, ...]

    @property
    def gap(self) -> bool:
        return self.applies and not self.tests


@dataclass(frozen=True)
class NodeRow:
    recipe: str
    node: str
    kind: str
    line: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class ColumnRow:
    """One column of a dataset, or "" for all of it, with its tests by class in the order of `CLASSES`."""

    name: str
    by_class: tuple[tuple[Stand, ...], ...]

    @property
    def gap(self) -> bool:
        return not any(self.by_class)


@dataclass(frozen=True)
class DatasetMap:
    """The tests on one dataset; without columns where nobody has written it yet."""

    dataset: str
    recipe: str
    node: str
    whole: ColumnRow
    columns: tuple[ColumnRow, ...]

    @property
    def rows(self) -> tuple[ColumnRow, ...]:
        return (self.whole, *self.columns)

    @property
    def covered(self) -> int:
        return sum(not column.gap for column in self.columns)


@dataclass(frozen=True)
class RecipeMap:
    """The map of one recipe: its nodes, and the datasets they write."""

    recipe: str
    nodes: tuple[NodeRow, ...]
    datasets: tuple[DatasetMap, ...]

    @property
    def domain(self) -> str:
        return self.recipe.partition("/")[0]

    @property
    def name(self) -> str:
        return self.recipe.partition("/")[2]

    @property
    def query(self) -> str:
        """The map of this recipe alone, as the parameters of its URL."""
        return urlencode({"domain": self.domain, "recipe": self.name})

    @property
    def stages(self) -> tuple[int, int]:
        """Stages with a test, and stages that could have one."""
        cells = [cell for row in self.nodes for cell in row.cells if cell.applies]
        return sum(not cell.gap for cell in cells), len(cells)

    @property
    def columns(self) -> tuple[int, int]:
        """Columns that a test names, and all columns known."""
        return sum(one.covered for one in self.datasets), sum(len(one.columns) for one in self.datasets)

    @property
    def gaps(self) -> int:
        return self.stages[1] - self.stages[0] + self.columns[1] - self.columns[0]


@dataclass(frozen=True)
class Stands:
    """All tests of a commit by the dataset they are about, and its recipes. Made once a commit."""

    specs: Mapping[str, RecipeSpec]
    of_dataset: Mapping[str, tuple[Stand, ...]]
    of_node: Mapping[tuple[str, str], tuple[Stand, ...]]
    _known: dict[str, frozenset[str]] = field(
        default_factory=dict, repr=False, compare=False
    )  # monitors by recipe

    def gone(self, recipe: str, test: str) -> bool:
        """Say whether a test that was judged once stands in its recipe no more; no where nothing is known of the commit.

        A monitor stands in none: it is gone where the recipe has it no more.
        """
        spec = self.specs.get(recipe)
        return bool(self.specs) and (
            spec is None or (test not in spec.tests and test not in self._monitors(recipe))
        )

    def _monitors(self, recipe: str) -> frozenset[str]:
        if recipe not in self._known:
            self._known[recipe] = frozenset(monitors_in(self.specs[recipe]))
        return self._known[recipe]


def stands_of(specs: Mapping[str, RecipeSpec]) -> Stands:
    """Return where all tests of some recipes ("<domain>/<recipe>" -> recipe) stand."""
    of_dataset: dict[str, list[Stand]] = defaultdict(list)
    of_node: dict[tuple[str, str], list[Stand]] = defaultdict(list)
    for recipe, spec in specs.items():
        for test in spec.tests.values():
            stand = _stand(recipe, test)
            of_node[recipe, test.node].append(stand)
            of_dataset[test.dataset].append(stand)
    return Stands(
        specs,
        {name: tuple(found) for name, found in of_dataset.items()},
        {place: tuple(found) for place, found in of_node.items()},
    )


def _stand(recipe: str, test: TestSpec) -> Stand:
    return Stand(
        test=test.name,
        check=test.check,
        recipe=recipe,
        node=test.node,
        dataset=test.dataset,
        severity=test.severity,
        reads=datasets_read(test) - {test.dataset},
        words=frozenset(_words(test.params)),
    )


def _words(raw: Any, key: str = "") -> Iterator[str]:
    if key in _NOT_NAMES:
        return
    if isinstance(raw, str):
        yield from (word.lower() for word in _WORD.findall(raw))
    elif isinstance(raw, Mapping):
        for name, value in raw.items():
            yield str(name).lower()
            yield from _words(value, str(name))
    elif isinstance(raw, list | tuple):
        for one in raw:
            yield from _words(one)


def recipe_map(stands: Stands, recipe: str, columns: Mapping[str, Sequence[str]]) -> RecipeMap:
    """Return the map of one recipe; `columns` are those its datasets have now, by dataset."""
    spec = stands.specs[recipe]
    nodes = tuple(_node(stands, recipe, node) for node in spec.nodes.values() if node.reads or node.writes)
    datasets = tuple(
        _dataset(stands, recipe, node.name, write.dataset, columns.get(write.dataset, ()))
        for node in spec.nodes.values()
        for write in node.writes
    )
    return RecipeMap(recipe, nodes, datasets)


def _node(stands: Stands, recipe: str, node: NodeSpec) -> NodeRow:
    here = stands.of_node.get((recipe, node.name), ())
    written = {write.dataset for write in node.writes}
    read = set(node.reads) - written
    upstream = [one for name in sorted(read) for one in stands.of_dataset.get(name, ()) if one not in here]
    compares = [one for one in here if one.reads]
    alone = [one for one in here if not one.reads]
    cells = (
        Cell("input", bool(read), (*(one for one in alone if one.dataset in read), *upstream)),
        Cell("logic", bool(read and written), tuple(compares)),
        Cell("output", bool(written), tuple(one for one in alone if one.dataset not in read)),
    )
    return NodeRow(recipe, node.name, node.kind, node.line, cells)


def _dataset(stands: Stands, recipe: str, node: str, dataset: str, columns: Iterable[str]) -> DatasetMap:
    tests = stands.of_dataset.get(dataset, ())
    known = tuple(columns)
    names = {name.lower() for name in known}
    return DatasetMap(
        dataset=dataset,
        recipe=recipe,
        node=node,
        whole=_row("", [one for one in tests if not one.words & names]),
        columns=tuple(_row(name, [one for one in tests if name.lower() in one.words]) for name in known),
    )


def _row(name: str, tests: Sequence[Stand]) -> ColumnRow:
    by_class = tuple(tuple(one for one in tests if one.kind == kind) for kind in CLASSES)
    return ColumnRow(name, by_class)
