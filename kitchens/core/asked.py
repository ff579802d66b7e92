"""What recipes ask for by name, and whether it is there: secrets and connections."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class AskedFor:
    """A node that asks for a secret or a connection by its name."""

    kind: str  # secret, connection
    name: str
    recipe: str  # "<domain>/<recipe>"
    node: str  # "" where it is a source of the recipe


def by_name(asked: Iterable[AskedFor], kind: str) -> dict[str, list[AskedFor]]:
    """Return name -> who asks for it."""
    found: dict[str, list[AskedFor]] = {}
    for one in asked:
        if one.kind == kind:
            found.setdefault(one.name, []).append(one)
    return found
