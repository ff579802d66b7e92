"""Queries of the pages of recipes: what the newest commit of a kitchen holds, and how its runs went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from hub.common.errors import MissingError
from kitchens.models import Kitchen
from recipes.core.pictures import Drawn, Graph, graph_of
from recipes.core.spec.model import NodeSpec, RecipeSpec, TestSpec, VariationSpec
from recipes.models import CommitIndex, OrderRun, RecipeVersion, Schedule

LAST_RUNS = 14
LOOKED_BACK = 600  # runs of the kitchen that the bars in the list of recipes are made of


@dataclass(frozen=True)
class RecipeRow:
    """One recipe in a list with its last runs, oldest first."""

    version: RecipeVersion
    runs: Sequence[OrderRun]

    @property
    def last(self) -> OrderRun | None:
        return self.runs[-1] if self.runs else None


@dataclass(frozen=True)
class VariationRow:
    """A variation with its schedule in this kitchen, if it has one."""

    spec: VariationSpec
    schedule: Schedule | None


@dataclass(frozen=True)
class NodeRow:
    spec: NodeSpec
    tests: tuple[TestSpec, ...]


@dataclass(frozen=True)
class RecipePage:
    """Everything the page of a recipe shows; `spec` is None where its files have faults."""

    version: RecipeVersion
    spec: RecipeSpec | None
    graph: Graph | None
    nodes: Sequence[NodeRow]
    variations: Sequence[VariationRow]
    runs: Sequence[OrderRun]
    commit: str

    @property
    def verdicts(self) -> int:
        return len(self.spec.tests) if self.spec else 0


def head_commit(kitchen: Kitchen) -> str:
    """Return the commit of the kitchen's newest revision, "" before there is one. One query."""
    newest = kitchen.revisions.filter(number=kitchen.head).values_list("commit", flat=True).first()
    return newest or ""


def recipe_rows(kitchen: Kitchen, domain: str = "") -> list[RecipeRow]:
    """Return the recipes of a kitchen's newest commit, by name, with their last runs. Four queries."""
    index = (
        CommitIndex.objects.filter(commit=head_commit(kitchen)).values_list("recipes", flat=True).first()
        or {}
    )
    wanted = {name: pk for name, pk in index.items() if not domain or name.startswith(f"{domain}/")}
    versions = RecipeVersion.objects.defer("spec").in_bulk(list(wanted.values()))
    runs = _last_runs(kitchen)
    return [
        RecipeRow(versions[pk], runs.get(name, [])[::-1])
        for name, pk in sorted(wanted.items())
        if pk in versions
    ]


def _last_runs(kitchen: Kitchen) -> dict[str, list[OrderRun]]:
    found: dict[str, list[OrderRun]] = defaultdict(list)
    columns = ("id", "domain", "recipe", "variation", "status", "started_at", "ended_at", "placed_at", "slot")
    for run in OrderRun.objects.filter(kitchen=kitchen).only(*columns).order_by("-id")[:LOOKED_BACK]:
        runs = found[f"{run.domain}/{run.recipe}"]
        if len(runs) < LAST_RUNS:
            runs.append(run)
    return found


def get_version(kitchen: Kitchen, domain: str, name: str) -> tuple[RecipeVersion, str]:
    """Return what the kitchen's newest commit has under this name, and the commit. Three queries."""
    commit = head_commit(kitchen)
    index = CommitIndex.objects.filter(commit=commit).values_list("recipes", flat=True).first() or {}
    version = RecipeVersion.objects.filter(pk=index.get(f"{domain}/{name}")).first()
    if version is None:
        raise MissingError(
            f"{kitchen} has no recipe {domain[:60]}/{name[:60]}.",
            remedy="Its recipes are in the list of recipes.",
        )
    return version, commit


def recipe_page(kitchen: Kitchen, domain: str, name: str) -> RecipePage:
    """Return the page of a recipe. Five queries."""
    version, commit = get_version(kitchen, domain, name)
    spec = RecipeSpec.model_validate(version.spec) if version.spec else None
    nodes = _nodes(spec) if spec else []
    drawn = [
        Drawn(n.spec.name, n.spec.kind, "", None, tuple((t.name, "") for t in n.tests), under=n.spec.file)
        for n in nodes
    ]
    of_recipe = {"kitchen": kitchen, "domain": domain, "recipe": name}
    schedules = {row.variation: row for row in Schedule.objects.filter(**of_recipe)}
    variations = [VariationRow(v, schedules.get(v.name)) for v in spec.variations.values()] if spec else []
    runs = (
        OrderRun.objects.filter(**of_recipe)
        .select_related("kitchen", "order__placed_by")
        .defer("plan", "writes")
    )
    return RecipePage(
        version=version,
        spec=spec,
        graph=graph_of(drawn, {n.spec.name: n.spec.needs for n in nodes}) if drawn else None,
        nodes=nodes,
        variations=variations,
        runs=list(runs.order_by("-id")[:LAST_RUNS]),
        commit=commit,
    )


def _nodes(spec: RecipeSpec) -> list[NodeRow]:
    of_node: dict[str, list[TestSpec]] = defaultdict(list)
    for test in spec.tests.values():
        of_node[test.node].append(test)
    return [NodeRow(node, tuple(of_node[name])) for name, node in spec.nodes.items()]
