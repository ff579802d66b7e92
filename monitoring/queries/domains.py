"""Domains as their pages show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kitchens.core import words
from kitchens.models import Domain, Kitchen, Snapshot
from kitchens.queries.data import resolve_snapshots
from kitchens.queries.kitchens import domains as all_domains
from kitchens.queries.kitchens import get_domain
from monitoring.core.lineage import UNKNOWN, Standing
from monitoring.core.mesh import Mesh, dataset_key, domain_of, recipe_key
from monitoring.core.today import RunFact
from monitoring.queries import today
from monitoring.queries.mesh import commit_of, mesh_at, standings_of_runs
from recipes.core.status import OPEN, RED
from recipes.models import Schedule

BARS = 14


@dataclass(frozen=True)
class RecipeRow:
    """A recipe of a domain with its newest runs."""

    name: str  # "<domain>/<recipe>"
    state: str
    newest: RunFact | None
    bars: Sequence[tuple[str, int]]  # status and id of its newest runs, oldest first
    schedules: Sequence[Schedule]

    @property
    def recipe(self) -> str:
        return self.name.split("/", 1)[1]


@dataclass(frozen=True)
class DomainRow:
    """A domain in the list of domains."""

    domain: Domain
    recipes: Sequence[RecipeRow]
    datasets: int
    gives_to: Sequence[str]
    takes_from: Sequence[str]

    @property
    def state(self) -> str:
        """Red while the newest settled run of one of its recipes is red."""
        states = [row.state for row in self.recipes]
        return next((s for s in states if s in RED), next((s for s in states if s), ""))


@dataclass(frozen=True)
class DatasetOfDomain:
    name: str
    standing: Standing
    snapshot: Snapshot | None
    readers: Sequence[str]  # recipes of other domains


@dataclass(frozen=True)
class DomainPage:
    """What the page of a domain shows."""

    row: DomainRow
    sentence: str
    datasets: Sequence[DatasetOfDomain]
    latest: Sequence[RunFact]


def _recipe_rows(kitchen: Kitchen, mesh: Mesh, domains: set[str]) -> dict[str, list[RecipeRow]]:
    """Return domain -> its recipes with their newest runs and schedules. Two queries."""
    names = [key.split(":", 1)[1] for key in mesh.things if key[0] == "r" and domain_of(key) in domains]
    runs: dict[str, list[RunFact]] = defaultdict(list)
    for run in today.recent_runs(kitchen, names) if names else ():
        runs[run.name].append(run)
    schedules: dict[str, list[Schedule]] = defaultdict(list)
    for schedule in Schedule.objects.filter(kitchen=kitchen, domain__in=domains):
        schedules[f"{schedule.domain}/{schedule.recipe}"].append(schedule)
    rows: dict[str, list[RecipeRow]] = defaultdict(list)
    for name in names:
        rows[name.split("/")[0]].append(_recipe_row(name, runs[name], schedules[name]))
    return rows


def _recipe_row(name: str, runs: Sequence[RunFact], schedules: Sequence[Schedule]) -> RecipeRow:
    settled = next((run for run in runs if run.status not in OPEN), None)
    state = settled.status if settled else (runs[0].status if runs else "")
    bars = [(run.status, run.pk) for run in reversed(runs[:BARS])]
    return RecipeRow(name, state, runs[0] if runs else None, bars, schedules)


def domain_list(kitchen: Kitchen) -> list[DomainRow]:
    """Return all domains with how they stand in a kitchen. Four queries, whatever their number."""
    mesh = mesh_at(commit_of(kitchen))
    found = list(all_domains())
    recipes = _recipe_rows(kitchen, mesh, {domain.slug for domain in found})
    return [_domain_row(domain, recipes[domain.slug], mesh) for domain in found]


def _domain_row(domain: Domain, recipes: Sequence[RecipeRow], mesh: Mesh) -> DomainRow:
    own = [key for key in mesh.things if key[0] == "d" and domain_of(key) == domain.slug]
    return DomainRow(
        domain=domain,
        recipes=recipes,
        datasets=len(own),
        gives_to=[b for a, b in mesh.between_domains if a == domain.slug],
        takes_from=[a for a, b in mesh.between_domains if b == domain.slug],
    )


def domain_page(kitchen: Kitchen, slug: str) -> DomainPage:
    """Return the page of a domain in a kitchen. Eight queries and two for each parent, whatever the size of the history."""
    domain = get_domain(slug)
    mesh = mesh_at(commit_of(kitchen))
    row = _domain_row(domain, _recipe_rows(kitchen, mesh, {slug})[slug], mesh)
    names = sorted(key.split(":", 1)[1] for key in mesh.things if key[0] == "d" and domain_of(key) == slug)
    snapshots = resolve_snapshots(kitchen, names) if names else {}
    newest = {recipe.name: recipe.newest.pk for recipe in row.recipes if recipe.newest}
    standing = standings_of_runs(mesh, newest)
    datasets = [
        DatasetOfDomain(
            name,
            standing.get(dataset_key(name), UNKNOWN),
            snapshots.get(name),
            [recipe for recipe in sorted(mesh.readers(name)) if domain_of(recipe_key(recipe)) != slug],
        )
        for name in names
    ]
    latest = sorted((r.newest for r in row.recipes if r.newest), key=lambda run: run.pk, reverse=True)
    return DomainPage(row, domain_sentence(row), datasets, latest)


def domain_sentence(row: DomainRow) -> str:
    """Say how a domain stands, as a person would tell a colleague."""
    red = [recipe.recipe for recipe in row.recipes if recipe.state in RED]
    if not row.recipes:
        return "This domain has no recipe yet."
    if red:
        return f"{words.listed(red)} failed; {words.count(len(row.recipes) - len(red), 'other recipe')} fine."
    ran = [recipe for recipe in row.recipes if recipe.state]
    if not ran:
        return f"{words.count(len(row.recipes), 'recipe')}, none has run here yet."
    return f"{words.count(len(row.recipes), 'recipe')}, all that ran are green."
