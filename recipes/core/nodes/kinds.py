"""The kinds of nodes: what each can do, and the module that does it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from recipes.core.nodes.work import Work

# `run`: does its work in a process of its own while a worker waits. A kind whose work happens elsewhere says `submit`
# (start it under an idempotency key), `find` (look it up by that key), `poll`, `children`, `logs`, `cancel`, `rerun`;
# its module has a function for each thing it can, and nobody asks it for another.
Ability = Literal["run", "submit", "find", "poll", "children", "logs", "cancel", "rerun"]


@dataclass(frozen=True)
class Kind:
    """One kind of node. A kind that can do nothing needs no process: the engine settles it at once."""

    name: str
    module: str
    can: frozenset[Ability]
    uses_data: bool = True  # opens a session on the data store
    in_folder: bool = False  # runs the author's code, which finds the recipe's files in the folder it runs in


# Modules are named, not imported: the queue worker asks only what a kind can and must stay small.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("sql", "recipes.core.nodes.sql", frozenset({"run"})),
        Kind("python", "recipes.core.nodes.python", frozenset({"run"}), in_folder=True),
        Kind("shell", "recipes.core.nodes.shell", frozenset({"run"}), in_folder=True),
        Kind("fixture", "recipes.core.nodes.fixture", frozenset({"run"})),
        Kind("synchronise", "recipes.core.nodes.synchronise", frozenset(), uses_data=False),
    )
}


def runs_own_code(name: str) -> bool:
    """Say whether the author's code runs in the node's process, which may then say whatever it likes."""
    return KINDS[name].in_folder


def runner(name: str) -> Callable[[Work], None]:
    """Return the `run` of a kind; imports its module, so only a node process calls it."""
    run: Callable[[Work], None] = importlib.import_module(KINDS[name].module).run
    return run
