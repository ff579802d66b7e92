"""Two versions of a recipe side by side: nodes, tests, values, variations, sources and ingredients."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from kitchens.core.impact import Altered
from recipes.core.changes.judged import changed_test, gone_test, new_test
from recipes.core.changes.sections import (
    changed_ingredient,
    changed_node,
    changed_source,
    changed_value,
    changed_variation,
    new_node,
)
from recipes.core.checks.words import listed
from recipes.core.spec.model import RecipeSpec

Sentence = Callable[[Any, Any], str]


def compare(
    old: RecipeSpec | None, new: RecipeSpec | None, changed_files: Collection[str] = ()
) -> tuple[Altered, ...]:
    """Return what was added, removed or changed, section by section, in the order of the files.

    `changed_files` are the paths below the recipe's folder whose content differs: the code of nodes is told by them.
    A recipe that is gone takes all of its tests with it.
    """
    if old is None and new is None:
        return ()
    if old is None:
        return (Altered("recipe", _name(new), "added", f"The recipe {_name(new)} is new."),)
    if new is None:
        gone = Altered("recipe", _name(old), "removed", f"The recipe {_name(old)} is removed.")
        return (gone, *tests_lost(old))
    found = list(_described(old, new))
    found += _pairs("node", old.nodes, new.nodes, lambda a, b: changed_node(a, b, changed_files), new_node)
    found += _tests(old, new)
    found += _monitors(old, new)
    found += _pairs("value", old.values, new.values, changed_value)
    found += _pairs("source", old.sources, new.sources, changed_source)
    found += _variations(old, new)
    found += _pairs("ingredient", old.ingredients, new.ingredients, changed_ingredient)
    return tuple(found)


def tests_lost(old: RecipeSpec) -> tuple[Altered, ...]:
    """Return the tests of a recipe that goes, each as removed."""
    return tuple(gone_test(test, nodes={}) for test in old.tests.values())


def _name(spec: RecipeSpec | None) -> str:
    return f"{spec.domain}/{spec.name}" if spec else ""


def _described(old: RecipeSpec, new: RecipeSpec) -> list[Altered]:
    found = []
    if old.dialect != new.dialect:
        sentence = f"The SQL is written for {new.dialect} now, before for {old.dialect}."
        found.append(Altered("recipe", _name(new), "changed", sentence))
    if old.description != new.description:
        found.append(Altered("recipe", _name(new), "changed", "The description reads differently."))
    return found


def _pairs(
    kind: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    changed: Sentence,
    added: Callable[[Any], str] | None = None,
) -> list[Altered]:
    """Return the differences of one section; `changed` says nothing where two of a name mean the same."""
    found = []
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            found.append(Altered(kind, name, "removed", f"The {kind} {name!r} is removed."))
        elif name not in old:
            sentence = added(new[name]) if added else f"The {kind} {name!r} is new."
            found.append(Altered(kind, name, "added", sentence))
        elif sentence := changed(old[name], new[name]):
            found.append(Altered(kind, name, "changed", sentence))
    return found


def _tests(old: RecipeSpec, new: RecipeSpec) -> list[Altered]:
    found = []
    for name in dict.fromkeys([*old.tests, *new.tests]):
        if name not in new.tests:
            found.append(gone_test(old.tests[name], new.nodes))
        elif name not in old.tests:
            found.append(new_test(new.tests[name]))
        elif altered := changed_test(old.tests[name], new.tests[name], old.values, new.values):
            found.append(altered)
    return found


def _monitors(old: RecipeSpec, new: RecipeSpec) -> list[Altered]:
    """Return the datasets, of those written before and now, that are watched for less or for more."""
    written = {write.dataset for node in new.nodes.values() for write in node.writes}
    kept = [write.dataset for node in old.nodes.values() for write in node.writes if write.dataset in written]
    found = []
    for dataset in dict.fromkeys(kept):
        before, after = old.monitors.of(dataset), new.monitors.of(dataset)
        if less := [kind for kind in before if kind not in after]:
            sentence = f"{dataset} is no longer watched for {listed(less)}."
            found.append(Altered("recipe", _name(new), "changed", sentence, weakens=True))
        if more := [kind for kind in after if kind not in before]:
            sentence = f"{dataset} is watched for {listed(more)} now."
            found.append(Altered("recipe", _name(new), "changed", sentence))
    return found


def _variations(old: RecipeSpec, new: RecipeSpec) -> list[Altered]:
    """Return the differences of the variations; one that no longer runs a node no longer judges it either."""
    found = _pairs("variation", old.variations, new.variations, changed_variation)
    for name in old.variations.keys() & new.variations.keys():
        before = set(old.variations[name].nodes or old.nodes)
        after = set(new.variations[name].nodes or new.nodes)
        for node in sorted((before - after) & new.nodes.keys()):
            lost = [test.name for test in new.tests.values() if test.node == node and test.name in old.tests]
            if lost:
                sentence = (
                    f"The variation {name!r} no longer runs {node}, so its tests are not judged there: "
                    f"{', '.join(lost)}."
                )
                found.append(Altered("test", lost[0], "changed", sentence, weakens=True))
    return found
