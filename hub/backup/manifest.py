"""What a backup holds: one file that names every other one with its size and checksum, written last."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hub.common.errors import InvalidError

NAME = "manifest.json"
FORMAT = 1
CHUNK = 1024 * 1024
Alive = Callable[[], None]


@dataclass
class Manifest:
    """`files` maps a path below the backup to bytes and SHA-256; `tables` are the parts of a PostgreSQL store."""

    made_at: str
    vendor: str
    migrations: list[list[str]]
    format: int = FORMAT
    files: dict[str, list[Any]] = field(default_factory=dict)
    tables: list[dict[str, Any]] = field(default_factory=list)
    refs: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def note(self, root: Path, path: Path) -> None:
        """Write down a file that is complete."""
        self.files[path.relative_to(root).as_posix()] = [path.stat().st_size, checksum(path)]

    def write(self, root: Path) -> None:
        """Write it, as the last file: a backup without it is none."""
        draft = root / f".{NAME}"
        draft.write_text(json.dumps(asdict(self), indent=1))
        draft.rename(root / NAME)


def read(root: Path) -> Manifest:
    """Return the manifest of a backup; InvalidError where there is none, or of a format this hub does not know."""
    try:
        raw: Mapping[str, Any] = json.loads((root / NAME).read_text())
    except (OSError, ValueError) as error:
        raise InvalidError(
            f"{root} is no complete backup: its {NAME} is missing or broken.", remedy="Use another one."
        ) from error
    if raw.get("format") != FORMAT:
        raise InvalidError(f"This backup has the format {raw.get('format')!r}; this hub knows {FORMAT}.")
    return Manifest(**raw)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def link_or_copy(source: Path, target: Path, *, copy: bool = False) -> None:
    """Put an immutable file at another place: as a hard link where both are on one disk, else as a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if not copy:
        try:
            os.link(source, target)
            return
        except OSError:
            pass
    shutil.copy2(source, target)


def faults(root: Path, manifest: Manifest, alive: Alive = lambda: None) -> list[str]:
    """Return in words what is missing or not as it was written; reads every file."""
    found = []
    for name, (size, digest) in manifest.files.items():
        path = root / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            found.append(f"{name} leads out of the backup.")
        elif not path.is_file():
            found.append(f"{name} is missing.")
        elif path.stat().st_size != size or checksum(path) != digest:
            found.append(f"{name} is not as it was written.")
        alive()
    return found
