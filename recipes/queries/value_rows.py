"""Values of recipes in a kitchen, one row each, compared with those of its parent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from kitchens.core.overrides import DeclaredValue, Key, Layer, get, parse
from kitchens.models import Kitchen, Revision
from recipes.core.plan import Value
from recipes.core.shown import as_text
from recipes.core.spec.model import RecipeSpec, ValueSpec
from recipes.core.values.fitting import kind_of
from recipes.models import RecipeVersion
from recipes.queries.pages_orders import effective_values
from recipes.queries.pages_recipes import read_spec

INSIDE = 40  # keys of one dictionary that are shown one by one


@dataclass(frozen=True)
class ValueRow:
    """One value of a recipe, or one key inside a dictionary of it (`path`)."""

    recipe: str
    spec: ValueSpec  # of a key inside: a declaration made of its type
    path: tuple[str, ...]
    value: Any
    origin: str  # recipe, variation, kitchen, or "" where nothing gives it yet
    kitchen: str  # that set it, where it is an override
    parent: Any  # what the parent has, None where it has none
    own_key: str  # key of the kitchen's own override, "" where it has none
    declared: DeclaredValue
    locked: str = ""  # why it may not be set here
    fault: str = ""  # what is wrong with what is set

    @property
    def key(self) -> str:
        """Return the key that sets it: a whole dictionary takes the place of what is inherited."""
        whole = not self.path and self.spec.type == "dictionary"
        return str(Key(self.declared.name, "", self.path, whole))

    @property
    def only_here(self) -> bool:
        """Say whether its override is for this recipe alone."""
        return ":" in self.own_key

    @property
    def differs(self) -> bool:
        return bool(self.value != self.parent)

    @property
    def text(self) -> str:
        return as_text(self.value)

    @property
    def parent_text(self) -> str:
        return as_text(self.parent)

    @property
    def indent(self) -> bool:
        return bool(self.path)


@dataclass(frozen=True)
class Side:
    """The recipes and overrides of one of two kitchens that are compared."""

    versions: Mapping[str, RecipeVersion]
    layers: Sequence[Layer]
    slug: str
    _specs: dict[str, RecipeSpec | None] = field(default_factory=dict)

    def spec(self, recipe: str) -> RecipeSpec | None:
        """Return a recipe as it was read; None where there is none, or it has faults."""
        if recipe not in self._specs:
            version = self.versions.get(recipe)
            self._specs[recipe] = read_spec(version) if version else None
        return self._specs[recipe]

    def values(self, recipe: str, variation: str, now: datetime) -> dict[str, Value]:
        """Return the values of a recipe, as far as they can be worked out; none where it has no such recipe."""
        spec = self.spec(recipe)
        if spec is None or variation not in spec.variations:
            return {}
        return effective_values(spec, variation, self.layers, {"as_of": now, "kitchen": self.slug})


@dataclass(frozen=True)
class Rows:
    """Makes the rows of recipes in a kitchen, compared with its parent."""

    kitchen: Kitchen
    revision: Revision
    mine: Side
    above: Side
    now: datetime
    by_operator: bool
    variation: str  # "" for the first one of each recipe

    def of_recipe(self, recipe: str, declared: Mapping[str, DeclaredValue]) -> Iterator[ValueRow]:
        """Yield every value of a recipe, and what is inside dictionaries. No query."""
        spec = self.mine.spec(recipe)
        if spec is None:
            return
        chosen = self.variation or next(iter(spec.variations), "")
        mine = self.mine.values(recipe, chosen, self.now)
        above = self.above.values(recipe, chosen, self.now)
        for name, value in spec.values.items():
            if name in declared:
                yield from self._of_value(recipe, value, mine.get(name), above.get(name), declared[name])

    def _of_value(
        self, recipe: str, spec: ValueSpec, mine: Value | None, above: Value | None, declared: DeclaredValue
    ) -> Iterator[ValueRow]:
        value, before = mine.value if mine else None, above.value if above else None
        own = self._own_key(spec.name, recipe, ())
        fault = "" if mine or not own else "What is set does not fit, or something it is made of."
        row = ValueRow(
            recipe=recipe,
            spec=spec,
            path=(),
            value=value,
            origin=mine.origin if mine else "",
            kitchen=mine.kitchen if mine else "",
            parent=before,
            own_key=own,
            declared=declared,
            locked=self._locked(declared),
            fault=fault,
        )
        yield row
        if mine and isinstance(value, dict):
            below = "variation" if self._varied(recipe, spec.name) else "recipe"
            yield from self._inside(row, mine, before, below)

    def _inside(self, row: ValueRow, mine: Value, before: Any, below: str) -> Iterator[ValueRow]:
        for path, item in list(leaves(row.value))[:INSIDE]:
            setter = next((mine.paths[p] for p in _upwards(path) if p in mine.paths), mine.kitchen)
            yield replace(
                row,
                spec=ValueSpec(name=path[-1], type=kind_of(item)),
                path=path,
                value=item,
                origin="kitchen" if setter else below,
                kitchen=setter,
                parent=get(before, path),
                own_key=self._own_key(row.declared.name, row.recipe, path),
                fault="",
            )

    def _varied(self, recipe: str, name: str) -> bool:
        spec = self.mine.spec(recipe)
        chosen = spec.variations.get(self.variation or next(iter(spec.variations), "")) if spec else None
        return chosen is not None and name in chosen.values

    def _own_key(self, name: str, recipe: str, path: tuple[str, ...]) -> str:
        for text in reversed(list(self.revision.overrides)):
            key = parse(text)
            if key.about(name, recipe) and key.path == path:
                return text
        return ""

    def _locked(self, declared: DeclaredValue) -> str:
        if self.kitchen.merges_only:
            return self.kitchen.merges_only
        if declared.protected and not self.by_operator:
            return "The recipe protects it: only an operator of the hub overrides it."
        return ""


def leaves(value: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield path and value of everything inside a dictionary that is none itself."""
    for key, item in value.items():
        if isinstance(item, dict) and item:
            yield from leaves(item, (*above, key))
        else:
            yield (*above, key), item


def _upwards(path: tuple[str, ...]) -> Iterator[str]:
    for end in range(len(path), 0, -1):
        yield ".".join(path[:end])
