"""Go through the journal of a kitchen: do its steps in order, or undo them in reverse; whoever holds the lease may.

A process claims a step by compare-and-swap, keeps what undoes it, does it, and marks it as done in the transaction
that made it. One that dies leaves a step whose lease runs out; the next one does the same step again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from hub.common.errors import HubError
from kitchens.actions.provision.reserve import LEASE
from kitchens.actions.provision.steps import STEPS, Step, Waiting, Work
from kitchens.core.crash import crash_point
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Provision, ProvisionStep

logger = logging.getLogger(__name__)
Clock = Callable[[], datetime]
LOOK_AGAIN = timedelta(seconds=2)  # at a step that waits for something outside
MOST_CLAIMS = 5  # a step that took this many processes with it is not tried again
BEGUN = ("running", "done", "failed", "undoing", "left_over")


class _LostError(Exception):
    """Another process has taken the step over; what this one did in its transaction is void."""


def go_on(provision_id: int, owner: str, clock: Clock, *, slow: bool) -> bool:
    """Do what can be done now; return whether nothing is left to do for anybody.

    Without `slow` it stops before the first step that takes long, and lets go of the rest for a worker.
    """
    while True:
        provision = Provision.objects.select_related("kitchen__parent").get(pk=provision_id)
        if provision.state not in ("creating", "undoing"):
            return True
        going = _forward if provision.state == "creating" else _back
        if not going(provision, owner, clock, slow):
            return False


def _forward(provision: Provision, owner: str, clock: Clock, slow: bool) -> bool:
    """Do the next step; False where there is none for this process."""
    step = provision.steps.exclude(state__in=("done", "skipped")).order_by("place").first()
    if step is None:
        _end(provision, "ready", clock())
        return True
    if provision.cancel_asked or step.state == "failed":
        _turn_back(provision)
        return True
    if STEPS[step.kind].slow and not slow:
        let_go(provision, owner)
        return False
    work = _claim(provision, step, owner, clock, "running", ("pending", "running"))
    if work is None:
        return False
    try:
        _do(STEPS[step.kind], work, owner)
    except Waiting:
        _put_aside(step, owner)
        return False
    except _LostError:
        return False
    except Exception as error:  # noqa: BLE001 - the one place where what came of a step is made
        _fail(step, owner, "failed", error, clock())
    return True


def _do(kind: Step, work: Work, owner: str) -> None:
    step = work.step
    if step.details.get("claims", 0) > MOST_CLAIMS:
        raise HubError(
            "It was begun again and again and never came to an end.", remedy="Try again, or change it."
        )
    step.undo = step.undo or kind.what_undoes(work)
    ProvisionStep.objects.filter(pk=step.pk).update(undo=step.undo)
    crash_point(f"provision.{step.kind}.before")
    prepared = kind.prepare(work)
    crash_point(f"provision.{step.kind}.prepared")
    with transaction.atomic():
        said = kind.do(work, prepared)
        crash_point(f"provision.{step.kind}.after")
        _mark(step, owner, "done", said, work.clock())
    crash_point(f"provision.{step.kind}.done")


def _back(provision: Provision, owner: str, clock: Clock, slow: bool) -> bool:
    """Undo the last step that is not undone; False where that is for another process."""
    step = provision.steps.filter(state__in=BEGUN).exclude(state="left_over").order_by("-place").first()
    if step is None:
        left = provision.steps.filter(state="left_over").exists()
        _end(provision, "left_over" if left else "undone", clock())
        return True
    if step.kind == "ingredient" and not slow:
        let_go(provision, owner)
        return False
    work = _claim(provision, step, owner, clock, "undoing", BEGUN)
    if work is None:
        return False
    try:
        crash_point(f"provision.{step.kind}.undoing")
        _undo(STEPS[step.kind], work, owner)
        crash_point(f"provision.{step.kind}.undone")
    except Waiting:
        _put_aside(step, owner)
        return False
    except _LostError:
        return False
    except Exception as error:  # noqa: BLE001 - likewise; the others are undone all the same
        _fail(step, owner, "left_over", error, clock())
    return True


def _undo(kind: Step, work: Work, owner: str) -> None:
    if work.step.kind == "ingredient":  # places runs: those must outlive a wait
        _mark(work.step, owner, "undone", kind.undo(work), work.clock())
        return
    with transaction.atomic():
        _mark(work.step, owner, "undone", kind.undo(work), work.clock())


def _claim(
    provision: Provision, step: ProvisionStep, owner: str, clock: Clock, state: str, froms: tuple[str, ...]
) -> Work | None:
    """Take the step for this process; None where another living one has it."""
    real, now = timezone.now(), clock()
    free = Q(owner=owner) | Q(lease_until=None) | Q(lease_until__lte=real)
    row = ProvisionStep.objects.filter(free, pk=step.pk, state__in=froms)
    claims = step.details.get("claims", 0) + (step.state == state)
    step.details["claims"] = claims
    facts = {"owner": owner, "lease_until": real + LEASE, "details": step.details}
    if not row.update(state=state, started_at=Coalesce("started_at", now), **facts):
        return None
    plan = provision.plan
    by = Actor(
        provision.by_id, plan["actor"], "admin", via=plan["via"], of_hub=True
    )  # who may is asked before
    beat = partial(_beat, step.pk, provision.pk, owner, state)
    return Work(provision.kitchen, provision, step, by, now, clock, beat)


def _beat(step: int, provision: int, owner: str, state: str) -> bool:
    """Renew the lease; False where the step was taken over, or making the kitchen is to be stopped."""
    mine = ProvisionStep.objects.filter(pk=step, owner=owner, state=state)
    asked = Provision.objects.filter(pk=provision, cancel_asked=True, state="creating").exists()
    return bool(mine.update(lease_until=timezone.now() + LEASE)) and not asked


def _mark(step: ProvisionStep, owner: str, state: str, said: str, now: datetime) -> None:
    """Write what came of the step, if it is still this process's."""
    mine = ProvisionStep.objects.filter(pk=step.pk, owner=owner, state__in=("running", "undoing"))
    log = f"{step.log}{said}\n"
    facts: dict[str, Any] = {"log": log, "ended_at": now, "lease_until": None}
    if state == "done":
        facts["fault"] = ""
    if not mine.update(state=state, **facts):
        raise _LostError
    step.log = log


