"""How much disk one node may take, and whether a disk has any left to begin with."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kitchens.core.stores.base import StoreError

MEGABYTE = 1024 * 1024


@dataclass
class Room:
    """The disk that one session may fill with what it writes, counted while it writes; zero means without end."""

    most_mb: int = 0
    taken: int = 0  # bytes

    @property
    def most(self) -> int:
        return self.most_mb * MEGABYTE

    def take(self, size: int, what: str) -> None:
        """Count bytes that are written; StoreError, and nothing counted, where there is no room for them."""
        if self.most and self.taken + size > self.most:
            raise self.too_small(what)
        self.taken += size

    def give_back(self, size: int) -> None:
        self.taken = max(self.taken - size, 0)

    @contextlib.contextmanager
    def tried(self) -> Iterator[None]:
        """Count what is written inside only where all of it stays."""
        before = self.taken
        try:
            yield
        except BaseException:
            self.taken = before
            raise

    def too_small(self, what: str) -> StoreError:
        """Return the fault of something that does not fit."""
        return StoreError(
            f"{what} more disk than the {self.most_mb:,} MB this node may fill. Let it write or sort less at a time, "
            "or raise disk_mb of the node (HUB_NODE_DISK_MB for all nodes)."
        )


@dataclass(frozen=True)
class Counted:
    """A COPY whose rows are counted on their way; StoreError from `write` where they are too many."""

    copy: Any
    room: Room

    def write(self, data: bytes | str) -> None:
        self.room.take(len(data), "What it reads takes")
        self.copy.write(data)


def check_free(folder: Path, least_mb: int) -> None:
    """StoreError where the disk of the folder (or of where it will be made) has less left than `least_mb`."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    disk = os.statvfs(there)
    free = disk.f_bavail * disk.f_frsize // MEGABYTE
    if free < least_mb:
        raise StoreError(
            f"The disk of {folder.name or folder} is nearly full: {free:,} MB are free, and work begins only with "
            f"{least_mb:,} MB (HUB_DISK_FREE_MB). Make room, then resume the run."
        )
