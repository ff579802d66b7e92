"""Once a day a process of its own removes what need no longer be kept: it may take long, and the leader must not wait."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from datetime import datetime

from django.conf import settings

from kitchens.queries.retention import is_due
from recipes.queries.progress import under_way

logger = logging.getLogger(__name__)
LOOK_EVERY = 60.0
AGAIN_AFTER = 900.0  # one that failed is tried again, but not at once


class Housekeeping:
    """Starts the process where a day has passed, never two at a time here; `look` costs one query a minute."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._looked, self._begun = time.monotonic(), -AGAIN_AFTER  # a hub that starts has other things to do

    def look(self, now: datetime) -> None:
        clock = time.monotonic()
        if clock - self._looked < LOOK_EVERY or clock - self._begun < AGAIN_AFTER or self._at_work():
            return
        self._looked = clock
        if is_due(now) and not under_way(now):  # a history that is being run writes what looks old
            self._begun = clock
            self._child = subprocess.Popen(
                [sys.executable, str(settings.BASE_DIR / "manage.py"), "retention"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    @property
    def pid(self) -> int:
        """The process at work, 0 where there is none: the supervisor ends every child it does not know."""
        return self._child.pid if self._child else 0

    def _at_work(self) -> bool:
        if self._child is None:
            return False
        code = self._child.poll()
        if code:
            logger.warning("Retention ended with %s; it is tried again.", code)
        if code is not None:
            self._child = None
        return code is None

    def stop(self) -> None:
        """End it: what it has not removed goes with the next one."""
        if self._child and self._child.poll() is None:
            self._child.terminate()
            self._child.wait()
