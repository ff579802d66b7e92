"""Where sources may be read from, and the way from a source to a file that an engine can read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.common import env
from kitchens.core.stores.base import Source, StoreError


@dataclass(frozen=True)
class SourceRules:
    """Which files and addresses may be read: folders for local files, and limits for what is fetched."""

    roots: tuple[str, ...] = ()
    allow_private: bool = False  # http(s) addresses in private networks
    most_bytes: int = 2 * 1024**3
    seconds: float = 300.0

    @classmethod
    def from_environment(cls) -> SourceRules:
        """Return what HUB_SOURCE_ROOTS, HUB_SOURCE_ALLOW_PRIVATE, HUB_SOURCE_MOST_MB and HUB_SOURCE_SECONDS say."""
        home = env.text("HUB_HOME", ".hub")
        roots = env.text("HUB_SOURCE_ROOTS", str(Path(home) / "drop")).split(os.pathsep)
        return cls(
            roots=tuple(root for root in roots if root),
            allow_private=env.flag("HUB_SOURCE_ALLOW_PRIVATE"),
            most_bytes=env.number("HUB_SOURCE_MOST_MB", 2048, low=1) * 1024**2,
            seconds=float(env.number("HUB_SOURCE_SECONDS", 300, low=1)),
        )


def is_url(location: str) -> bool:
    """Say whether the location is an address to fetch rather than a path."""
    return "://" in location


def local_file(location: str, rules: SourceRules) -> Path:
    """Return the real path of a local source; StoreError unless it is a file below an allowed folder.

    A relative path is looked for below each allowed folder. Links are followed first and judged by where they lead.
    """
    asked = Path(location)
    if not location or "\x00" in location or ".." in asked.parts:
        raise StoreError(
            f"The location {location!r} is not a plain path. Name a file below an allowed folder."
        )
    roots = [Path(root).resolve() for root in rules.roots]
    candidates = [asked] if asked.is_absolute() else [root / asked for root in roots]
    for candidate in candidates:
        real = candidate.resolve()
        if any(real.is_relative_to(root) for root in roots) and real.is_file():
            return real
    raise StoreError(
        f"There is no file {location} below the folders that sources may lie in. "
        "Put it there, or let an operator add its folder to HUB_SOURCE_ROOTS."
    )


def settings_of(source: Source, connections: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return how to connect to the database a source names."""
    if source.connection not in connections:
        raise StoreError(
            f"The source {source.name} uses the connection {source.connection}, which this kitchen does not have. "
            "Add it under Settings, Connections."
        )
    return connections[source.connection]
