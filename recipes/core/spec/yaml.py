"""YAML 1.2 with places and limits: no tags, no doubled keys, no aliases that grow without bound.

The tree is built from the parser's events, without recursion, so no file can exhaust the stack, and a file that is
too much is refused after its first few thousand nodes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from recipes.core.spec.faults import Faults
from recipes.core.spec.model import Place

SIZE_LIMIT = 256 * 1024
NODE_LIMIT = 5_000  # with every alias counted as what it stands for
DEPTH_LIMIT = 20

NULL = re.compile(r"null|Null|NULL|~|")
BOOLEAN = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
INTEGER = re.compile(r"[-+]?[0-9]{1,40}|0o[0-7]{1,40}|0x[0-9a-fA-F]{1,40}")
FLOAT = re.compile(r"[-+]?(\.[0-9]{1,300}|[0-9]{1,300}(\.[0-9]{0,300})?)([eE][-+]?[0-9]{1,4})?")
SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(eq=False)
class Node:
    """A scalar, a list of nodes or a mapping from text to nodes, with its place and that of each key."""

    value: Any
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)
    size: int = 1

    def plain(self) -> Any:
        """Return the value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value


class _TooMuchError(Exception):
    """The file passes a limit; message and remedy."""


def read_yaml(content: bytes, file: str, faults: Faults) -> Node | None:
    """Return the tree of a file, or None; what is wrong with it goes to `faults`."""
    if len(content) > SIZE_LIMIT:
        message = f"{file} is larger than {SIZE_LIMIT // 1024} KB."
        faults.add("too-large", message, "Move SQL and scripts into files of their own.", Place(file=file))
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        place = Place(file=file, line=line)
        faults.add("unreadable-file", f"{file} is not UTF-8 text.", "Save it as UTF-8.", place)
        return None
    return _tree(text, file, faults)


def _tree(text: str, file: str, faults: Faults) -> Node | None:
    builder = _Builder(file, faults)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except _TooMuchError as error:
        message, remedy = error.args
        faults.add("too-much", message, remedy, builder.place)
        return None
    except YAMLError as error:
        _syntax_fault(error, file, faults)
        return None
    except (ValueError, RecursionError, AttributeError, TypeError, AssertionError) as error:
        # The parser itself stumbles over some broken input; that is a fault of the file all the same.
        faults.add(
            "yaml-syntax", f"{file} cannot be read as YAML: {error}.", "Check it in an editor.", builder.place
        )
        return None
    return builder.root


def _syntax_fault(error: YAMLError, file: str, faults: Faults) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = Place(file=file, line=mark.line + 1, column=mark.column + 1) if mark else Place(file=file)
    problem = getattr(error, "problem", None) or getattr(error, "context", None) or str(error).split("\n")[0]
    remedy = "Check indentation, colons and quotes; a text with {{ }} or : goes in quotes."
    faults.add("yaml-syntax", f"{file} cannot be read as YAML: {str(problem)[:200]}.", remedy, place)


@dataclass
class _Open:
    """A list or mapping that is being read; `key` waits for its value."""

    node: Node
    key: Node | None = None
    broken: bool = False  # a key of it cannot be read, so neither can the whole


