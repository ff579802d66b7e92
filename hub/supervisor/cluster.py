"""The django-q2 cluster that hears the doorbells, and how to tell whether it still does."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import Any

from django_q.cluster import Cluster  # noqa: TID251 - the queue's processes are started here, and only here
from django_q.signals import pre_execute  # noqa: TID251

from hub.supervisor.children import bind_descendants

BELL = "HUB_BELL"  # names a file whose time is that of the last doorbell heard on this machine


def listen() -> None:
    """Be the parent of a cluster until SIGTERM, which it alone must get."""
    bind_descendants()
    logging.getLogger("django-q").setLevel(logging.WARNING)
    pre_execute.connect(_heard)
    queue = Cluster()
    queue.start()
    queue.sentinel.join()


def _heard(**facts: Any) -> None:
    """A worker has taken a doorbell: leave the time for the watchdog. No row of the database is needed for it."""
    if path := os.environ.get(BELL):
        Path(path).touch()


def silence(bell: Path) -> float:
    """Return the seconds since a worker of this machine last heard a bell."""
    return time.time() - bell.stat().st_mtime
