"""The whole impact of a change, put together from its parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kitchens.core.impact import Consumer, Impact, Touched
from recipes.core.impact.findings import findings
from recipes.core.impact.folders import Side
from recipes.core.impact.schemas import follow, gone_datasets
from recipes.core.impact.touched import recipe_changes, touched
from recipes.core.sql.columns import Schemas

SchemasOf = Callable[[set[str]], Schemas]  # the columns that the target's data has now
SeenReaders = Callable[
    [set[str]], Iterable[tuple[str, str, str]]
]  # dataset, recipe, node: what runs have read


def work_out(
    old: Side,
    new: Side,
    schemas_of: SchemasOf,
    seen_readers: SeenReaders,
    built: Schemas | None = None,
) -> Impact:
    """Return what it means to go from the old state of the mesh to the new one. Both callables are asked once.

    `built` are the columns of what a candidate has made already: where they are there, nothing is left to be told.
    """
    changes = recipe_changes(old, new)
    reached = touched(old, new, [change.recipe for change in changes])
    gone = gone_datasets(old, new)
    names = {one.dataset for one in reached} | set(gone)
    followed = follow(old, new, reached, schemas_of(names | _read_beside(new, names, reached)), built or {})
    return Impact(
        recipes=changes,
        schemas=tuple(followed.changes),
        touched=reached,
        consumers=_consumers(new, names, seen_readers(names) if names else ()),
        findings=findings(new, followed.breaking(), followed.before),
    )


def _read_beside(new: Side, names: set[str], reached: Iterable[Touched]) -> set[str]:
    """Return what the nodes that write or read these datasets read too: without it their columns have no origin."""
    nodes = {(one.recipe, one.node) for one in reached}
    nodes |= {(r.recipe, r.node) for name in names for r in new.readers.get(name, ())}
    return {
        dataset
        for recipe, node in nodes
        for dataset, reading in new.folders[recipe].reads
        if reading.node == node
    }


def _consumers(new: Side, names: set[str], seen: Iterable[tuple[str, str, str]]) -> tuple[Consumer, ...]:
    """Return who reads these datasets, by the recipes and by what runs have read, those of other domains first."""
    found: dict[tuple[str, str, str], Consumer] = {}
    for dataset in sorted(names):
        for reading in new.readers.get(dataset, ()):
            file, line = new.folders[reading.recipe].line_of(reading, dataset)
            key = (dataset, reading.recipe, reading.node)
            found.setdefault(key, _consumer(*key, file, line))
    for key in seen:
        folder = new.folders.get(key[1])
        if key not in found and folder and folder.raw and key[2] in folder.raw["nodes"]:
            found[key] = _consumer(*key, "recipe.yaml", 1, seen_run=True)
    return tuple(
        sorted(found.values(), key=lambda one: (not one.elsewhere, one.recipe, one.node, one.dataset))
    )


def _consumer(
    dataset: str, recipe: str, node: str, file: str, line: int, *, seen_run: bool = False
) -> Consumer:
    elsewhere = recipe.partition("/")[0] != dataset.partition(".")[0]
    return Consumer(recipe, node, dataset, file, line, elsewhere, seen_run)