class _Builder:
    def __init__(self, file: str, faults: Faults) -> None:
        self.file, self.faults = file, faults
        self.root: Node | None = None
        self.place = Place(file=file)
        self.open: list[_Open] = []
        self.anchors: dict[str, Node] = {}
        self.total = 0
        self.documents = 0

    def take(self, event: Any) -> None:
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _TooMuchError(
                    f"{self.file} holds more than one YAML document.", "Remove the line with ---."
                )
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._close()
        elif isinstance(event, MappingStartEvent | SequenceStartEvent | ScalarEvent | AliasEvent):
            self.place = Place(
                file=self.file, line=event.start_mark.line + 1, column=event.start_mark.column + 1
            )
            self._start(event)

    def _start(self, event: Any) -> None:
        if isinstance(event, AliasEvent):
            self._put(self._alias(event.anchor))
            return
        node = Node(self._value(event), self.place)
        if event.anchor:
            self.anchors[event.anchor] = node
        if isinstance(event, ScalarEvent):
            self._put(node)
            return
        if len(self.open) >= DEPTH_LIMIT:
            raise _TooMuchError(
                f"{self.file} is nested deeper than {DEPTH_LIMIT} levels.", "Make it flatter."
            )
        self._count(1)
        self.open.append(_Open(node))

    def _value(self, event: Any) -> Any:
        tag = str(event.tag) if event.tag else ""
        if tag and not (isinstance(event, ScalarEvent) and tag == "tag:yaml.org,2002:str"):
            self.faults.add("yaml-tag", f"The tag {tag} is not taken.", "Write the plain value.", self.place)
        if isinstance(event, ScalarEvent):
            plain = bool(event.implicit[0]) and not tag
            return self._fit(scalar(event.value) if plain else event.value)
        return {} if isinstance(event, MappingStartEvent) else []

    def _fit(self, value: Any) -> Any:
        """Return a scalar, or nothing with a fault where no database could keep it."""
        if isinstance(value, float) and not math.isfinite(value):
            self.faults.add(
                "bad-value", "A number must be finite.", "Put it in quotes if it is a text.", self.place
            )
            return None
        if isinstance(value, str) and any(c == "\x00" or "\ud800" <= c <= "\udfff" for c in value):
            self.faults.add(
                "bad-value", "The text holds characters that no database can keep.", "", self.place
            )
            return None
        return value

    def _alias(self, name: str) -> Node:
        node = self.anchors.get(name)
        if node is None or any(each.node is node for each in self.open):
            why = "is not defined before" if node is None else "stands inside itself"
            self.faults.add(
                "yaml-alias", f"The alias *{name} {why}.", f"Define it with &{name} first.", self.place
            )
            return Node(None, self.place)
        self._count(node.size - 1)
        return node

    def _count(self, more: int) -> None:
        self.total += more
        if self.total > NODE_LIMIT:
            raise _TooMuchError(f"{self.file} holds more than {NODE_LIMIT} entries.", "Split the recipe.")

    def _close(self) -> None:
        closed = self.open.pop()
        node = closed.node
        children = node.value.values() if isinstance(node.value, dict) else node.value
        node.size = 1 + sum(child.size for child in children)
        if closed.broken:
            node.value, node.keys = None, {}
        self.total -= 1  # counted when it was opened
        self._put(node, counted=node.size - 1)

    def _put(self, node: Node, counted: int = 0) -> None:
        """Add a finished node where it belongs: to a list, as a key, as the value of a key, or as the root."""
        self._count(1)
        if not self.open:
            self.root = node
            return
        above = self.open[-1]
        if isinstance(above.node.value, list):
            above.node.value.append(node)
        elif above.key is None:
            above.key = node
        else:
            self._enter(above, above.key, node)
            above.key = None

    def _enter(self, above: _Open, key: Node, node: Node) -> None:
        name = key.value
        if isinstance(name, dict | list):
            above.broken = True
            remedy = "A text that begins with {{ must stand in quotes."
            self.faults.add("yaml-key", "A list or mapping cannot be a key.", remedy, key.place)
            return
        text = name if isinstance(name, str) else _as_written(name)
        if text in above.node.value:
            first = above.node.keys[text].line
            message = f"The key {text!r} is there twice; the first is in line {first}."
            self.faults.add("doubled-key", message, "Remove one of them, or rename it.", key.place)
            return
        above.node.value[text] = node
        above.node.keys[text] = key.place


def _as_written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def scalar(text: str) -> Any:
    """Return what a plain scalar means in YAML 1.2: `NO`, `on` and 2001-01-05 are texts."""
    if NULL.fullmatch(text):
        return None
    if text in BOOLEAN:
        return BOOLEAN[text]
    if INTEGER.fullmatch(text):
        base = {"0o": 8, "0x": 16}.get(text[:2], 10)
        return int(text[2:] if base != 10 else text, base)
    if FLOAT.fullmatch(text):
        return float(text)
    if SPECIAL.fullmatch(text):
        return math.nan
    return text


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it."""
    yield node
    children = node.value.values() if isinstance(node.value, dict) else node.value
    if isinstance(node.value, dict | list):
        for child in children:
            yield from walk(child)
