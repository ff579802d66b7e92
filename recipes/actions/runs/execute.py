"""Execute a claimed node in a process of its own, keep its lease alive meanwhile, and hand in what came of it."""

from __future__ import annotations

import logging
import random
import time
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, OperationalError, close_old_connections

from hub.common.errors import HubError
from kitchens.core.crash import crash_point
from kitchens.core.stores.base import StoreError
from recipes.actions import workers
from recipes.actions.runs.claim import Claim, hand_back, lease_end
from recipes.actions.runs.finish import finish
from recipes.actions.runs.jobs import Prepared, prepare, with_job
from recipes.actions.runs.keeping import keep_numbers
from recipes.actions.runs.statements import execute, fetch
from recipes.core.clock import Clock
from recipes.core.nodes import client
from recipes.core.nodes.base import Outcome
from recipes.core.nodes.client import Word
from recipes.core.stopping import hand_back_asked

logger = logging.getLogger(__name__)
FINISH_TRIES = 5


def execute_node(claim: Claim, clock: Clock) -> Claim | None:
    """Run a claimed node to its end and return the next claim of this worker, if its finish made one."""
    crash_point("claimed")
    prepared = prepare(claim)
    pulse = Pulse(claim, clock)
    try:
        prepared = with_job(prepared, clock())
    except (HubError, StoreError) as fault:
        outcome = Outcome(ok=False, reason=str(fault), retryable=False)
    else:
        outcome = _run(prepared, pulse)
    if pulse.abandoned:
        return None
    crash_point("executed")
    return _hand_in(prepared, _without_nul(outcome), clock)


def _run(prepared: Prepared, pulse: Pulse) -> Outcome:
    if prepared.job is None:
        raise TypeError("a node is prepared before it is run")
    outcome = client.run(prepared.job, on_tick=pulse, tick_seconds=min(1.0, settings.LEASE_SECONDS / 5))
    outcome = keep_numbers(prepared, outcome)
    if prepared.rebased:
        return outcome.model_copy(update={"staged": tuple(one.as_dict() for one in prepared.rebased)})
    return outcome


def _hand_in(prepared: Prepared, outcome: Outcome, clock: Clock) -> Claim | None:
    """Finish, and try again where the database was busy or away: the work is done, it should not be lost for that."""
    for number in range(FINISH_TRIES):
        try:
            return finish(prepared, outcome, clock(), random.random())  # noqa: S311 - jitter, no secret
        except OperationalError:
            logger.warning("The finish of %s did not get through, try %s.", prepared.claim.name, number + 1)
            if number == FINISH_TRIES - 1:
                raise
            time.sleep(0.2 * 2**number)
            close_old_connections()
    return None


def _without_nul(outcome: Outcome) -> Outcome:
    """Return the outcome without NUL characters, which PostgreSQL keeps neither in text nor in JSON."""
    text = outcome.model_dump_json()
    if "\\u0000" not in text:
        return outcome
    return Outcome.model_validate_json(text.replace("\\u0000", "\\ufffd"))


@dataclass
class Pulse:
    """The heartbeat of one claim, called at every tick of its process."""

    claim: Claim
    clock: Clock
    abandoned: bool = False
    good_until: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.good_until = lease_end(self.clock())

    def __call__(self) -> Word:
        """Renew the lease and say go on; cancel where that was asked for; abandon where the claim is lost."""
        now = self.clock()
        try:
            word = self._renew(now)
            if word == "go" and hand_back_asked():
                hand_back(self.claim, now)
                word = "abandon"
            workers.beat(self.claim.owner, now, f"{self.claim.node} of run {self.claim.run}")
        except DatabaseError:
            logger.warning("The lease of %s could not be renewed.", self.claim.name)
            close_old_connections()
            word = "go" if now < self.good_until else "abandon"
        self.abandoned = word == "abandon"
        return word

    def _renew(self, now: datetime) -> Word:
        until = lease_end(now)
        own = (self.claim.node_run, self.claim.attempt, self.claim.owner)
        if execute(
            "UPDATE recipes_noderun SET lease_until = %s"
            " WHERE id = %s AND attempt = %s AND owner = %s AND status IN ('running', 'cancelling')",
            until,
            *own,
        ):
            self.good_until = until
            status = fetch("SELECT status FROM recipes_noderun WHERE id = %s", self.claim.node_run)[0][0]
            return "cancel" if status == "cancelling" else "go"
        return "abandon"
