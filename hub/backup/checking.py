"""Say whether a backup is whole, without a hub."""

from __future__ import annotations

from pathlib import Path

from hub.backup import git
from hub.backup.manifest import Manifest, faults, read


def check(source: Path) -> tuple[Manifest, list[str]]:
    """Return what a backup holds and what is wrong with it, in words; InvalidError where it is none. Reads all of it."""
    manifest = read(source)
    found = faults(source, manifest)
    if not found:
        found = git.broken(source / git.FOLDER, manifest.refs.values(), lambda: None)
    return manifest, found
