"""The values of a kitchen as its page shows them: what counts, where it comes from, what its parent has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kitchens.core.overrides import DeclaredValue, Key, Layer, get, parse
from kitchens.models import Kitchen, Revision
from kitchens.queries.data import newest
from kitchens.queries.overrides import override_layers
from recipes.core.plan import Value
from recipes.core.shown import as_text
from recipes.core.spec.model import RecipeSpec, ValueSpec
from recipes.core.values.fitting import kind_of
from recipes.models import RecipeVersion
from recipes.queries.declared import declared_values
from recipes.queries.pages_orders import effective_values
from recipes.queries.pages_recipes import read_spec
from recipes.queries.recipes import recipe_versions

ROWS = 300
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
        said = f"{own} of its own" if own else "It sets none of its own"
        parent = self.kitchen.parent
        return (
            f"{said}; the rest is that of {parent}."
            if parent
            else f"{said}; kitchens made of it inherit them."
        )


@dataclass(frozen=True)
class Side:
    """The recipes and overrides of one of two kitchens that are compared."""

    versions: Mapping[str, RecipeVersion]
    layers: Sequence[Layer]
    slug: str

    def values(self, recipe: str, variation: str, now: datetime) -> dict[str, Value]:
        """Return the values of a recipe, as far as they can be worked out; none where it has no such recipe."""
        version = self.versions.get(recipe)
        spec = read_spec(version) if version else None
        if spec is None or variation not in spec.variations:
            return {}
        return effective_values(spec, variation, self.layers, {"as_of": now, "kitchen": self.slug})


def values_page(
    kitchen: Kitchen,
    now: datetime,
    *,
    recipe: str = "",
    variation: str = "",
    differing: bool = False,
    by_operator: bool,
) -> ValuesPage:
    """Return the values. Seven queries: recipes of the kitchen and of its parent as pinned; everything else is worked out."""
    revision = newest(kitchen)
    layers = override_layers(revision)
    pinned = revision.parent_revision
    mine = Side(recipe_versions(revision.commit), layers, kitchen.slug)
    above = _above(mine, pinned, kitchen)
    declared: dict[str, dict[str, DeclaredValue]] = {}
    for value in declared_values(revision.commit):
        declared.setdefault(value.recipe, {})[value.name] = value
    chosen = recipe if recipe in declared else ""
    spec = read_spec(mine.versions[chosen]) if chosen else None
    variations = list(spec.variations) if spec else []
    asked = variation if variation in variations else (variations[0] if variations else "")
    work = _Rows(kitchen, revision, mine, above, now, by_operator)
    found = [
        row
        for name in ([chosen] if chosen else declared)
        for row in work.of_recipe(name, asked, declared[name])
    ]
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


def _above(mine: Side, pinned: Revision | None, kitchen: Kitchen) -> Side:
    """Return the parent as pinned; production is compared with itself without overrides."""
    if pinned is None:
        return replace(mine, layers=[])
    return Side(recipe_versions(pinned.commit), override_layers(pinned), kitchen.parent.slug)


@dataclass(frozen=True)
class _Rows:
    kitchen: Kitchen
    revision: Revision
    mine: Side
    above: Side
    now: datetime
    by_operator: bool

    def of_recipe(
        self, recipe: str, variation: str, declared: Mapping[str, DeclaredValue]
    ) -> Iterator[ValueRow]:
        spec: RecipeSpec | None = read_spec(self.mine.versions[recipe])
        if spec is None:
            return
        chosen = variation or next(iter(spec.variations), "")
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
            yield from self._inside(row, mine, before)

    def _inside(self, row: ValueRow, mine: Value, before: Any) -> Iterator[ValueRow]:
        for path, item in list(leaves(row.value))[:INSIDE]:
            setter = next((mine.paths[p] for p in _upwards(path) if p in mine.paths), "")
            yield replace(
                row,
                spec=ValueSpec(name=path[-1], type=kind_of(item)),
                path=path,
                value=item,
                origin="kitchen"
                if setter
                else row.origin
                if row.origin != "kitchen" or row.kitchen
                else "recipe",
                kitchen=setter,
                parent=get(before, path),
                own_key=self._own_key(row.declared.name, row.recipe, path),
                fault="",
            )

    def _own_key(self, name: str, recipe: str, path: tuple[str, ...]) -> str:
        for text in reversed(list(self.revision.overrides)):
            key = parse(text)
            if key.about(name, recipe) and key.path == path:
                return text
        return ""

    def _locked(self, declared: DeclaredValue) -> str:
        if self.kitchen.protected:
            return f"{self.kitchen} is protected: it changes by merges only."
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


def _unused(revision: Revision, declared: Mapping[str, Mapping[str, DeclaredValue]]) -> Iterator[Unused]:
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
