"""The two times of the engine: real time for leases and waiting, the run's own clock for facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

Clock = Callable[[], datetime]  # real time, aware


def fact_time(real: datetime, shift: float) -> datetime:
    """Return the moment written down for something that happened at `real` in a run whose clock is shifted."""
    return real + timedelta(seconds=shift) if shift else real
