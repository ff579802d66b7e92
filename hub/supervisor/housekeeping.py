"""Work that may take long has a process of its own, which the leader starts where there is some and does not wait for.

Retention removes once a day what need no longer be kept; alerts go out as soon as there are any.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from kitchens.queries.retention import is_due
from monitoring.queries.alerts import is_due as alerts_are_due
from recipes.queries.progress import under_way

logger = logging.getLogger(__name__)


class Helper:
    """Starts `manage.py <command>` where `wanted` says so, never two at a time here.

    It looks every so many seconds, and starts no sooner than `again_after` seconds after the last start.
    """

    def __init__(
        self,
        command: str,
        wanted: Callable[[datetime], bool],
        *,
        look_every: float,
        again_after: float,
        idle: float = 0.0,
    ) -> None:
        self._command, self._wanted = command, wanted
        self._look_every, self._again_after = look_every, again_after
        self._child: subprocess.Popen[bytes] | None = None
        # A hub that starts has other things to do: it looks after `idle` seconds for the first time.
        self._looked, self._begun = time.monotonic() - look_every + idle, -again_after

    def look(self, now: datetime) -> None:
        clock = time.monotonic()
        if (
            clock - self._looked < self._look_every
            or clock - self._begun < self._again_after
            or self._at_work()
        ):
            return
        self._looked = clock
        if self._wanted(now):
            self._begun = clock
            self._child = subprocess.Popen(
                [sys.executable, str(settings.BASE_DIR / "manage.py"), self._command],
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
            logger.warning("manage.py %s ended with %s; it is tried again.", self._command, code)
        if code is not None:
            self._child = None
        return code is None

    def stop(self) -> None:
        """End it: what it has not done the next one does."""
        if self._child and self._child.poll() is None:
            self._child.terminate()
            self._child.wait()


def retention_is_due(now: datetime) -> bool:
    """Say whether a day has passed, and no history is being run: that writes what looks old. Two queries at most."""
    return is_due(now) and not under_way(now)


def helpers() -> tuple[Helper, ...]:
    """Return the helpers of a leader; each look costs one query."""
    return (
        Helper("retention", retention_is_due, look_every=60.0, again_after=900.0, idle=60.0),
        Helper("alerts", alerts_are_due, look_every=2.0, again_after=5.0),
    )
