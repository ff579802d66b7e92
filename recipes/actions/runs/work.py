"""What a worker does when a doorbell rings: take what is ready, one after the other, until nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from recipes.actions import workers
from recipes.actions.runs.admit import admit_next
from recipes.actions.runs.advance import Held, hold, settle_in_hub
from recipes.actions.runs.claim import Claim, claim_node
from recipes.actions.runs.execute import execute_node
from recipes.actions.runs.plans import plan_anew
from recipes.actions.runs.statements import fetch
from recipes.actions.runs.steps import go_on
from recipes.core.clock import Clock
from recipes.core.status import Status
from recipes.core.stopping import stop_asked

RUNS_AT_ONCE = 20


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
        with transaction.atomic():
            done = _in_hub_work(worker, clock())
            claim = claim_node(worker, clock(), last_run) if done.all else None
        if done.outdated:
            plan_anew(done.outdated, clock())
        elif done.all:
            return claim
    return None


@dataclass(frozen=True)
class Done:
    """What the hub itself has done of its work: all there was, or all up to a run that has to be planned anew."""

    all: bool = False
    outdated: int = 0


def _in_hub_work(worker: str, now: datetime) -> Done:
    """Admit runs and settle in-hub nodes, several runs in one transaction: small runs then cost little more than none."""
    for _ in range(RUNS_AT_ONCE):
        admission = admit_next(now)
        if admission and admission.outdated:
            return Done(outdated=admission.outdated)
        run = admission.run if admission else _left_over()
        if run is None:
            return Done(all=admission is None)
        go_on(run, settle_in_hub(run, worker, now), now)
        if run.writes:  # its kitchen is held: let others in
            break
    return Done()


def _left_over() -> Held | None:
    rows = fetch(
        "SELECT n.run_id FROM recipes_noderun n JOIN recipes_orderrun r ON r.id = n.run_id"
        " WHERE n.status = 'queued' AND n.in_hub AND r.status = 'running' LIMIT 1"
    )
    run = hold(rows[0][0]) if rows else None
    return run if run and run.status == Status.RUNNING else None
