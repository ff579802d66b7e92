"""The values of a kitchen as its page shows them: what counts, where it comes from, what its parent has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kitchens.core import words
from kitchens.core.overrides import DeclaredValue, parse
from kitchens.models import Kitchen, Revision
from kitchens.queries.data import newest
from kitchens.queries.overrides import override_layers
from recipes.core.shown import as_text
from recipes.queries.declared import declared_in
from recipes.queries.recipes import recipe_versions
from recipes.queries.value_rows import Rows, Side, ValueRow

ROWS = 300
Declared = Mapping[str, Mapping[str, DeclaredValue]]  # recipe -> name -> value


@dataclass(frozen=True)
class Unused:
    """An override of the kitchen that means nothing, and why."""

    key: str
    text: str
    why: str


@dataclass(frozen=True)
class ValuesPage:
    """The values of one recipe and variation, or, without one, all that differ from the parent."""

    kitchen: Kitchen
    revision: Revision
    rows: Sequence[ValueRow]
    unused: Sequence[Unused]
    recipes: Sequence[str]  # that declare values
    variations: Sequence[str]
    recipe: str
    variation: str
    differing: bool  # only what differs from the parent is shown
    more: bool = False  # there are more rows than are shown

    @property
    def sentence(self) -> str:
        own = len(self.revision.overrides)
        said = f"{words.count(own, 'override')} of its own" if own else "It overrides nothing itself"
        parent = self.kitchen.parent
        return (
            f"{said}; the rest is that of {parent}."
            if parent
            else f"{said}; kitchens made of it inherit them."
        )


def values_page(
    kitchen: Kitchen,
    now: datetime,
    *,
    recipe: str = "",
    variation: str = "",
    differing: bool = False,
    by_operator: bool,
) -> ValuesPage:
    """Return the values of one recipe, or without one those of all that differ from the parent.

    Three queries: the revision and its recipes; five where the parent, as it is pinned, has another commit. Only
    recipes that can differ are worked out.
    """
    revision = newest(kitchen)
    mine = Side(recipe_versions(revision.commit), override_layers(revision), kitchen.slug)
    above = _above(mine, revision, kitchen)
    declared: dict[str, dict[str, DeclaredValue]] = {}
    for value in declared_in(mine.versions):
        declared.setdefault(value.recipe, {})[value.name] = value
    chosen = recipe if recipe in declared else ""
    spec = mine.spec(chosen) if chosen else None
    variations = list(spec.variations) if spec else []
    asked = variation if variation in variations else (variations[0] if variations else "")
    work = Rows(kitchen, revision, mine, above, now, by_operator, asked)
    looked_at = [chosen] if chosen else _may_differ(mine, above, revision, declared)
    found = [row for name in looked_at for row in work.of_recipe(name, declared[name])]
    narrow = differing or not chosen
    shown = [row for row in found if row.differs or row.own_key or row.fault] if narrow else found
    return ValuesPage(
        kitchen=kitchen,
        revision=revision,
        rows=shown[:ROWS],
        unused=list(_unused(revision, declared)),
        recipes=sorted(declared),
        variations=variations,
        recipe=chosen,
        variation=asked,
        differing=narrow,
        more=len(shown) > ROWS,
    )


def _above(mine: Side, revision: Revision, kitchen: Kitchen) -> Side:
    """Return the parent as pinned; production is compared with itself without overrides."""
    pinned = revision.parent_revision
    if pinned is None or kitchen.parent is None:
        return Side(mine.versions, (), mine.slug)
    versions = mine.versions if pinned.commit == revision.commit else recipe_versions(pinned.commit)
    return Side(versions, override_layers(pinned), kitchen.parent.slug)


def _may_differ(mine: Side, above: Side, revision: Revision, declared: Declared) -> list[str]:
    """Return the recipes whose files are others than the parent's, or about which the kitchen has an override."""
    keys = [parse(text) for text in revision.overrides]
    return [
        recipe
        for recipe, values in declared.items()
        if mine.versions[recipe] != above.versions.get(recipe)
        or any(key.recipe in ("", recipe) and key.name in values for key in keys)
    ]


def _unused(revision: Revision, declared: Declared) -> Iterator[Unused]:
    for text, value in revision.overrides.items():
        key = parse(text)
        about = [
            values[key.name]
            for name, values in declared.items()
            if key.recipe in ("", name) and key.name in values
        ]
        if not about:
            where = f"the recipe {key.recipe}" if key.recipe else "any recipe here"
            yield Unused(text, as_text(value), f"No value of this name is declared by {where} any more.")
        elif key.path and all(one.type != "dictionary" for one in about):
            yield Unused(text, as_text(value), f"{key.name} is no dictionary any more.")
