"""Sentences about nodes, values, variations, sources and ingredients that changed; "" where they mean the same."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from recipes.core.checks.words import cut, listed
from recipes.core.spec.model import (
    Frozen,
    IngredientSpec,
    NodeSpec,
    SourceSpec,
    ValueSpec,
    VariationSpec,
    WriteSpec,
)

Label = tuple[str, str]  # field, what it is called in a sentence
NODE = (
    ("kind", "kind"), ("file", "file"), ("command", "command"), ("connection", "connection"), ("effects", "effects"),
    ("retries", "retries"), ("backoff", "backoff"), ("timeout", "timeout"), ("memory_mb", "memory_mb"),
    ("cpu_seconds", "cpu_seconds"),
)  # fmt: skip
VALUE = (
    ("type", "type"), ("default", "default"), ("required", "required"), ("choices", "choices"), ("min", "min"),
    ("max", "max"),
)  # fmt: skip
VARIATION = (
    ("schedule", "schedule"), ("timezone", "time zone"), ("start", "start"), ("end", "end"), ("catch_up", "catch_up"),
    ("deadline", "deadline"), ("timeout", "timeout"), ("priority", "priority"), ("nodes", "nodes"), ("values", "values"),
)  # fmt: skip
SOURCE = (
    ("location", "location"), ("format", "format"), ("options", "options"), ("connection", "connection"),
    ("table", "table"), ("query", "query"),
)  # fmt: skip
INGREDIENT = (("variation", "variation"), ("takes", "takes"), ("gives", "gives"))


def new_node(node: NodeSpec) -> str:
    """Say what a new node does."""
    writes = f" and writes {listed([write.dataset for write in node.writes])}" if node.writes else ""
    return f"The node {node.name!r} is new: it is of kind {node.kind}{writes}."


def changed_node(old: NodeSpec, new: NodeSpec, changed_files: Collection[str]) -> str:
    """Say what changed at a node: its code, what it reads and writes, what it waits for, its settings."""
    said = []
    if new.file and new.file == old.file and new.file in changed_files:
        said.append(f"its code in {new.file}")
    elif new.kind in ("python", "shell") and _shared_code(changed_files):
        said.append("code beside it in the folder")
    said += _named("reads", old.reads, new.reads)
    said += _named("sources", old.sources, new.sources)
    said += _writes(old.writes, new.writes)
    said += _named("needs", old.needs, new.needs)
    said += differences(old, new, NODE)
    return _sentence("node", new.name, said)


def _shared_code(changed_files: Collection[str]) -> bool:
    return any(path != "recipe.yaml" and not path.endswith(".sql") for path in changed_files)


def changed_value(old: ValueSpec, new: ValueSpec) -> str:
    """Say what changed at a value."""
    return _sentence("value", new.name, differences(old, new, VALUE))


def changed_variation(old: VariationSpec, new: VariationSpec) -> str:
    """Say what changed at a variation: when it runs, what, with which values."""
    return _sentence("variation", new.name, differences(old, new, VARIATION))


def changed_source(old: SourceSpec, new: SourceSpec) -> str:
    """Say what changed at a source."""
    return _sentence("source", new.name, differences(old, new, SOURCE))


def changed_ingredient(old: IngredientSpec, new: IngredientSpec) -> str:
    """Say what changed at an ingredient: what callers give and get."""
    return _sentence("ingredient", new.name, differences(old, new, INGREDIENT))


def differences(old: Frozen, new: Frozen, labels: Sequence[Label]) -> list[str]:
    """Return "label before → after" for every field that differs."""
    return [
        f"{label} {shown(before)} → {shown(after)}"
        for field, label in labels
        if (before := getattr(old, field)) != (after := getattr(new, field))
    ]


def shown(value: Any) -> str:
    """Return a setting for people: "nothing" for an empty one, lists and dictionaries as they would be written."""
    if value is None or value in ("", (), {}, []):
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict | list | tuple):
        return cut(json.dumps(value, ensure_ascii=False, default=str), 120)
    return cut(" ".join(str(value).split()), 120)


def _named(label: str, old: Sequence[str], new: Sequence[str]) -> list[str]:
    more = [name for name in new if name not in old]
    less = [name for name in old if name not in new]
    said = [f"{label} {listed(more)} too"] if more else []
    return said + ([f"no longer {label} {listed(less)}"] if less else [])


def _writes(old: Sequence[WriteSpec], new: Sequence[WriteSpec]) -> list[str]:
    before = {write.dataset: write for write in old}
    after = {write.dataset: write for write in new}
    said = _named("writes", list(before), list(after))
    for name in before.keys() & after.keys():
        if before[name] != after[name]:
            said.append(f"writes {name} by {_mode(after[name])}, before by {_mode(before[name])}")
    return said


def _mode(write: WriteSpec) -> str:
    return f"{write.mode} of {', '.join(write.columns)}" if write.columns else write.mode


def _sentence(kind: str, name: str, said: Sequence[str]) -> str:
    return f"The {kind} {name!r} changed: {'; '.join(said)}." if said else ""
