"""Kill people's and the hub's processes at random while kitchens are made, changed, merged and ended."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from hub.trials import processes
from hub.trials.changes import mesh, proof
from hub.trials.changes.people import People
from kitchens.actions import upkeep
from kitchens.actions.tidy import tidy
from kitchens.core.roles import THE_HUB
from kitchens.models import MergeRequest, Provision, ProvisionStep
from recipes.actions.sweep import sweep
from recipes.core.status import OPEN
from recipes.models import OrderRun, Worker

MANAGE = Path(__file__).resolve().parents[3] / "manage.py"
PEOPLE = "person"
# How often each kind is picked: those that write the ledger more often than those that only help.
WEIGHTS = {
    PEOPLE: 12,
    processes.WORKER: 4,
    processes.NODE: 2,
    processes.PUSHER: 1,
    processes.FORK_SERVER: 1,
    processes.SUPERVISOR: 1,
    processes.PARENT: 1,
}


@dataclass
class Trial:
    """A hub with people who change things, under fire."""

    dice: random.Random
    people: People
    report: Callable[[str], None]
    hub: subprocess.Popen[bytes] | None = None
    kills: Counter[str] = field(default_factory=Counter)

    def run(self, kills: int, settle: float) -> None:
        """Kill so many processes, then let the hub recover by itself."""
        self._start()
        try:
            self._first_runs()
            while sum(self.kills.values()) < kills:
                self._keep_up()
                time.sleep(self.dice.uniform(0.05, 1.2))
                if kind := self._kill_one():
                    self.report(f"{sum(self.kills.values()):4}  {kind}")
            self.people.stop()
            self._settle(settle)
        finally:
            self.people.stop()
            self._stop()

    def _start(self) -> None:
        self.hub = subprocess.Popen([sys.executable, str(MANAGE), "worker"], start_new_session=True)

    def _stop(self) -> None:
        if self.hub is None:
            return
        self.hub.terminate()
        try:
            self.hub.wait(30)
        except subprocess.TimeoutExpired:
            self.hub.kill()
            self.hub.wait()

    def _first_runs(self) -> None:
        """Fill production before anything is killed: what fails by itself proves nothing."""
        production = mesh.build()
        for recipe in mesh.RECIPES:
            run = mesh.place(production, recipe)
            _wait_until(lambda: not OrderRun.objects.filter(status__in=OPEN).exists(), 60)
            run.refresh_from_db()
            if run.status != "succeeded":
                raise RuntimeError(f"{recipe} ended {run.status} before anything was killed. {run.reason}")

    def _kill_one(self) -> str | None:
        """Kill a process of a random kind; None where none of that kind was alive."""
        kind = self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if kind == PEOPLE:
            self.people.kill(self.dice.choice(self.people.pids))
        elif not self._kill_of_hub(kind):
            return None
        self.kills[kind] += 1
        return kind

    def _keep_up(self) -> None:
        self.people.keep_up()
        self._keep_up_hub()

    def _keep_up_hub(self) -> None:
        """Start the hub, as a service manager would, where its parent is gone, or it died while it was starting."""
        if self.hub is not None and self.hub.poll() is not None:
            self._start()

    def _kill_of_hub(self, kind: str) -> bool:
        if self.hub is None:
            return False
        close_old_connections()
        workers = set(Worker.objects.filter(role="worker", stopped_at=None).values_list("pid", flat=True))
        victims = [found for found in processes.find(self.hub.pid, workers) if found.kind == kind]
        if not victims or not processes.kill(self.dice.choice(victims)):
            return False
        if kind == processes.PARENT:
            self.hub.wait()
        return True

    def _settle(self, seconds: float) -> None:
        """Wait until the hub has finished or undone everything. The leases of the dead are not waited for."""
        self._keep_up_hub()
        _wait_until(lambda: not still_open(), seconds)


def release_the_dead() -> None:
    """End the leases of processes that are not alive; in life they run out after a minute at most."""
    for step in ProvisionStep.objects.filter(lease_until__isnull=False).only("owner"):
        pid = step.owner.split(":")[1] if step.owner.count(":") else ""
        if not pid.isdigit() or not Path(f"/proc/{pid}").exists():
            ProvisionStep.objects.filter(pk=step.pk, owner=step.owner).update(lease_until=None)


def still_open() -> list[str]:
    """Return what the hub has not finished yet, in words."""
    close_old_connections()
    release_the_dead()
    making = Provision.objects.filter(state__in=("creating", "undoing")).values_list(
        "kitchen__slug", flat=True
    )
    building = MergeRequest.objects.filter(state="open", candidate_state="building").values_list(
        "pk", flat=True
    )
    runs = OrderRun.objects.filter(status__in=OPEN).values_list("pk", flat=True)
    return [
        *(f"{slug} is still being made or ended." for slug in making),
        *(f"The candidate of request {pk} is still being built." for pk in building),
        *(f"Run {pk} is still open." for pk in runs),
    ]


def _wait_until(so: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not so():
        time.sleep(0.2)


def try_changes(
    kills: int, seed: int, report: Callable[[str], None], *, people: int = 3, settle: float = 120.0
) -> dict[str, Any]:
    """Run the trial in the hub home and database of this process; return what was done, seen and violated."""
    began = time.monotonic()
    dice = random.Random(seed)  # noqa: S311 - repeatable, no secret
    trial = Trial(dice, People(settings.HUB_HOME, seed, people), report)
    trial.run(kills, settle)
    left = still_open()
    recovered = _recover(timezone.now())
    acts, faults = trial.people.told()
    return {
        "kills": dict(trial.kills),
        "seed": seed,
        "seconds": round(time.monotonic() - began),
        "acts": dict(acts),
        **proof.counts(),
        "recovered": recovered,
        "violations": [*faults, *left, *proof.violations()][:50],
    }


def _recover(now: datetime) -> int:
    """Do once more what the hub does every second and every ten minutes, and return how many branches that moved."""
    upkeep.work(now)
    sweep(now)
    tidied = tidy(by=THE_HUB, now=now)
    return len(tidied.removed) + len(tidied.mended)
