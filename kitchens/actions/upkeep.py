"""What the hub does by itself for kitchens, every few seconds: each piece of work is one cheap query where nothing is due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from kitchens.actions import expiry, merges, provision

logger = logging.getLogger(__name__)

# Each is given the time, may be called at any moment, by one leader, and twice without harm.
WORK: list[Callable[[datetime], object]] = [
    provision.look,
    merges.go_on,
    expiry.finish,
    expiry.warn,
    expiry.expire,
    expiry.purge,
]


def work(now: datetime) -> None:
    """Do what is due; a fault in one piece is logged and keeps none of the others from being done."""
    for piece in WORK:
        try:
            piece(now)
        except Exception:
            logger.exception("Upkeep (%s) failed; it is tried again.", piece.__name__)
