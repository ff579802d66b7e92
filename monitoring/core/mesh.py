"""The mesh as a graph: which recipe reads and writes which dataset, and what depends on what. Plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Edge = tuple[str, str]


def dataset_key(name: str) -> str:
    """Return the name of a dataset among the things of the graph."""
    return f"dataset:{name}"


def recipe_key(name: str) -> str:
    """Return the name of a recipe ("<domain>/<recipe>") among the things of the graph."""
    return f"recipe:{name}"


def domain_of(key: str) -> str:
    """Return the domain of a thing of the graph."""
    kind, name = key.split(":", 1)
    return name.split("/" if kind == "recipe" else ".")[0]


@dataclass(frozen=True)
class Mesh:
    """All recipes and datasets of a commit.

    `edges` lead from a dataset to the recipes that read it and from a recipe to the datasets it writes; what a recipe
    both writes and reads is its own affair and has only the edge of the writing. `made_from` leads from a dataset to
    those that the node which writes it reads.
    """

    things: tuple[str, ...]
    edges: tuple[Edge, ...]
    made_from: Mapping[str, frozenset[str]]
    writers: Mapping[str, str]  # dataset -> recipe

    @cached_property
    def between_domains(self) -> tuple[Edge, ...]:
        """Who depends on whom among the domains: (the one that gives, the one that reads)."""
        pairs = {(domain_of(source), domain_of(target)) for source, target in self.edges}
        return tuple(sorted(pair for pair in pairs if pair[0] != pair[1]))

    def made_into(self, dataset: str) -> frozenset[str]:
        """Return the datasets made from this one, directly."""
        return frozenset(name for name, sources in self.made_from.items() if dataset in sources)

    def readers(self, dataset: str) -> frozenset[str]:
        """Return the recipes that read a dataset and do not write it."""
        wanted = dataset_key(dataset)
        return frozenset(target.split(":", 1)[1] for source, target in self.edges if source == wanted)


def mesh_of(specs: Mapping[str, Mapping[str, Any]]) -> Mesh:
    """Build the graph from recipes ("<domain>/<recipe>" -> RecipeSpec as a dictionary)."""
    things: dict[str, None] = {}
    edges: dict[Edge, None] = {}
    made_from: dict[str, set[str]] = defaultdict(set)
    writers: dict[str, str] = {}
    for recipe in sorted(specs):
        nodes = list(specs[recipe]["nodes"].values())
        written = {write["dataset"] for node in nodes for write in node["writes"]}
        read = {name for node in nodes for name in node["reads"]}
        writers |= dict.fromkeys(written, recipe)
        things |= dict.fromkeys([recipe_key(recipe), *map(dataset_key, sorted(written | read))])
        edges |= dict.fromkeys((dataset_key(name), recipe_key(recipe)) for name in sorted(read - written))
        edges |= dict.fromkeys((recipe_key(recipe), dataset_key(name)) for name in sorted(written))
        for node in nodes:
            for write in node["writes"]:
                made_from[write["dataset"]] |= set(node["reads"]) - {write["dataset"]}
    frozen = {name: frozenset(sources) for name, sources in made_from.items()}
    return Mesh(tuple(things), tuple(edges), frozen, writers)


@dataclass(frozen=True)
class Neighbourhood:
    """A part of the mesh around a focus; `further` are the things at its rim that have more beyond them."""

    things: tuple[str, ...]
    edges: tuple[Edge, ...]
    further_up: frozenset[str]
    further_down: frozenset[str]


def around(mesh: Mesh, focus: Iterable[str], *, up: int, down: int) -> Neighbourhood:
    """Return what lies within `up` hops before and `down` hops after the focus; a hop passes a recipe."""
    before, after = defaultdict(set), defaultdict(set)
    for source, target in mesh.edges:
        before[target].add(source)
        after[source].add(target)
    start = [thing for thing in focus if thing in mesh.things]
    above, rim_up = _reach(start, before, up)
    below, rim_down = _reach(start, after, down)
    kept = above | below
    return Neighbourhood(
        things=tuple(thing for thing in mesh.things if thing in kept),
        edges=tuple(edge for edge in mesh.edges if edge[0] in kept and edge[1] in kept),
        further_up=frozenset(thing for thing in rim_up if before[thing] - kept),
        further_down=frozenset(thing for thing in rim_down if after[thing] - kept),
    )


def _reach(start: list[str], next_ones: Mapping[str, set[str]], hops: int) -> tuple[set[str], set[str]]:
    """Walk `hops` datasets far and return all that was met, and the things where the walk ended."""
    seen, rim = set(start), set(start)
    for _ in range(hops * 2):
        fresh = {thing for place in rim for thing in next_ones.get(place, ())} - seen
        if not fresh:
            break
        seen |= fresh
        rim = fresh
    return seen, rim
