"""Keeps a delivery away from machines that only the hub can reach."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kitchens.core.stores.fetching import is_public
from monitoring.core.delivery import DeliveryError


@contextmanager
def only_public(allow_private: bool) -> Iterator[None]:
    """Let names of hosts mean public addresses only, also in libraries, while the block runs.

    Every connection asks `socket.getaddrinfo` and goes to what it answers: a name that changes its mind between look
    and connect, and a redirect, are judged as well. For a process that does nothing else at that time.
    """
    if allow_private:
        yield
        return
    real = socket.getaddrinfo

    def judged(host: Any, *given: Any, **named: Any) -> Any:
        found = real(host, *given, **named)
        inner = [str(entry[4][0]) for entry in found if not is_public(str(entry[4][0]))]
        if inner:
            raise PrivateAddressError(
                f"It leads to {inner[0]}, an address inside a private network. An operator of the machine may allow"
                " that with HUB_ALERT_ALLOW_PRIVATE."
            )
        return found

    socket.getaddrinfo = judged
    try:
        yield
    finally:
        socket.getaddrinfo = real


class PrivateAddressError(DeliveryError, OSError):
    """A host is inside a private network; an OSError, as libraries expect when a host cannot be reached."""
