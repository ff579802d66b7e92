"""Parts as files: their names, how they become durable, and which of them may go."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from kitchens.core.stores.base import Part, StoreError
from kitchens.core.stores.text import check_attempt, check_dataset

SUFFIX = ".parquet"
PROFILE = ".profile"  # of the file beside a part that says what is in it
MEASURES = ".measures"  # of the file beside a part that keeps what was counted in it
BESIDE = (PROFILE, MEASURES)
SPILL = "spill"  # folder of DuckDB's temporary files


def attempt_folder(attempt: str) -> str:
    """Return the folder, relative to the root, of all that the attempt writes; spread over 256 folders."""
    shard = hashlib.sha256(check_attempt(attempt).encode()).hexdigest()[:2]
    return f"parts/{shard}/{attempt}"


def new_part_name(attempt: str, dataset: str) -> str:
    """Return a name no other part has: with the attempt, the dataset and 32 random bits."""
    return f"{attempt_folder(attempt)}/{check_dataset(dataset)}-{secrets.token_hex(4)}{SUFFIX}"


def part_path(root: Path, name: str) -> Path:
    """Return the path of a part; StoreError for a name that leads out of the store."""
    path = root / name
    if not name.startswith("parts/") or not name.endswith(SUFFIX) or ".." in path.parts or "'" in name:
        raise StoreError(f"{name!r} is not the name of a part.")
    return path


def profile_path(root: Path, name: str) -> Path:
    """Return where the profile of a part is kept."""
    path = part_path(root, name)
    return path.with_name(path.name + PROFILE)


def measures_path(root: Path, name: str) -> Path:
    """Return where the numbers of a part are kept."""
    path = part_path(root, name)
    return path.with_name(path.name + MEASURES)


@contextlib.contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """Yield a path to write to; it becomes `path`, flushed to the disk, when all went well, else it is removed."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        yield draft
        flush(draft)
        draft.rename(path)
        flush(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Have the kernel bring a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def old_parts(root: Path, keep: set[str], older_than_seconds: float) -> Iterator[Part]:
    """Yield the parts (and what killed processes left half written) that are not kept and old enough."""
    oldest = time.time() - older_than_seconds
    for path in sorted((root / "parts").glob("*/*/*")):
        name = path.relative_to(root).as_posix()
        try:
            status = path.stat()
        except FileNotFoundError:
            continue  # another collector was here
        if name.removesuffix(PROFILE).removesuffix(MEASURES) not in keep and status.st_mtime < oldest:
            yield Part(name, 0, status.st_size)


def remove_parts(root: Path, parts: list[Part]) -> None:
    """Remove the files, and folders that are empty after it."""
    for part in parts:
        path = root / part.name
        path.unlink(missing_ok=True)
        for suffix in BESIDE:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not empty: others of this attempt stay
            path.parent.rmdir()


def remove_old_spill(root: Path, older_than_seconds: float) -> None:
    """Remove folders of temporary files whose processes were killed."""
    for folder in (root / SPILL).glob("*"):
        if folder.stat().st_mtime < time.time() - older_than_seconds:
            shutil.rmtree(folder, ignore_errors=True)
