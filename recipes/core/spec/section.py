"""Reading one mapping by its table of keys: every key is checked, every fault is kept, what is right is taken."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from recipes.core.spec.faults import Faults, did_you_mean
from recipes.core.spec.keys import Key
from recipes.core.spec.model import Place
from recipes.core.spec.yaml import Node

TEXT_LIMIT = 20_000
DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(s|seconds?|min|minutes?|h|hours?|d|days?)")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Section:
    """A mapping of the file with its keys read. `get` returns what was right, else the key's default."""

    def __init__(self, what: str, node: Node, keys: Iterable[Key], faults: Faults, place: Place) -> None:
        self.what, self.node, self.faults, self.place = what, node, faults, place
        self.keys = {key.name: key for key in keys}
        self.found: dict[str, Any] = {}
        self.entries: dict[str, Node] = node.value if isinstance(node.value, dict) else {}
        if not isinstance(node.value, dict):
            remedy = f"Write keys below it: {', '.join(self.keys)}."
            faults.add("wrong-type", f"{what} must be a mapping, not {_kind(node.value)}.", remedy, place)
            return
        for key in self.keys.values():
            self._take(key)

    def unknown(self, others: Iterable[str] = ()) -> None:
        """Report every key that is neither in the table nor in `others`."""
        for name in self.entries.keys() - self.keys.keys() - set(others):
            remedy = did_you_mean(name, [*self.keys, *others])
            self.faults.add("unknown-key", f"{self.what} has no key {name!r}.", remedy, self.at(name))

    def get(self, name: str) -> Any:
        return self.found.get(name, self.keys[name].default)

    def at(self, name: str) -> Place:
        """Return the place of a key, or of the section where the key is not there."""
        return self.node.keys.get(name, self.place)

    def inside(self, name: str) -> dict[str, tuple[Node, Place]]:
        """Return the entries of a mapping below a key, with the place of each."""
        below = self.entries.get(name)
        if below is None or not isinstance(below.value, dict):
            return {}
        return {key: (node, below.keys[key]) for key, node in below.value.items()}

    def _take(self, key: Key) -> None:
        node = self.entries.get(key.name)
        if node is None or node.value is None:
            if key.required:
                message = f"{self.what} has no {key.name}."
                self.faults.add("missing-key", message, f"{key.about}.", self.at(key.name))
            return
        reader = getattr(self, f"_{key.form}")
        try:
            self.found[key.name] = reader(key, node)
        except _WrongError as error:
            self.faults.add(error.code, f"{self.what}: {error.message}", error.remedy, self.at(key.name))

    def _text(self, key: Key, node: Node) -> str:
        if not isinstance(node.value, str):
            raise _WrongError(f"{key.name} must be a text, not {_kind(node.value)}.", "Put it in quotes.")
        if len(node.value) > TEXT_LIMIT:
            raise _WrongError(f"{key.name} is longer than {TEXT_LIMIT} characters.", "Move it to a file.")
        if key.choices and node.value not in key.choices:
            choices = ", ".join(key.choices)
            raise _WrongError(f"{key.name} is {node.value!r}, which is none of {choices}.",
                              did_you_mean(node.value, key.choices), "bad-choice")  # fmt: skip
        return node.value

    def _names(self, key: Key, node: Node) -> tuple[str, ...]:
        items = node.value if isinstance(node.value, list) else [node]
        if not all(isinstance(item.value, str) for item in items):
            raise _WrongError(f"{key.name} must be a name or a list of names.", "Write [one, two].")
        names = [str(item.value) for item in items]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise _WrongError(
                f"{key.name} names {', '.join(twice)} twice.", "Name each once.", "duplicate-name"
            )
        return tuple(names)

    def _whole(self, key: Key, node: Node) -> int:
        if isinstance(node.value, bool) or not isinstance(node.value, int):
            raise _WrongError(
                f"{key.name} must be a whole number, not {_kind(node.value)}.", "Write it like 3."
            )
        _bound(key, node.value)
        return node.value

    def _seconds(self, key: Key, node: Node) -> float:
        value = node.value
        if isinstance(value, str) and (match := DURATION.fullmatch(value.strip())):
            value = float(match.group(1)) * SECONDS[match.group(2)[0]]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _WrongError(
                f"{key.name} must be a time span, not {_kind(value)}.", "Write 90, 90 s, 15 min or 2 h."
            )
        _bound(key, value)
        return float(value)

    def _boolean(self, key: Key, node: Node) -> bool:
        if not isinstance(node.value, bool):
            raise _WrongError(
                f"{key.name} must be true or false, not {_kind(node.value)}.", "Write true or false."
            )
        return node.value

    def _mapping(self, key: Key, node: Node) -> dict[str, Any]:
        if not isinstance(node.value, dict):
            raise _WrongError(
                f"{key.name} must be a mapping, not {_kind(node.value)}.", "Write name: … below it."
            )
        return {name: below.plain() for name, below in node.value.items()}

    def _list(self, key: Key, node: Node) -> tuple[Any, ...]:
        if not isinstance(node.value, list) or not node.value:
            raise _WrongError(f"{key.name} must be a list that is not empty.", "Write [one, two].")
        return tuple(node.plain())

    def _any(self, key: Key, node: Node) -> Any:
        return node.plain()

    def _writes(self, key: Key, node: Node) -> Node:
        return node


class _WrongError(Exception):
    def __init__(self, message: str, remedy: str = "", code: str = "wrong-type") -> None:
        super().__init__(message)
        self.message, self.remedy, self.code = message, remedy, code


def _bound(key: Key, value: float) -> None:
    if not (key.low is None or value >= key.low) or not (key.high is None or value <= key.high):
        raise _WrongError(
            f"{key.name} is {value:g}; it may be {key.low:g} to {key.high:g}.",
            "Choose one in between.",
            "out-of-range",
        )


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the yes/no {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {str(value)[:40]}"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    return "a mapping" if isinstance(value, dict) else "a list"
