"""The key `writes` of a node, in its short forms."""

from __future__ import annotations

from typing import Any

from recipes.core.spec.faults import did_you_mean
from recipes.core.spec.keys import MODES
from recipes.core.spec.model import Place, WriteSpec
from recipes.core.spec.reading import Reading
from recipes.core.spec.section import Section
from recipes.core.spec.yaml import Node

FORMS = "Write a name, a list of names, or name: mode, like {sales.orders: {merge: [id]}}."
WITH_COLUMNS = ("replace_partition", "merge")


def read_writes(reading: Reading, name: str, section: Section) -> tuple[WriteSpec, ...]:
    """Return what a node writes: `a.b`, `[a.b, a.c]`, `{a.b: append}` or `{a.b: {merge: [id]}}`."""
    node: Node | None = section.get("writes")
    if node is None:
        return ()
    entries = _entries(reading, section, node)
    found = [spec for entry in entries if (spec := _spec(reading, section, *entry))]
    if len(found) != len(entries):
        reading.unsure.add(name)
    names = [spec.dataset for spec in found]
    for name in sorted({name for name in names if names.count(name) > 1}):
        message = f"{section.what} names {name} twice under writes."
        reading.faults.add("duplicate-name", message, "Name it once.", section.at("writes"))
    if section.get("kind") == "sql" and len(found) > 1:
        message = f"{section.what} writes {len(found)} datasets; a SELECT has one result."
        reading.faults.add("too-many-writes", message, "Use one SQL node for each.", section.at("writes"))
    return tuple(found)


def _entries(reading: Reading, section: Section, node: Node) -> list[tuple[str, Node | None, Place]]:
    """Return name, mode (or None) and place of every dataset, whichever form was chosen."""
    if isinstance(node.value, str):
        return [(node.value, None, node.place)]
    if isinstance(node.value, dict):
        return [(name, mode, node.keys[name]) for name, mode in node.value.items()]
    found: list[tuple[str, Node | None, Place]] = []
    for item in node.value if isinstance(node.value, list) else [node]:
        if isinstance(item.value, str | dict):
            found += _entries(reading, section, item)
        else:
            reading.faults.add("wrong-type", f"{section.what}: writes cannot be read.", FORMS, item.place)
    return found


def _spec(reading: Reading, section: Section, name: str, mode: Node | None, at: Place) -> WriteSpec | None:
    if not reading.dataset(name, section.what, at):
        return None
    domain = name.split(".")[0]
    if domain != reading.domain:
        message = f"{section.what} writes {name}, which belongs to the domain {domain}."
        remedy = f"A recipe writes datasets of its own domain only: {reading.domain}.{name.split('.')[1]}."
        reading.faults.add("foreign-dataset", message, remedy, at)
    kind, columns = _mode(reading, section, mode)
    return WriteSpec(dataset=name, mode=kind, columns=columns) if kind else None


def _mode(reading: Reading, section: Section, node: Node | None) -> tuple[Any, tuple[str, ...]]:
    """Return mode and columns; an empty mode, with a fault, where they cannot be read."""
    if node is None or node.value is None:
        return "replace", ()
    kind: Any = node.value
    columns: tuple[str, ...] = ()
    if isinstance(kind, dict) and len(kind) == 1:
        kind, below = next(iter(node.value.items()))
        columns = _columns(below)
    if not isinstance(kind, str) or kind not in MODES:
        message = f"{section.what}: {str(node.plain())[:60]!r} is not a way to write."
        remedy = did_you_mean(kind, MODES) if isinstance(kind, str) else FORMS
        reading.faults.add("bad-mode", message, remedy, node.place)
        return "", ()
    if (kind in WITH_COLUMNS) != bool(columns) or (kind == "replace_partition" and len(columns) > 1):
        message = f"{section.what}: {kind} takes {_takes(kind)}."
        example = f"{{{kind}: day}}" if kind in WITH_COLUMNS else kind
        reading.faults.add("bad-mode", message, f"Write it like {example}.", node.place)
        return "", ()
    return kind, columns


def _columns(node: Node) -> tuple[str, ...]:
    items = node.value if isinstance(node.value, list) else [node]
    names = [item.value for item in items]
    right = all(isinstance(name, str) and 0 < len(name) <= 128 and "\x00" not in name for name in names)
    return tuple(names) if right and len(set(names)) == len(names) else ()


def _takes(kind: str) -> str:
    return {"merge": "the columns of its key", "replace_partition": "one column"}.get(kind, "no column")
