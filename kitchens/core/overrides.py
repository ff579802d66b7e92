"""Overrides of a kitchen: what their keys mean, and how those of a kitchen lie over those of its parents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.common.errors import InvalidError

_KEY = re.compile(
    r"(?:(?P<recipe>[a-z0-9][a-z0-9_-]{0,59}/[a-z0-9][a-z0-9_-]{0,59}):)?"
    r"(?P<name>[A-Za-z_][A-Za-z0-9_]{0,79})"
    r"(?P<path>(?:\.[^.!\s]{1,80}){0,10})(?P<whole>!)?"
)
LONGEST_KEY = 300


@dataclass(frozen=True)
class Key:
    """A key of an override: `name`, `name.path.inside`, or `name!` (nothing of it is inherited), for one recipe or all."""

    name: str
    recipe: str = ""  # "<domain>/<recipe>"; "": every recipe that has a value of this name
    path: tuple[str, ...] = ()
    whole: bool = False  # a dictionary takes the place of what is below it, instead of being laid over it

    def __str__(self) -> str:
        prefix = f"{self.recipe}:" if self.recipe else ""
        return prefix + ".".join((self.name, *self.path)) + ("!" if self.whole else "")

    @property
    def value(self) -> str:
        """Return the key of the value it is about, without path and mark."""
        return f"{self.recipe}:{self.name}" if self.recipe else self.name

    def about(self, name: str, recipe: str) -> bool:
        """Say whether it is about this value of this recipe."""
        return self.name == name and self.recipe in ("", recipe)


@dataclass(frozen=True)
class Layer:
    """The overrides one kitchen has set itself."""

    kitchen: str
    overrides: Mapping[str, Any]


@dataclass(frozen=True)
class DeclaredValue:
    """A value as a recipe declares it: what an override of it has to fit."""

    recipe: str  # "<domain>/<recipe>"
    name: str
    type: str
    default: Any = None
    description: str = ""
    required: bool = False
    protected: bool = False
    choices: tuple[Any, ...] = ()
    min: Any = None
    max: Any = None
    readers: tuple[str, ...] = ()  # nodes that read it; none where it goes into tests and sources only
    line: int = 1  # of recipe.yaml


def parse(text: str) -> Key:
    """Return a key; InvalidError, which says how keys are written, for anything else."""
    found = _KEY.fullmatch(text) if len(text) <= LONGEST_KEY else None
    if found is None or (found["whole"] and found["path"]):
        raise InvalidError(
            f"{text[:60]!r} is not the key of an override.",
            remedy="Write name, name.key for one key of a dictionary, or domain/recipe:name for one recipe.",
            field=text[:LONGEST_KEY],
        )
    path = tuple(found["path"].split(".")[1:])
    return Key(found["name"], found["recipe"] or "", path, bool(found["whole"]))


def keys_about(overrides: Mapping[str, Any], name: str, recipe: str) -> list[tuple[Key, Any]]:
    """Return the overrides of a value in the order in which they are laid on: for all recipes first, the whole first."""
    found = [(parse(text), value) for text, value in overrides.items() if name in text and value is not None]
    mine = [(key, value) for key, value in found if key.about(name, recipe)]
    return sorted(mine, key=lambda pair: (bool(pair[0].recipe), len(pair[0].path), pair[0].whole))


def covers(layers: Iterable[Layer], name: str, recipe: str) -> bool:
    """Say whether an override takes the place of the whole value, so that what is below it does not matter."""
    return any(
        not key.path and (key.whole or not isinstance(value, Mapping))
        for layer in layers
        for key, value in keys_about(layer.overrides, name, recipe)
    )


def laid_over(base: Any, layers: Iterable[Layer], name: str, recipe: str) -> tuple[Any, dict[str, str]]:
    """Return a value with the overrides of all layers (the farthest kitchen first), and who set what.

    The second maps dotted paths inside the value ("" for the whole of it) to the kitchen that set it. Dictionaries
    are laid over each other key by key, unless the key says that nothing is inherited.
    """
    value, origins = base, dict[str, str]()
    for layer in layers:
        for key, given in keys_about(layer.overrides, name, recipe):
            for path, part in _parts(key, given):
                if not path:
                    value, origins = part, {}
                else:
                    value = put(value, path, part)
                    start = ".".join(path)
                    origins = {
                        p: k for p, k in origins.items() if p != start and not p.startswith(start + ".")
                    }
                origins[".".join(path)] = layer.kitchen
    return value, origins


def _parts(key: Key, given: Any) -> list[tuple[tuple[str, ...], Any]]:
    """Return what an override sets, as paths and what comes there."""
    if key.whole or not isinstance(given, Mapping):
        return [(key.path, given)]
    if not given:
        return [(key.path, given)] if key.path else []
    return [part for name, item in given.items() for part in _parts(_below(key, name), item)]


def _below(key: Key, name: str) -> Key:
    return Key(key.name, key.recipe, (*key.path, name))


def put(value: Any, path: Sequence[str], part: Any) -> Any:
    """Return a dictionary (made where there is none) in which `part` stands at the path; the given one stays as it is."""
    if not path:
        return part
    found = dict(value) if isinstance(value, Mapping) else {}
    found[path[0]] = put(found.get(path[0]), path[1:], part)
    return found


def get(value: Any, path: Sequence[str]) -> Any:
    """Return what stands at a path inside a dictionary, None where nothing does."""
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def changed(overrides: Mapping[str, Any], given: Mapping[str, Any], unset: Iterable[str]) -> dict[str, Any]:
    """Return overrides with some set and some removed; setting a whole value removes what was set inside it."""
    gone = {str(parse(text)) for text in unset}
    for text in given:
        new = parse(text)
        if not new.path:
            gone |= {old for old in overrides if parse(old).value == new.value}
    kept = {text: value for text, value in overrides.items() if text not in gone}
    return kept | {str(parse(text)): value for text, value in given.items()}
