"""One leader over all machines: it sweeps and fires schedules. Two for a moment would be harmless."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import F, Q

from recipes.models import Lease

NAME = "leader"
SECONDS = 10


def owner_of(home: Path) -> str:
    """Return who we are: the same after a restart, so that a supervisor takes its own lease over at once."""
    return f"{socket.gethostname()[:40]}:{str(home)[-39:]}"


def lead(owner: str, now: datetime) -> bool:
    """Take or renew the lease; say whether we hold it. One statement; its token grows with each change of hands."""
    until = now + timedelta(seconds=SECONDS)
    lease = Lease.objects.filter(name=NAME)
    if lease.filter(owner=owner, until__gte=now).update(until=until):
        return True
    free = Q(owner=owner) | Q(until__lt=now)
    if lease.filter(free).update(owner=owner, until=until, token=F("token") + 1):
        return True
    if lease.exists():
        return False
    return Lease.objects.get_or_create(name=NAME, defaults={"owner": owner, "until": until, "token": 1})[1]


def heard(owner: str, at: datetime) -> None:
    """Write down when a doorbell was last heard on the leader's machine, for people."""
    Lease.objects.filter(name=NAME, owner=owner).update(rung_at=at)


def resign(owner: str, now: datetime) -> None:
    """Give the lease up, so that another machine need not wait for its end."""
    Lease.objects.filter(name=NAME, owner=owner).update(until=now - timedelta(seconds=1))
