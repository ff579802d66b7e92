"""One at a time: what removes data, and what copies all of it. Held by a lease row, over all machines."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from hub.common.errors import ConflictError
from recipes.models import Lease

NAME = "keeping"
SECONDS = 120
RENEW_AFTER = 5.0


@contextmanager
def alone(what: str, wait_seconds: float = 0) -> Iterator[Callable[[], None]]:
    """Hold the lease while the block runs and yield what renews it: call it often, it costs a query every 5 seconds.

    ConflictError where somebody else holds it for longer than `wait_seconds`, and from the renewal where it was lost.
    """
    owner = f"{what} on {socket.gethostname()[:40]}, process {os.getpid()}"[:80]
    token = _taken(owner, time.monotonic() + wait_seconds)
    renewed = time.monotonic()

    def renew() -> None:
        nonlocal renewed
        if time.monotonic() - renewed < RENEW_AFTER:
            return
        until = timezone.now() + timedelta(seconds=SECONDS)
        if not Lease.objects.filter(name=NAME, token=token).update(until=until):
            raise ConflictError(f"This {what} was silent for too long; somebody else has begun.")
        renewed = time.monotonic()

    try:
        yield renew
    finally:
        Lease.objects.filter(name=NAME, token=token).update(until=timezone.now() - timedelta(seconds=1))


def _taken(owner: str, deadline: float) -> int:
    Lease.objects.get_or_create(name=NAME, defaults={"owner": "", "until": timezone.now()})
    while True:
        now = timezone.now()
        free = Lease.objects.filter(name=NAME, until__lte=now)
        until = now + timedelta(seconds=SECONDS)
        if free.update(owner=owner, until=until, token=F("token") + 1):
            return Lease.objects.values_list("token", flat=True).get(name=NAME)
        if time.monotonic() >= deadline:
            held = Lease.objects.get(name=NAME)
            raise ConflictError(f"A {held.owner} is under way.", remedy="Try again when it has ended.")
        time.sleep(0.2)


def held_since(now: datetime) -> str:
    """Return who holds the lease, "" where nobody does. One query."""
    return Lease.objects.filter(name=NAME, until__gt=now).values_list("owner", flat=True).first() or ""
