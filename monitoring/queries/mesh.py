"""The mesh of a kitchen and how it stands: graph from the index, colours from the newest runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from kitchens.models import Kitchen, Revision
from monitoring.core.lineage import Standing
from monitoring.core.mesh import Mesh, mesh_of
from recipes.core.verdict import Verdict
from recipes.models import CommitIndex, OrderRun, RecipeVersion, TestResult

WORST_FIRST = (
    Verdict.FAIL, Verdict.ERROR, Verdict.NOT_EVALUATED, Verdict.WARN, Verdict.LEARNING, Verdict.PASS, Verdict.SKIPPED,
)  # fmt: skip
TERMS = 200  # members of one compound SELECT: SQLite takes at most 500
# A LIMIT inside a UNION is taken by both databases only within a subquery.
_NEWEST = (
    "SELECT id FROM (SELECT id FROM recipes_orderrun"
    " WHERE kitchen_id = %s AND domain = %s AND recipe = %s ORDER BY id DESC LIMIT %s) AS newest"
)


def commit_of(kitchen: Kitchen) -> str:
    """Return the commit of the kitchen's newest revision, "" where it has none. One query."""
    newest = Revision.objects.filter(kitchen=kitchen, number=kitchen.head).values_list("commit", flat=True)
    return newest.first() or ""


@lru_cache(maxsize=64)
def _mesh_of_index(commit: str) -> Mesh:
    index = CommitIndex.objects.get(pk=commit)
    versions = RecipeVersion.objects.filter(pk__in=list(index.recipes.values()))
    return mesh_of({str(v): v.spec for v in versions if v.spec})


def mesh_at(commit: str) -> Mesh:
    """Return the graph of a commit, which never changes: two queries the first time, none after.

    A commit without an index has an empty graph, and is looked for again the next time. One query.
    """
    try:
        return _mesh_of_index(commit)
    except CommitIndex.DoesNotExist:
        return mesh_of({})


def newest_of_each(kitchen: Kitchen, recipes: Iterable[str], each: int) -> QuerySet[OrderRun]:
    """Return the newest `each` runs of every recipe ("<domain>/<recipe>") in a kitchen. One query.

    Each recipe costs a look-up in an index, however many runs it has; a window function over all of them would read
    the whole history. The members are written out because building hundreds of them as query sets costs more than
    asking for them.
    """
    names = sorted(recipes)
    found = Q(pk__in=[])
    for start in range(0, len(names), TERMS):
        part = [(kitchen.pk, *name.split("/", 1), each) for name in names[start : start + TERMS]]
        members = " UNION ALL ".join([_NEWEST] * len(part))
        found |= Q(pk__in=RawSQL(members, [value for member in part for value in member]))  # noqa: S611, text of ours
    return OrderRun.objects.filter(found).order_by("-id")


def newest_runs(kitchen: Kitchen, recipes: Iterable[str]) -> dict[str, OrderRun]:
    """Return the newest run of each recipe ("<domain>/<recipe>") that has any, without its plan. One query."""
    return {f"{run.domain}/{run.recipe}": run for run in newest_of_each(kitchen, recipes, 1).defer("plan")}


def standings(mesh: Mesh, runs: Mapping[str, OrderRun]) -> dict[str, Standing]:
    """Return the standing of every recipe and dataset of the graph, given the newest runs. One query."""
    found = standings_of_runs(mesh, {name: run.pk for name, run in runs.items()})
    return found | {f"recipe:{name}": Standing(run.status, run.pk) for name, run in runs.items()}


def standings_of_runs(mesh: Mesh, newest: Mapping[str, int]) -> dict[str, Standing]:
    """Return the standing of the datasets that recipes write, given the id of each recipe's newest run. One query."""
    worst = worst_verdicts(list(newest.values()))
    return {
        f"dataset:{dataset}": Standing(worst.get((newest[recipe], dataset), ""), newest[recipe])
        for dataset, recipe in mesh.writers.items()
        if recipe in newest
    }


def worst_verdicts(runs: Sequence[int]) -> dict[tuple[int, str], str]:
    """Return (run, dataset) -> the worst verdict of the tests on that dataset in that run. One query."""
    rows = (
        TestResult.objects.filter(run__in=runs)
        .order_by()
        .values_list("run_id", "dataset", "verdict")
        .distinct()
    )
    verdicts: dict[tuple[int, str], set[str]] = defaultdict(set)
    for run, dataset, verdict in rows:
        verdicts[run, dataset].add(verdict)
    return {key: next(v for v in WORST_FIRST if v in found) for key, found in verdicts.items()}
