"""The register of workers: who is alive, and what each is busy with."""

from __future__ import annotations

import os
import socket
import time
from datetime import datetime, timedelta

from hub.common.queue import ring
from recipes.models import Worker

_STARTED = time.time_ns() // 1_000_000
SILENT_AFTER = timedelta(seconds=60)


def own_name() -> str:
    """Return the name of this process as a worker: host, process id, and when it began."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{_STARTED}"


def beat(name: str, now: datetime, busy_with: str = "", role: str = "worker") -> None:
    """Write down that a worker is alive and what it does; the first beat registers it. One statement, at first two."""
    facts = {"heartbeat_at": now, "busy_with": busy_with[:200], "stopped_at": None}
    if not Worker.objects.filter(name=name).update(**facts):
        Worker.objects.update_or_create(
            name=name,
            defaults=facts,
            create_defaults={
                **facts,
                "host": socket.gethostname()[:80],
                "pid": os.getpid(),
                "role": role,
                "started_at": now,
            },
        )


def stop(name: str, now: datetime) -> None:
    """Write down that a worker has stopped."""
    Worker.objects.filter(name=name, stopped_at=None).update(stopped_at=now, busy_with="")


def ring_idle(most: int, now: datetime) -> None:
    """Ring for idle workers, at most that many: each looks for work by itself. One query, and an insert a bell."""
    idle = Worker.objects.filter(
        role="worker", busy_with="", stopped_at=None, heartbeat_at__gt=now - SILENT_AFTER
    ).count()
    if count := min(most, idle):
        ring(count)


def forget_silent(now: datetime) -> int:
    """Mark the workers not heard of for a while as stopped; return how many. A day later their rows go."""
    silent = Worker.objects.filter(stopped_at=None, heartbeat_at__lt=now - SILENT_AFTER)
    count = silent.update(stopped_at=now, busy_with="")
    Worker.objects.filter(stopped_at__lt=now - timedelta(days=1)).delete()
    return count