def _fail(step: ProvisionStep, owner: str, state: str, error: Exception, now: datetime) -> None:
    if isinstance(error, HubError):
        said = str(error)
    else:
        logger.exception("Step %s of a kitchen failed.", step.kind)
        said = f"The hub has a fault here ({type(error).__name__}); its log says more."
    mine = ProvisionStep.objects.filter(pk=step.pk, owner=owner, state__in=("running", "undoing"))
    mine.update(state=state, fault=said, log=f"{step.log}{said}\n", ended_at=now, lease_until=None)


def _put_aside(step: ProvisionStep, owner: str) -> None:
    """Let go of a step that waits; it is not looked at before a while has passed."""
    step.details["claims"] = 0  # to wait is no failure
    mine = ProvisionStep.objects.filter(pk=step.pk, owner=owner)
    mine.update(owner="", lease_until=timezone.now() + LOOK_AGAIN, details=step.details)


def let_go(provision: Provision, owner: str) -> None:
    """Let another process take what this one has not begun."""
    provision.steps.filter(owner=owner, state="pending").update(owner="", lease_until=None)


def _turn_back(provision: Provision) -> None:
    """From here on everything is undone; what was never begun is left out."""
    with transaction.atomic():
        if Provision.objects.filter(pk=provision.pk, state="creating").update(state="undoing"):
            provision.steps.filter(state="pending").update(state="skipped", owner="", lease_until=None)


def _end(provision: Provision, state: str, now: datetime) -> None:
    """Close the journal; a kitchen that could not be made says why."""
    with transaction.atomic():
        if (
            not Provision.objects.filter(pk=provision.pk)
            .exclude(state=state)
            .update(state=state, ended_at=now)
        ):
            return
        if state == "ready":
            return
        failed = provision.steps.exclude(fault="").order_by("place").first()
        said = (
            "Making it was cancelled."
            if provision.cancel_asked
            else f"{failed.title}: {failed.fault}"
            if failed
            else ""
        )
        left = " Something is left over." if state == "left_over" else " Everything that was made is undone."
        Kitchen.objects.filter(pk=provision.kitchen_id).update(state="failed", state_note=said + left)
