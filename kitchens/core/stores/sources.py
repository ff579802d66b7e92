"""Where sources may be read from, and the way from a source to a file that an engine can read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from hub.common import env


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
