"""Adds, changes or takes away one test in the text of a recipe.yaml; comments, order and layout of the rest stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node

from hub.common.errors import InvalidError
from recipes.core.spec.faults import Faults
from recipes.core.spec.yaml import read_yaml
from recipes.core.written.scalars import entry_lines, written

Edit = tuple[int, int, str]  # from, to, and what comes there
Entry = Mapping[str, Any]
BY_HAND = "Change it in the editor of the file."


def read_entries(text: str) -> dict[str, dict[str, Any]]:
    """Return the tests of a file as they are written, by name; none where it cannot be read."""
    root = read_yaml(text.encode(), "recipe.yaml", Faults())
    top = root.plain() if root else None
    tests = top.get("tests") if isinstance(top, dict) else None
    found = tests if isinstance(tests, dict) else {}
    return {name: entry for name, entry in found.items() if isinstance(entry, dict)}


def with_test(text: str, name: str, entry: Entry, *, was: str = "") -> str:
    """Return the file with the test: a new one at the end of `tests`, or in the place of the one that `was` there.

    InvalidError where there is another of that name, or the file is written in a way that this cannot change without
    touching something else.
    """
    if name != was and name in read_entries(text):
        raise InvalidError(
            f"There is a test {name[:80]} already.", remedy="Choose another name.", field="name"
        )
    after = _changed(text, name, entry, was) if was else _with(text, [_added(text, name, entry)])
    return _checked(text, after, {was: None} | {name: dict(entry)})


def without_test(text: str, name: str) -> str:
    """Return the file without the test; the section goes with its last one."""
    top = _compose(text)
    tests = _below(top, "tests")
    place = _place(_pairs(tests), name)
    if len(_pairs(tests)) > 1:
        edit = _cut(text, tests, place)
    else:
        edit = (*_lines(text, *_pairs(top)[_place(_pairs(top), "tests")]), "")
    return _checked(text, _with(text, [edit]), {name: None})


def _checked(before: str, after: str, wanted: Mapping[str, Entry | None]) -> str:
    """Return the new text, if nothing but what was wanted is different in it."""
    expected = read_entries(before) | {name: dict(entry or {}) for name, entry in wanted.items()}
    expected = {name: entry for name, entry in expected.items() if wanted.get(name, entry) is not None}
    if read_entries(after) != expected or _rest(before) != _rest(after):
        raise InvalidError(
            f"The test {[*wanted][-1][:80]} cannot be written without touching other parts of recipe.yaml.",
            remedy=BY_HAND,
        )
    return after


def _rest(text: str) -> Any:
    root = read_yaml(text.encode(), "recipe.yaml", Faults())
    top = root.plain() if root else None
    return {key: value for key, value in top.items() if key != "tests"} if isinstance(top, dict) else top


def _with(text: str, edits: list[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _compose(text: str) -> Node | None:
    try:
        found: Node | None = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, ValueError, RecursionError, AttributeError, TypeError, AssertionError) as error:
        raise InvalidError(
            "recipe.yaml cannot be read.", remedy=f"Mend its faults first. {BY_HAND}"
        ) from error
    return found


def _pairs(node: Node | None) -> list[tuple[Node, Node]]:
    return list(node.value) if isinstance(node, MappingNode) else []


def _below(node: Node | None, key: str) -> Node | None:
    return next((below for name, below in _pairs(node) if name.value == key), None)


def _place(pairs: list[tuple[Node, Node]], name: str) -> int:
    places = [place for place, (key, _) in enumerate(pairs) if key.value == name]
    if not places:
        raise InvalidError(f"recipe.yaml has no test {name[:80]}.", remedy="Load the page again.")
    return places[0]


def _added(text: str, name: str, entry: Entry) -> Edit:
    tests = _below(_compose(text), "tests")
    pairs = _pairs(tests)
    if isinstance(tests, MappingNode) and tests.flow_style and pairs:
        at = _end(text, pairs[-1][1])
        return at, at, f", {written(name)}: {written(entry)}"
    if pairs:
        indent = pairs[0][0].start_mark.column
        flow = any(isinstance(one, MappingNode) and one.flow_style for _, one in pairs)
        at = _end_of_line(text, _end(text, pairs[-1][1]))
        return at, at, "\n" + entry_lines(name, entry, indent=indent, flow=flow)
    lines = "tests:\n" + entry_lines(name, entry, indent=2, flow=True)
    if tests is not None:  # `tests:` with nothing in it
        top = _pairs(_compose(text))
        start, end = _lines(text, *top[_place(top, "tests")])
        return start, end, lines + "\n"
    nodes = _below(_compose(text), "nodes")
    if nodes is None:
        raise InvalidError(
            "recipe.yaml has no nodes.", remedy="A test judges the work of a node: write one first."
        )
    at = _end_of_line(text, _end(text, nodes))
    return at, at, "\n" + lines


def _changed(text: str, name: str, entry: Entry, was: str) -> str:
    there = read_entries(text).get(was)
    if there is None or not there.keys() & entry.keys():
        raise InvalidError(f"recipe.yaml has no test {was[:80]}.", remedy="Load the page again.")
    for key in there.keys() - entry.keys():  # one after the other: each may take a comma along
        _, node = _test_at(text, was)
        text = _with(text, [_cut(text, node, _place(_pairs(node), key))])
    written_name, node = _test_at(text, was)
    edits = [
        (value.start_mark.index, _end(text, value), written(entry[key.value]))
        for key, value in node.value
        if entry[key.value] != there[key.value]
    ]
    if new := {key: value for key, value in entry.items() if key not in there}:
        edits.append(_put(text, node, new))
    if name != was:
        edits.append((written_name.start_mark.index, written_name.end_mark.index, written(name)))
    return _with(text, edits)


def _test_at(text: str, name: str) -> tuple[Node, MappingNode]:
    pairs = _pairs(_below(_compose(text), "tests"))
    key, node = pairs[_place(pairs, name)]
    if not isinstance(node, MappingNode):
        raise InvalidError(f"The test {name[:80]} is not written as a mapping.", remedy=BY_HAND)
    return key, node


def _put(text: str, node: MappingNode, new: Entry) -> Edit:
    at = _end(text, node.value[-1][1])
    pairs = [f"{written(key)}: {written(value)}" for key, value in new.items()]
    if node.flow_style:
        return at, at, "".join(f", {pair}" for pair in pairs)
    at = _end_of_line(text, at)
    margin = " " * node.value[0][0].start_mark.column
    return at, at, "".join(f"\n{margin}{pair}" for pair in pairs)


def _cut(text: str, node: Node | None, place: int) -> Edit:
    """Return the edit that takes one key out of a mapping, with its line in block style, with one comma in braces."""
    pairs = _pairs(node)
    key, value = pairs[place]
    if not isinstance(node, MappingNode) or not node.flow_style:
        return (*_lines(text, key, value), "")
    if place + 1 < len(pairs):
        return key.start_mark.index, pairs[place + 1][0].start_mark.index, ""
    start = _end(text, pairs[place - 1][1]) if place else key.start_mark.index
    return start, _end(text, value), ""


def _lines(text: str, key: Node, value: Node) -> tuple[int, int]:
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    empty = value.start_mark.index == value.end_mark.index  # its mark is where the next key begins
    end = _end_of_line(text, key.end_mark.index if empty else _end(text, value))
    return start, min(end + 1, len(text))


def _end_of_line(text: str, at: int) -> int:
    found = text.find("\n", at)
    return found if found >= 0 else len(text)


def _end(text: str, node: Node) -> int:
    """Return where a node ends; one in block style with its last line, not where the next key begins."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    end = int(node.end_mark.index)
    return len(text[:end].rstrip()) if end > node.start_mark.index else end


def lines_of(text: str, name: str) -> tuple[int, str]:
    """Return the number of the first line of a test in the file, and its lines; (0, "") where it is not there."""
    try:
        pairs = _pairs(_below(_compose(text), "tests"))
        key, value = pairs[_place(pairs, name)]
    except InvalidError:
        return 0, ""
    start, end = _lines(text, key, value)
    return key.start_mark.line + 1, text[start:end].rstrip("\n")
