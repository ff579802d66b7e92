"""The only door to django-q2: a doorbell wakes a worker, which then looks at the node table."""

from __future__ import annotations

from functools import cache
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django_q.brokers import get_broker  # noqa: TID251
from django_q.signing import SignedPackage  # noqa: TID251


@cache
def _broker() -> Any:
    """Return a broker object that is kept: django-q2 would make a client and a connection for every call."""
    return get_broker()


def ring(count: int = 1) -> None:
    """Ring `count` doorbells. Losing one costs latency only: the supervisor rings again.

    With the ORM broker they are rows of the same transaction; with Redis they go out after the commit.
    Costs one insert a bell (ORM broker).
    """
    broker = _broker()
    if type(broker).__module__.endswith("redis_broker"):
        transaction.on_commit(lambda: _ring(broker, count))
    else:
        _ring(broker, count)


def waiting() -> int:
    """Return how many doorbells nobody has heard yet, by all hubs of this queue. One count."""
    return int(_broker().queue_size())


def _ring(broker: Any, count: int) -> None:
    for _ in range(count):
        broker.enqueue(_bell())


@cache
def _bell() -> str:
    """Return the message of a doorbell, signed once: all are alike, and none leaves a result that its id would name."""
    identity = uuid4().hex
    task = {
        "id": identity,
        "name": f"doorbell-{identity[:8]}",
        "func": "recipes.tasks.drain",
        "args": (),
        "kwargs": {},
        "save": False,
        "ack_failure": True,
        "started": timezone.now(),
    }
    return str(SignedPackage.dumps(task))
