"""Choosing a part of a recipe around one node: only it, it and all that comes after, it and all that comes before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recipes.core.spec.graph import reachable

SHOWN = 6
PORTIONS: Mapping[str, str] = {
    "all": "everything",
    "only": "only this node",
    "after": "this node and all after it",
    "before": "this node and all before it",
}


def portion_of(
    nodes: Sequence[str], needs: Mapping[str, Sequence[str]], node: str, portion: str
) -> tuple[str, ...]:
    """Return the chosen of `nodes`, in their order; all for an unknown node or portion. `needs` is of the whole recipe."""
    if node not in nodes or portion not in ("only", "after", "before"):
        return tuple(nodes)
    if portion == "only":
        return (node,)
    before = reachable(node, needs)
    after = {name for name in nodes if node in reachable(name, needs)}
    around = before if portion == "before" else after
    return tuple(name for name in nodes if name == node or name in around)


def in_words(chosen: Sequence[str]) -> str:
    """Say which nodes were chosen, "" for all."""
    if not chosen:
        return ""
    more = f" and {len(chosen) - SHOWN} more" if len(chosen) > SHOWN else ""
    return f"only {', '.join(chosen[:SHOWN])}{more}"
