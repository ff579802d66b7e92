"""Who asks, for the length of a request: every look-up of a kitchen by anybody goes by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from kitchens.core.roles import Actor

_asker: ContextVar[Callable[[], Actor | None] | None] = ContextVar("asker", default=None)


@contextmanager
def asked_by(who: Callable[[], Actor | None]) -> Iterator[None]:
    """Let look-ups within go by what `who` returns, worked out only where one depends on it."""
    token = _asker.set(who)
    try:
        yield
    finally:
        _asker.reset(token)


def now_asks(who: Actor) -> None:
    """Name who asks once it is known, within `asked_by`; it ends with that."""
    _asker.set(lambda: who)


def asker() -> Actor | None:
    """Return who asks; None where it is the hub itself, a command or a worker."""
    who = _asker.get()
    return who() if who else None
