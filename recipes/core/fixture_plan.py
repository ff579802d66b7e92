"""The nodes of a run with fixtures: tables stand in for what is read from outside, and nothing else is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hub.common.errors import InvalidError, MissingError
from recipes.core.checks.parameters import datasets_read
from recipes.core.fixtures import FOLDER, path_of
from recipes.core.spec.faults import did_you_mean
from recipes.core.spec.model import FixtureSpec, NodeSpec, RecipeSpec, WriteSpec

OWN_NODE = "fixtures"


def fixture_of(spec: RecipeSpec, name: str) -> FixtureSpec:
    """Return a set of tables of a recipe; MissingError where it has none of that name."""
    if name in spec.fixtures:
        return spec.fixtures[name]
    raise MissingError(
        f"The recipe {spec.domain}/{spec.name} has no fixtures {name[:60]!r}.",
        remedy=did_you_mean(name, spec.fixtures) or "Add tables as fixtures/<set>/<dataset>.csv.",
    )


def with_fixtures(spec: RecipeSpec, nodes: Sequence[NodeSpec], fixture: FixtureSpec) -> tuple[NodeSpec, ...]:
    """Return the nodes of a run in which the tables of a set stand in for the datasets of their names.

    A node that writes such datasets is not executed: the tables are written in its stead, and its tests judge them. What
    no node writes is written by a node before all others. InvalidError, which says what to add, where a node would write
    only in part what there is a table of, reach outside, or read a dataset that is neither made nor given.
    """
    given = set(fixture.datasets)
    shown = [_standing_in(node, fixture) if _writes(node) & given else node for node in nodes]
    made = {name for node in shown for name in _writes(node)}
    if extra := sorted(given - made):
        own = NodeSpec(
            name=_free(OWN_NODE, {node.name for node in shown}),
            kind="fixture",
            file=f"{FOLDER}/{fixture.name}",
            description=f"The tables of the set {fixture.name} that no node of the recipe writes",
            writes=tuple(WriteSpec(dataset=name) for name in extra),
        )
        shown = [own, *(node.model_copy(update={"needs": (*node.needs, own.name)}) for node in shown)]
    _check(spec, shown, fixture)
    return tuple(shown)


def _writes(node: NodeSpec) -> set[str]:
    return {write.dataset for write in node.writes}


def _standing_in(node: NodeSpec, fixture: FixtureSpec) -> NodeSpec:
    if lacking := sorted(_writes(node) - set(fixture.datasets)):
        raise InvalidError(
            f"The node {node.name} writes {lacking[0]} as well, of which the set {fixture.name} has no table.",
            remedy=f"Add {path_of(fixture.name, lacking[0])}, or take away the tables of what else it writes.",
        )
    return NodeSpec(
        name=node.name,
        kind="fixture",
        file=f"{FOLDER}/{fixture.name}",
        description=node.description,
        writes=tuple(WriteSpec(dataset=write.dataset) for write in node.writes),
        line=node.line,
    )


def _check(spec: RecipeSpec, nodes: Sequence[NodeSpec], fixture: FixtureSpec) -> None:
    made = {name for node in nodes for name in _writes(node)}
    names = {node.name for node in nodes}
    for node in nodes:
        if node.kind != "fixture" and (node.sources or node.effects == "external"):
            raise InvalidError(
                f"The node {node.name} reaches outside of the hub, and a run with fixtures does not.",
                remedy=f"Give tables of what it writes ({', '.join(sorted(_writes(node))) or 'nothing yet'}),"
                " or choose nodes without it.",
            )
        _check_reads(node.reads, made, f"the node {node.name}", fixture)
    for test in spec.tests.values():
        if test.node in names:
            _check_reads(datasets_read(test), made, f"the test {test.name}", fixture)


def _check_reads(read: Iterable[str], made: set[str], what: str, fixture: FixtureSpec) -> None:
    if lacking := sorted(name for name in read if name not in made and not name.startswith("source.")):
        raise InvalidError(
            f"{what[0].upper()}{what[1:]} reads {lacking[0]}, of which the set {fixture.name} has no table.",
            remedy=f"Add {path_of(fixture.name, lacking[0])}: a run with fixtures reads nothing else.",
        )


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else _free(f"{name}-", taken)
