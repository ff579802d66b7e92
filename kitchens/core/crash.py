"""Named crash points: with HUB_CRASH_POINT=<name> the process kills itself there, as a power cut would. Off by default."""

from __future__ import annotations

import os
import signal

_NAME = "HUB_CRASH_POINT"


def crash_point(name: str) -> None:
    """Die here, without clean-up, if this point was asked for."""
    if os.environ.get(_NAME) == name:
        os.kill(os.getpid(), signal.SIGKILL)
