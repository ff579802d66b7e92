"""Queries of the pages of recipes: what the newest commit of a kitchen holds, and how its runs went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from hub.common.errors import MissingError
from kitchens.core import words
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from recipes.core.pictures import Drawn, Graph, graph_of
from recipes.core.sentences import told
from recipes.core.spec.model import FixtureSpec, NodeSpec, RecipeSpec, TestSpec, VariationSpec
from recipes.models import OrderRun, RecipeVersion, Schedule
from recipes.queries.recipes import get_recipe, recipe_versions

LAST_RUNS = 14
LOOKED_BACK = 600  # runs of the kitchen that the bars in the list of recipes are made of


class RunMark(NamedTuple):
    """As much of a run as a bar shows: hundreds of them are read for one list."""

    pk: int
    status: str
    placed_at: datetime
    started_at: datetime | None

    def get_absolute_url(self) -> str:
        return reverse("run-detail", args=[self.pk])


@dataclass(frozen=True)
class RecipeRow:
    """One recipe in a list with its last runs, oldest first."""

    version: RecipeVersion
    runs: Sequence[RunMark]

    @property
    def last(self) -> RunMark | None:
        return self.runs[-1] if self.runs else None


@dataclass(frozen=True)
class VariationRow:
    """A variation with its schedule in this kitchen, if it has one."""

    spec: VariationSpec
    schedule: Schedule | None


@dataclass(frozen=True)
class NodeRow:
    """A node with its tests, and the first variation in which it can be run."""

    spec: NodeSpec
    tests: tuple[TestSpec, ...]
    variation: str = ""


@dataclass(frozen=True)
class FixtureRow:
    """A set of small tables of the recipe, and the newest run with it in the kitchen."""

    spec: FixtureSpec
    last: OrderRun | None


@dataclass(frozen=True)
class RecipePage:
    """Everything the page of a recipe shows; `spec` is None where its files have faults."""

    kitchen: Kitchen
    version: RecipeVersion
    spec: RecipeSpec | None
    graph: Graph | None
    nodes: Sequence[NodeRow]
    variations: Sequence[VariationRow]
    runs: Sequence[OrderRun]  # newest first
    fixtures: Sequence[FixtureRow] = ()

    @property
    def sentence(self) -> str:
        """What it does and how it went last."""
        about = words.sentence(self.version.description)
        if self.version.faults:
            faults = words.count(len(self.version.faults), "fault")
            return f"{about} It has {faults} and cannot run until they are mended.".strip()
        if not self.runs:
            return f"{about} It has not run in {self.kitchen} yet.".strip()
        last = next((run for run in self.runs if not run.fixtures), None)
        if last is None:
            return f"{about} It has run with fixtures only in {self.kitchen}.".strip()
        return f"{about} Its newest run, {last.pk}, {told(last.status)}.".strip()


def recipe_rows(kitchen: Kitchen, domain: str = "") -> list[RecipeRow]:
    """Return the recipes of a kitchen's newest commit, by name, with their last runs. Four queries."""
    versions = recipe_versions(newest(kitchen).commit)
    runs = _last_runs(kitchen)
    return [
        RecipeRow(version, runs.get(name, [])[::-1])
        for name, version in sorted(versions.items())
        if not domain or version.domain == domain
    ]


def _last_runs(kitchen: Kitchen) -> dict[str, list[RunMark]]:
    found: dict[str, list[RunMark]] = defaultdict(list)
    newest_first = OrderRun.objects.filter(kitchen=kitchen, fixtures="").order_by("-id")
    columns = ("domain", "recipe", "id", "status", "placed_at", "started_at")
    for domain, recipe, *mark in newest_first.values_list(*columns)[:LOOKED_BACK]:
        runs = found[f"{domain}/{recipe}"]
        if len(runs) < LAST_RUNS:
            runs.append(RunMark(*mark))
    return found


def read_spec(version: RecipeVersion) -> RecipeSpec | None:
    """Return the recipe as it was read, or None where its files have faults."""
    return RecipeSpec.model_validate(version.spec) if version.spec else None


def recipe_page(kitchen: Kitchen, domain: str, name: str) -> RecipePage:
    """Return the overview of a recipe. Five queries, six where it has fixtures."""
    version = get_recipe(kitchen, domain, name)
    spec = read_spec(version)
    nodes = _nodes(spec) if spec else []
    of_recipe = {"kitchen": kitchen, "domain": domain, "recipe": name}
    schedules = {row.variation: row for row in Schedule.objects.filter(**of_recipe)}
    runs = (
        OrderRun.objects.filter(**of_recipe)
        .select_related("kitchen", "order__placed_by")
        .defer("plan", "writes")
    )
    return RecipePage(
        kitchen=kitchen,
        version=version,
        spec=spec,
        graph=recipe_graph(spec) if spec else None,
        nodes=nodes,
        variations=[VariationRow(v, schedules.get(v.name)) for v in spec.variations.values()] if spec else [],
        runs=list(runs.order_by("-id")[:LAST_RUNS]),
        fixtures=_fixtures(spec, runs) if spec and spec.fixtures else [],
    )


def _fixtures(spec: RecipeSpec, runs: QuerySet[OrderRun]) -> list[FixtureRow]:
    last: dict[str, OrderRun] = {}
    for run in runs.exclude(fixtures="").order_by("-id")[:LOOKED_BACK]:
        last.setdefault(run.fixtures, run)
    return [FixtureRow(one, last.get(name)) for name, one in spec.fixtures.items()]


def recipe_graph(spec: RecipeSpec) -> Graph | None:
    """Return the graph of a recipe, None where there is nothing to draw or too much. No query."""
    nodes = _nodes(spec)
    needs = {node.spec.name: node.spec.needs for node in nodes}
    return graph_of([_drawn(node) for node in nodes], needs) if nodes else None


def get_schedule(kitchen: Kitchen, domain: str, recipe: str, variation: str) -> Schedule:
    """Return the schedule of a variation in a kitchen. One query."""
    of_variation = {"domain": domain, "recipe": recipe, "variation": variation}
    found = Schedule.objects.filter(kitchen=kitchen, **of_variation).select_related("kitchen").first()
    if found is None:
        raise MissingError(f"The variation {variation[:60]} has no schedule in {kitchen}.")
    return found


def _nodes(spec: RecipeSpec) -> list[NodeRow]:
    of_node: dict[str, list[TestSpec]] = defaultdict(list)
    for test in spec.tests.values():
        of_node[test.node].append(test)
    return [
        NodeRow(node, tuple(of_node[name]), _variation_with(spec, name)) for name, node in spec.nodes.items()
    ]


def _variation_with(spec: RecipeSpec, node: str) -> str:
    return next((v.name for v in spec.variations.values() if not v.nodes or node in v.nodes), "")


def _drawn(node: NodeRow) -> Drawn:
    under = node.spec.file or node.spec.command or ""
    return Drawn(
        node.spec.name, node.spec.kind, "plain", None, tuple((t.name, "") for t in node.tests), under=under
    )
