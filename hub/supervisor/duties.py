"""What the supervisor does every second: lead, sweep, fire schedules, ring, and watch that bells are heard."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from hub.common import env
from hub.common.queue import ring, waiting
from hub.common.tables import count_what_is_in_them
from hub.supervisor import cluster, leader
from hub.supervisor.housekeeping import helpers
from kitchens.actions import upkeep
from kitchens.actions.logins import sweep_failed_logins
from kitchens.actions.tidy import tidy
from kitchens.core.roles import THE_HUB
from recipes.actions import schedules, sweep, workers
from recipes.models import Worker

logger = logging.getLogger(__name__)
Result = TypeVar("Result")
RING_EVERY = 5.0
# Seconds of silence after which the queue workers are started again; after half of them it rings every second.
RESTART_AFTER = float(env.number("HUB_SILENCE_SECONDS", 20, low=2))
BEAT_EVERY = 10.0
ASLEEP_AFTER = timedelta(seconds=5)  # the machine slept, and everything with it: that is no silence
UPKEEP_EVERY = 2.0
TIDY_EVERY = 600.0  # leftovers of crashes are rare and harmless
BUSY_WITHIN = timedelta(seconds=15)  # a worker that is busy beats every second


class Duties:
    """Done once a second. A fault in one is logged and keeps none of the others from being done."""

    def __init__(self, owner: str, bell: Path) -> None:
        self._owner = owner
        self._bell = bell
        self._name = workers.own_name()
        self._rang = self._beat = self._tidied = self._kept_up = 0.0
        self._looked = datetime.now(UTC)
        self._helpers = helpers()
        self._locked = False  # in this round the database was locked for as long as one waits for it

    def do(self, clock: float) -> None:
        """Do what is due; `clock` is monotonic. Three queries where nothing is due and another machine leads.

        Where SQLite stays locked the rest has to wait for the next second: a worker that hangs with the lock is found
        out by its silence, which is looked at in between.
        """
        self._locked = False
        self._do(clock)
        self._locked = False

    def _do(self, clock: float) -> None:
        now = datetime.now(UTC)
        close_old_connections()
        if now - self._looked > ASLEEP_AFTER:
            self._bell.touch()
        self._looked = now
        if self._safely(lambda: leader.lead(self._owner, now)):
            self._safely(lambda: schedules.fire_due(now))
            self._safely(lambda: sweep.sweep(now))
            self._keep_up(clock, now)
            self._tidy(clock, now)
        if clock - self._beat >= BEAT_EVERY:
            self._beat = clock
            self._safely(lambda: workers.beat(self._name, now, role="supervisor"))
            self._safely(lambda: leader.heard(self._owner, now - timedelta(seconds=self.silence())))
        worried = self.silence() > RESTART_AFTER / 2
        if worried or clock - self._rang >= RING_EVERY:
            self._rang = clock
            self._safely(lambda: _ring_for_all(1 + worried))

    def _keep_up(self, clock: float, now: datetime) -> None:
        if clock - self._kept_up >= UPKEEP_EVERY:
            self._kept_up = clock
            self._safely(lambda: upkeep.work(now))
            for helper in self._helpers:
                self._safely(partial(helper.look, now))

    def _tidy(self, clock: float, now: datetime) -> None:
        if clock - self._tidied < TIDY_EVERY and self._tidied:
            return
        self._tidied = clock
        self._safely(lambda: tidy(by=THE_HUB, now=now))
        self._safely(lambda: sweep_failed_logins(now))
        self._safely(count_what_is_in_them)

    def children(self) -> set[int]:
        """Return the processes that duties have started."""
        return {helper.pid for helper in self._helpers}

    def silence(self) -> float:
        return cluster.silence(self._bell)

    def cluster_is_deaf(self) -> bool:
        """Say whether no worker has heard a bell for long although one is idle: all busy is a good reason for silence."""
        if self.silence() < RESTART_AFTER:
            return False
        busy = self._safely(_busy_here)
        return busy is not None and busy < settings.WORKERS

    def ring_now(self) -> None:
        self._safely(lambda: ring(settings.WORKERS))

    def resign(self) -> None:
        """Leave: another machine may lead, and the workers that have ended are written down."""
        for helper in self._helpers:
            self._safely(helper.stop)
        now = datetime.now(UTC)
        self._safely(lambda: leader.resign(self._owner, now))
        self._safely(lambda: workers.stop(self._name, now))
        self._safely(lambda: write_down_the_dead(now))

    def _safely(self, duty: Callable[[], Result]) -> Result | None:
        """Return what the duty returns, or None where it failed, which is logged: the supervisor must go on."""
        if self._locked:
            return None
        try:
            return duty()
        except DatabaseError as error:
            self._locked = "database is locked" in str(error)
            logger.warning("The database refuses a duty of the supervisor: %s", str(error).strip())
            return None
        except Exception:
            logger.exception("A duty of the supervisor failed; it is tried again.")
            return None


def _ring_for_all(times: int) -> None:
    """Ring for as many machines as there are, as bells go round all of them; not where many wait: all are busy."""
    bells = times * max(Worker.objects.filter(role="supervisor", stopped_at=None).count(), 1)
    if waiting() <= bells:
        ring(bells)


def _busy_here() -> int:
    since = datetime.now(UTC) - BUSY_WITHIN
    here = Worker.objects.filter(role="worker", host=socket.gethostname()[:80], stopped_at=None)
    busy = here.filter(heartbeat_at__gt=since).exclude(busy_with="")
    return sum(_lives(pid) for pid in busy.values_list("pid", flat=True))


def write_down_the_dead(now: datetime) -> None:
    """Mark the workers of this machine whose process is gone as stopped."""
    here = Worker.objects.filter(role="worker", host=socket.gethostname()[:80], stopped_at=None)
    for name, pid in here.values_list("name", "pid"):
        if not _lives(pid):
            workers.stop(name, now)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
