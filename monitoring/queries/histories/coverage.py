"""Where tests stand in a kitchen and where they are missing, by the recipes of its newest revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from kitchens.core.words import count, number
from kitchens.models import Kitchen
from kitchens.queries.data import resolve_snapshots
from monitoring.core.coverage import CLASSES, STAGES, RecipeMap, Stands, recipe_map, stands_of
from monitoring.queries.mesh import commit_of
from recipes.core.spec.model import RecipeSpec
from recipes.models import CommitIndex, RecipeVersion


@dataclass(frozen=True)
class CoveragePage:
    """The maps of the recipes asked for; `closely` says that each is shown whole, not only counted."""

    maps: Sequence[RecipeMap]
    domain: str
    recipe: str

    @property
    def closely(self) -> bool:
        return bool(self.domain)

    @property
    def sentence(self) -> str:
        if not self.maps:
            return "No recipe is there to be tested."
        tested, stages = (sum(one.stages[place] for one in self.maps) for place in (0, 1))
        named, columns = (sum(one.columns[place] for one in self.maps) for place in (0, 1))
        told = f"{number(tested)} of {count(stages, 'stage')} of nodes have a test"
        of_columns = f"; {number(named)} of {count(columns, 'column')} are named by one" if columns else ""
        return f"{told}{of_columns}."

    @property
    def stages(self) -> dict[str, str]:
        return dict(STAGES)

    @property
    def classes(self) -> Sequence[str]:
        return tuple(CLASSES)


def coverage_page(kitchen: Kitchen, domain: str, recipe: str) -> CoveragePage:
    """Return the map of a domain, of one recipe of it, or (counted only) of all. Five queries, two more a new commit."""
    stands = stands_at(commit_of(kitchen))
    names = [name for name in sorted(stands.specs) if _wanted(name, domain, recipe)]
    written = {w.dataset for name in names for node in stands.specs[name].nodes.values() for w in node.writes}
    snapshots = resolve_snapshots(kitchen, written) if written else {}
    columns = {name: [column["name"] for column in one.columns] for name, one in snapshots.items()}
    return CoveragePage([recipe_map(stands, name, columns) for name in names], domain, recipe)


def _wanted(name: str, domain: str, recipe: str) -> bool:
    of, _, named = name.partition("/")
    return (not domain or of == domain) and (not recipe or named == recipe)


def stands_at(commit: str) -> Stands:
    """Return where the tests of a commit stand: two queries the first time, none after. Recipes with faults have none.

    A commit without an index has no tests, and is looked for again the next time. One query.
    """
    try:
        return _stands(commit)
    except CommitIndex.DoesNotExist:
        return stands_of({})


@lru_cache(maxsize=16)
def _stands(commit: str) -> Stands:
    index = CommitIndex.objects.get(pk=commit)
    names = {pk: name for name, pk in index.recipes.items()}
    versions = RecipeVersion.objects.filter(pk__in=names, spec__isnull=False).defer("faults")
    return stands_of({names[one.pk]: RecipeSpec.model_validate(one.spec) for one in versions})
