"""Which datasets may get other rows: those whose node is changed, and all that is made from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kitchens.core.impact import RecipeChange, Touched
from recipes.core.changes import compare
from recipes.core.impact.folders import Folder, Side
from recipes.core.spec.graph import topological


def recipe_changes(old: Side, new: Side) -> tuple[RecipeChange, ...]:
    """Return the recipes whose folders differ, by name, with what that means."""
    names = sorted(
        name
        for name in old.folders.keys() | new.folders.keys()
        if _tree(old.folders.get(name)) != _tree(new.folders.get(name))
    )
    return tuple(_change(name, old.folders.get(name), new.folders.get(name)) for name in names)


def _tree(folder: Folder | None) -> str:
    return folder.tree if folder else ""


def _change(recipe: str, old: Folder | None, new: Folder | None) -> RecipeChange:
    before, after = old.ids if old else {}, new.ids if new else {}
    files = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    readable = new is None or new.raw is not None
    altered = compare(old.spec if old else None, new.spec if new else None, files) if readable else ()
    what = "added" if old is None else "removed" if new is None else "changed"
    return RecipeChange(recipe, what, tuple(files), altered, new.faults if new else ())  # type: ignore[arg-type]


def touched(old: Side, new: Side, changed: Iterable[str]) -> tuple[Touched, ...]:
    """Return every dataset whose rows may be others in the new state, each after what it is made from."""
    direct = {
        node
        for recipe in changed
        for node in _changed_nodes(old.folders.get(recipe), new.folders.get(recipe))
    }
    open_nodes = list(direct)
    reached = set(direct)
    while open_nodes:
        recipe, node = open_nodes.pop()
        for dataset in _written(new, recipe, node):
            following = {(r.recipe, r.node) for r in new.readers.get(dataset, ()) if not r.test}
            open_nodes += following - reached
            reached |= following
    found = {
        dataset: Touched(dataset, recipe, node, (recipe, node) in direct)
        for recipe, node in sorted(reached)
        for dataset in _written(new, recipe, node)
    }
    return tuple(found[name] for name in in_order(found, new))


def in_order(datasets: Mapping[str, Touched], side: Side) -> list[str]:
    """Return the datasets, each after those it is made from."""
    sources: dict[str, list[str]] = {name: [] for name in sorted(datasets)}
    makers: dict[tuple[str, str], list[str]] = {}
    for name, one in datasets.items():
        makers.setdefault((one.recipe, one.node), []).append(name)
    for name in sources:
        for reading in side.readers.get(name, ()):
            for made in makers.get((reading.recipe, reading.node), ()):
                if made != name and not reading.test:
                    sources[made].append(name)
    return topological(sources)


def _written(side: Side, recipe: str, node: str) -> list[str]:
    folder = side.folders.get(recipe)
    return [dataset for name, dataset in folder.writes if name == node] if folder else []


def _changed_nodes(old: Folder | None, new: Folder | None) -> list[tuple[str, str]]:
    if new is None or new.spec is None:
        return []
    before = old.spec.nodes if old and old.spec else {}
    return [
        (new.recipe, name)
        for name, node in new.spec.nodes.items()
        if name not in before or old is None or old.digest(before[name]) != new.digest(node)
    ]
