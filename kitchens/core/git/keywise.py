"""Merging a YAML file by its keys where its lines clash: both sides put something in at the same place, under other keys.

Lines are moved as they are, so comments and spelling stay. What comes out is read again and compared with a merge of the
values themselves: where the two differ, or anything is unclear, the file stays in conflict.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from kitchens.core.merging import Conflict

KEY = re.compile(r"( *)([A-Za-z0-9_][^:#'\"{}\[\]\n]*|'[^'\n]*'|\"[^\"\n]*\"):(?:\s|$)")
SUFFIXES = (".yaml", ".yml")
SCALAR = re.compile(r":\s*[|>][-+0-9]*\s*(#.*)?$")  # what follows is text, whatever it looks like
END = "\0end"  # the lines after the last key
CLASH: Any = object()
GONE: Any = object()
LIMIT = 200_000


@dataclass
class Block:
    """A key with its lines: `head` is what stands above and on its line, `inner` are the keys below it."""

    head: list[str]
    inner: dict[str, Block] = field(default_factory=dict)
    depth: int = -1
    scalar: bool = False

    def text(self) -> list[str]:
        return self.head + [line for block in self.inner.values() for line in block.text()]


def merged_by_key(conflict: Conflict) -> str | None:
    """Return the file merged by key, or None where it is no YAML, keys clash, or the outcome is not certain."""
    texts = [side.text for side in (conflict.base, conflict.target, conflict.source)]
    if conflict.kind != "content" or not conflict.path.endswith(SUFFIXES):
        return None
    if any(text is None or len(text) > LIMIT or "\t" in text for text in texts):
        return None
    base, target, source = (str(text) for text in texts)
    wanted = _merged_values(*(_read(text) for text in (base, target, source)))
    if wanted is CLASH:
        return None
    block = _merged(*(_blocks(text) for text in (base, target, source)))
    if block is None:
        return None
    text = "".join(block.text())
    return text if _read(text) == wanted else None


def _read(text: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, RecursionError):
        return CLASH


def _merged_values(base: Any, target: Any, source: Any) -> Any:
    """Return the three-way merge of plain values, key by key; CLASH where both sides changed one in different ways."""
    if any(one is CLASH for one in (base, target, source)):
        return CLASH
    if source == base or target == source:
        return target
    if target == base:
        return source
    if not all(isinstance(one, dict) for one in (base, target, source)):
        return CLASH
    merged = {}
    for key in {**target, **source, **base}:
        value = _merged_values(*(one.get(key, GONE) for one in (base, target, source)))
        if value is CLASH:
            return CLASH
        if value is not GONE:
            merged[key] = value
    return merged


def _blocks(text: str) -> Block:
    """Return the lines of a file as a tree of keys, by how far they are set in."""
    root = Block([])
    path = [root]
    above: list[str] = []  # blank lines and comments belong to the key after them
    for line in text.splitlines(keepends=True):
        line = line if line.endswith("\n") else f"{line}\n"
        depth = len(line) - len(line.lstrip(" "))
        if path[-1].scalar and (depth > path[-1].depth or not line.strip()):
            path[-1].head.append(line)
        elif not line.strip() or line.lstrip().startswith("#"):
            above.append(line)
        else:
            _place(line, depth, above, path)
            above = []
    root.inner[END] = Block(above)
    return root


def _place(line: str, depth: int, above: list[str], path: list[Block]) -> None:
    """Put a line where it belongs: a key below the one it is set in from, anything else to the key it goes on with."""
    match = KEY.match(line)
    while path[-1].depth > depth or (match and path[-1].depth == depth):
        path.pop()
    if match is None:
        path[-1].head += [*above, line]
        return
    block = Block([*above, line], depth=depth, scalar=bool(SCALAR.search(line.rstrip())))
    path[-1].inner[match.group(2).strip("'\"")] = block
    path.append(block)


def _merged(base: Block, target: Block, source: Block) -> Block | None:
    """Return the three-way merge of a key's lines, None where both sides changed the same ones."""
    head = _merged_lines(base.head, target.head, source.head)
    if head is None:
        return None
    inner: dict[str, Block] = {}
    for key in _order(target.inner, source.inner):
        block = _merged_key(base.inner.get(key), target.inner.get(key), source.inner.get(key))
        if block is CLASH:
            return None
        if block is not None:
            inner[key] = block
    return Block(head, inner)


def _merged_lines(base: Sequence[str], target: Sequence[str], source: Sequence[str]) -> list[str] | None:
    if list(source) == list(base) or list(source) == list(target):
        return list(target)
    return list(source) if list(target) == list(base) else None


def _merged_key(base: Block | None, target: Block | None, source: Block | None) -> Any:
    """Return the block of a key after the merge, None where it is gone, CLASH where both sides changed it."""
    if base is not None and target is not None and source is not None:
        return _merged(base, target, source) or CLASH
    lines = [one.text() if one else None for one in (base, target, source)]
    if lines[2] == lines[0] or lines[2] == lines[1]:
        return target
    return source if lines[1] == lines[0] else CLASH


def _order(target: Mapping[str, Block], source: Mapping[str, Block]) -> list[str]:
    """Return the keys of both: the target's order, and each new one of the source behind the key it stands behind there."""
    found = list(target)
    before = ""
    for key in source:
        if key not in target:
            found.insert(found.index(before) + 1 if before in found else 0, key)
        before = key
    # A key that both sides put at the same place: the target's first, as in a hunk that takes both.
    return found
