"""Kill the processes of a running hub at random while it works, and prove afterwards that nothing was lost or doubled."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from hub.trials import mesh, processes, proof
from kitchens.models import Kitchen
from recipes.core.status import OPEN
from recipes.models import Attempt, OrderRun, Worker

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
MOST_SECONDS = 60.0  # within which the hub takes work again
RUNS_OPEN = 8  # as many runs are kept open while processes die
# How often each kind is picked: those that do the work more often than those above them.
WEIGHTS = {
    processes.WORKER: 5,
    processes.PUSHER: 3,
    processes.NODE: 5,
    processes.FORK_SERVER: 2,
    processes.GUARD: 1,
    processes.SUPERVISOR: 2,
    processes.PARENT: 1,
}


@dataclass
class Trial:
    """A hub under fire. Where its parent is killed, it starts the hub again, as a service manager would."""

    kitchen: Kitchen
    dice: random.Random
    report: Callable[[str], None]
    hub: subprocess.Popen[bytes] | None = None
    kills: Counter[str] = field(default_factory=Counter)
    recoveries: list[float] = field(default_factory=list)

    def run(self, kills: int) -> None:
        """Kill so many processes one after the other, waiting each time until the hub takes work again."""
        self._start()
        try:
            self._try_one()
            while sum(self.kills.values()) < kills:
                self._feed(self.dice.uniform(0.0, 1.5))
                kind = self._kill_one()
                if kind is None:
                    continue
                seconds = self._await_work(timezone.now())
                self.recoveries.append(seconds)
                self.report(f"{sum(self.kills.values()):4}  {kind:20} at work again after {seconds:5.2f} s")
            self._settle()
        finally:
            self._stop()

    def _start(self) -> None:
        self.hub = subprocess.Popen([sys.executable, str(MANAGE), "worker"], start_new_session=True)

    def _try_one(self) -> None:
        """Wait until a first run has succeeded: what fails without any kill proves nothing."""
        run = mesh.place(self.kitchen, self.dice)
        deadline = time.monotonic() + 2 * MOST_SECONDS
        while OrderRun.objects.filter(pk=run.pk, status__in=OPEN).exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        run.refresh_from_db()
        if run.status != "succeeded":
            raise RuntimeError(f"The first run ended {run.status} before anything was killed. {run.reason}")

    def _stop(self) -> None:
        if self.hub is None:
            return
        self.hub.terminate()
        try:
            self.hub.wait(30)
        except subprocess.TimeoutExpired:
            self.hub.kill()
            self.hub.wait()

    def _kill_one(self) -> str | None:
        """Kill a process of a random kind; None where none of that kind was alive."""
        if self.hub is None:
            return None
        workers = set(Worker.objects.filter(role="worker", stopped_at=None).values_list("pid", flat=True))
        alive = processes.find(self.hub.pid, workers)
        kind = self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        victims = [process for process in alive if process.kind == kind]
        if not victims or not processes.kill(self.dice.choice(victims)):
            return None
        self.kills[kind] += 1
        if kind == processes.PARENT:
            self.hub.wait()
            self._start()
        return kind

    def _feed(self, seconds: float) -> None:
        """Keep runs open for a while."""
        until = time.monotonic() + seconds
        while True:
            close_old_connections()
            for _ in range(RUNS_OPEN - OrderRun.objects.filter(status__in=OPEN).count()):
                mesh.place(self.kitchen, self.dice)
            if time.monotonic() >= until:
                return
            time.sleep(0.05)

    def _await_work(self, since: Any) -> float:
        """Return the seconds until a node is claimed that was not claimed before; gives up well after the limit."""
        began = time.monotonic()
        while time.monotonic() - began < 2 * MOST_SECONDS:
            self._feed(0.0)
            if Attempt.objects.filter(started_at__gt=since).exists():
                break
            time.sleep(0.05)
        return time.monotonic() - began

    def _settle(self, seconds: float = 180.0) -> None:
        """Wait until every run has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and OrderRun.objects.filter(status__in=OPEN).exists():
            time.sleep(0.2)


def try_kills(kills: int, seed: int, report: Callable[[str], None]) -> dict[str, Any]:
    """Run the trial in the hub home and database of this process; return what was done, seen and violated."""
    ledger = settings.HUB_HOME / "ledger"
    trial = Trial(mesh.build(ledger), random.Random(seed), report)  # noqa: S311 - repeatable, no secret
    began = time.monotonic()
    trial.run(kills)
    proved = proof.prove(trial.kitchen, ledger)
    slow = [seconds for seconds in trial.recoveries if seconds > MOST_SECONDS]
    violations = [*proved.violations, *(f"The hub took work again only after {s:.0f} s." for s in slow)]
    return {
        "kills": dict(trial.kills),
        "seed": seed,
        "seconds": round(time.monotonic() - began),
        "recovery_seconds": _spread(trial.recoveries),
        **proved.counts,
        "violations": violations[:50],
    }


def _spread(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds) or [0.0]
    return {"median": round(ordered[len(ordered) // 2], 2), "longest": round(ordered[-1], 2)}
