"""Changes the default of one value in a recipe.yaml and nothing else: comments, order and layout stay as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from hub.common.errors import InvalidError

Edit = tuple[int, int, str]  # from, to, and what comes there


def with_default(text: str, name: str, value: Any) -> str:
    """Return the file with another default of the value; InvalidError where it has none to change."""
    try:
        top = YAML(typ="rt", pure=True).compose(text)
    except YAMLError as error:
        raise InvalidError("recipe.yaml cannot be read.", remedy="Mend its faults first.") from error
    node = top
    for key in ("values", name, "default"):
        node = _below(node, key)
        if node is None:
            raise InvalidError(
                f"The value {name} has no default in recipe.yaml.", remedy="Add one to the file by hand."
            )
    for start, end, written in sorted(_edits(node, value), reverse=True):
        text = text[:start] + written + text[end:]
    return text


def _edits(node: Node, value: Any) -> Iterator[Edit]:
    """Yield what to write where. In a dictionary only keys that change are touched, and new ones are put at its end."""
    if not isinstance(node, MappingNode) or not _extends(node, value):
        if _plain(node) != value:
            yield node.start_mark.index, _end(node), json.dumps(value, ensure_ascii=False)
        return
    there = {name.value: below for name, below in node.value}
    for name, below in there.items():
        yield from _edits(below, value[name])
    new = {name: item for name, item in value.items() if name not in there}
    if new and isinstance(node, MappingNode):
        yield _added(node, new)


def _extends(node: MappingNode, value: Any) -> bool:
    """Say whether a dictionary has every key of the one in the file, so that none has to go."""
    names = {name.value for name, _ in node.value}
    return bool(names) and isinstance(value, dict) and names <= value.keys()


def _added(node: MappingNode, new: dict[str, Any]) -> Edit:
    at = _end(node.value[-1][1])
    pairs = [f"{json.dumps(name)}: {json.dumps(item, ensure_ascii=False)}" for name, item in new.items()]
    if node.flow_style:
        return at, at, "".join(f", {pair}" for pair in pairs)
    start = node.value[-1][0].start_mark
    return start.index, start.index, "".join(f"{pair}\n{' ' * start.column}" for pair in pairs)


def _end(node: Node) -> int:
    """Return where a node ends; one in block style ends with its last line, not where the next key begins."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _plain(node: Node) -> Any:
    """Return what a node holds as JSON has it, for comparing; dates and the like are texts."""
    if isinstance(node, MappingNode):
        return {name.value: _plain(below) for name, below in node.value}
    if isinstance(node, CollectionNode):
        return [_plain(below) for below in node.value]
    if isinstance(node, ScalarNode) and node.style is None and not node.value.startswith("{{"):
        try:
            return json.loads(node.value)
        except ValueError:
            return node.value
    return node.value


def _below(node: Node | None, key: str) -> Node | None:
    if not isinstance(node, MappingNode):
        return None
    return next((found for name, found in node.value if name.value == key), None)
