"""A room: the piece of the store that one node process of another operating-system user gets to see.

The store itself is shut to that user. Its process holds an open folder in which the parts of its manifest lie as
links it may read, with places for what it writes; the way to the folder is the descriptor. When all its processes
have ended, the hub takes over the parts that it names: from then on they are the hub's, and nobody else's to change.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from kitchens.core.stores.base import StoreError
from kitchens.core.stores.embedded import files

HANDED = "/proc/self/fd/"  # a store's place that is an open folder of this process
SHARED, SHUT = 0o640, 0o700


def room_of(root: Path, attempt: str) -> Path:
    """Return the folder of an attempt's room; old ones go with the rest of the temporary files."""
    return root / files.SPILL / f"room-{attempt}"


def lay(root: Path, attempt: str, parts: Iterable[str], user: int, readers: int) -> int:
    """Lay a room for a process that will be `user` of the group `readers`; return the open folder.

    Costs some 0.1 ms, and 20 µs for each part. OSError where the store cannot be written.
    """
    room = room_of(root, attempt)
    with _mask(0o022):
        room.parent.mkdir(parents=True, exist_ok=True)
        _shut(root)
        _shut(room.parent)
        shutil.rmtree(room, ignore_errors=True)
        for own in (room / files.attempt_folder(attempt), room / files.SPILL):
            own.mkdir(parents=True)
            os.chown(own, user, -1)
        for name in parts:
            with contextlib.suppress(FileNotFoundError):  # the engine tells of it, should it be read
                _link(files.part_path(root, name), room / name, readers)
            with contextlib.suppress(FileNotFoundError):
                _link(files.measures_path(root, name), files.measures_path(room, name), readers)
    return os.open(room, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def take_over(root: Path, attempt: str, names: Iterable[str]) -> dict[str, int]:
    """Make these parts of a room parts of the store; return their bytes. StoreError for what is no part of the attempt.

    None of the processes that could write to the room may be left.
    """
    room, sizes = room_of(root, attempt), {}
    for name in names:
        source, target = room / name, root / name
        sizes[name] = _judged(source, name, attempt)
        target.parent.mkdir(parents=True, exist_ok=True, mode=SHUT)
        os.chown(source, 0, 0)
        source.chmod(0o600)
        os.utime(source)  # its age counts from now, whatever the process said
        try:
            os.link(source, target)
        except FileExistsError:
            raise StoreError(f"There is a part {name} already.") from None
    for folder in {(root / name).parent for name in sizes}:
        files.flush(folder)
    return sizes


def clear(root: Path, attempt: str) -> None:
    """Remove a room with all that is left in it; absent is fine."""
    shutil.rmtree(room_of(root, attempt), ignore_errors=True)


def _judged(source: Path, name: str, attempt: str) -> int:
    """Return the size of a new part; StoreError unless it is a plain file of the attempt's own with a name of ours."""
    pattern = re.escape(files.attempt_folder(attempt)) + r"/[a-z0-9_]+\.[a-z0-9_]+-[0-9a-f]{8}\.parquet"
    if not re.fullmatch(pattern, name):
        raise StoreError(f"{name!r} is not the name of a part that this node may have written.")
    try:
        found = source.lstat()
    except OSError:
        raise StoreError(f"The node names a part {name} that it has not written.") from None
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        raise StoreError(f"The part {name} is not a file of the node's own.")
    return found.st_size


def _link(source: Path, target: Path, readers: int) -> None:
    found = source.stat()
    if found.st_gid != readers or stat.S_IMODE(found.st_mode) != SHARED or found.st_uid:
        os.chown(source, 0, readers)
        source.chmod(SHARED)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.link(source, target)


def _shut(folder: Path) -> None:
    if stat.S_IMODE(folder.stat().st_mode) != SHUT:
        folder.chmod(SHUT)


@contextlib.contextmanager
def _mask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)
