"""What a worker does when a doorbell rings: take what is ready, one after the other, until nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from recipes.actions import workers
from recipes.actions.runs.admit import PlanOutdatedError, admit_next
from recipes.actions.runs.advance import Held, hold, settle_in_hub
from recipes.actions.runs.claim import Claim, claim_node
from recipes.actions.runs.execute import execute_node
from recipes.actions.runs.plans import plan_anew
from recipes.actions.runs.statements import fetch
from recipes.actions.runs.steps import go_on
from recipes.core.clock import Clock
from recipes.core.status import Status
from recipes.core.stopping import stop_asked


def drain(worker: str, clock: Clock) -> int:
    """Take and execute ready nodes until there is none; return how many this worker executed in processes."""
    executed = 0
    heart = Heart(worker, clock)
    claim = take(worker, clock, heart=heart)
    while claim is not None:
        heart.beat(f"{claim.node} of run {claim.run}")
        claim = execute_node(claim, clock) or take(worker, clock, claim.run, heart)
        executed += 1
    heart.rest()
    return executed


@dataclass
class Heart:
    """The worker's heartbeat in the register, at most once a second: many short nodes do not cost a write each."""

    worker: str
    clock: Clock
    last: datetime | None = None

    def beat(self, busy_with: str = "taking nodes") -> None:
        now = self.clock()
        if self.last is None or now - self.last >= timedelta(seconds=1):
            self.last = now
            workers.beat(self.worker, now, busy_with)

    def rest(self) -> None:
        workers.beat(self.worker, self.clock())


def take(worker: str, clock: Clock, last_run: int = 0, heart: Heart | None = None) -> Claim | None:
    """Admit runs and settle in-hub nodes as long as there are any, then claim a node that needs a process.

    None where nothing is ready, or the worker is to stop.
    """
    heart = heart or Heart(worker, clock)
    while not stop_asked():
        heart.beat()
        try:
            with transaction.atomic():
                if _in_hub_work(worker, clock()):
                    continue
                return claim_node(worker, clock(), last_run)
        except PlanOutdatedError as outdated:
            plan_anew(outdated.run_id, clock())
    return None


def _in_hub_work(worker: str, now: datetime) -> bool:
    """Look at the first run that waits, or go on with one that has in-hub nodes ready; False where there is neither."""
    admission = admit_next(now)
    if admission and admission.run is None:
        return True
    run = admission.run if admission else _left_over()
    if run is None:
        return False
    go_on(run, settle_in_hub(run, worker, now), now)
    return True


def _left_over() -> Held | None:
    rows = fetch(
        "SELECT n.run_id FROM recipes_noderun n JOIN recipes_orderrun r ON r.id = n.run_id"
        " WHERE n.status = 'queued' AND n.in_hub AND r.status = 'running' LIMIT 1"
    )
    run = hold(rows[0][0]) if rows else None
    return run if run and run.status == Status.RUNNING else None
