"""The key `monitors`: which of its datasets a recipe lets watch itself, and for what. Left out: all, for everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recipes.core.spec.faults import did_you_mean
from recipes.core.spec.model import MONITORS, MonitorsSpec, NodeSpec, Place
from recipes.core.spec.reading import Reading
from recipes.core.spec.section import Section
from recipes.core.spec.yaml import Node

ALL, NONE = "on", "off"
OTHERS = "others"  # in a mapping: the datasets that it does not name
REMEDY = f"Write {ALL}, {NONE}, or a list of {', '.join(MONITORS)}."


def read_monitors(reading: Reading, top: Section, nodes: Mapping[str, NodeSpec]) -> MonitorsSpec:
    """Return what the recipe says of its monitors; what is wrong in it is a fault."""
    node = top.entries.get("monitors")
    if node is None or node.value is None:
        return MonitorsSpec()
    if not isinstance(node.value, dict):
        return MonitorsSpec(others=_kinds(reading, node, top.at("monitors")))
    found: dict[str, tuple[str, ...]] = {}
    others: tuple[str, ...] = MONITORS
    written = {write.dataset for spec in nodes.values() for write in spec.writes}
    for name, below in node.value.items():
        kinds = _kinds(reading, below, node.keys[name])
        if name == OTHERS:
            others = kinds
        elif name in written:
            found[name] = kinds
        elif not reading.unsure:
            message = f"monitors names {name!r}, which no node of the recipe writes."
            remedy = did_you_mean(name, [*sorted(written), OTHERS])
            reading.faults.add("unknown-dataset", message, remedy, node.keys[name])
    return MonitorsSpec(others=others, datasets=found)


def _kinds(reading: Reading, node: Node, at: Place) -> tuple[str, ...]:
    """Return the kinds of monitors that one entry stands for."""
    value: Any = node.plain()
    if value in (ALL, True, None):
        return MONITORS
    if value in (NONE, False):
        return ()
    names = value if isinstance(value, list) else [value]
    if wrong := [name for name in names if name not in MONITORS]:
        message = f"monitors has no kind {str(wrong[0])[:60]!r}."
        reading.faults.add("bad-choice", message, REMEDY, at)
        return ()
    return tuple(kind for kind in MONITORS if kind in names)
