"""The journal of a kitchen's end: its steps are done one after the other, and none that fails keeps the others back.

A process claims a step by compare-and-swap and a lease; one that dies leaves it to the next, which does it again: every
step may be done twice. What failed is listed as left over, with a way to try again.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hub.common.errors import ConflictError, HubError
from kitchens.actions import audit
from kitchens.actions.teardown_steps import STEPS, Waiting, Work
from kitchens.core.crash import crash_point
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import Kitchen, Provision, ProvisionStep

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)  # a step touches a few rows and refs, or places a run
LOOK_AGAIN = timedelta(seconds=2)
OVER = ("done", "left_over", "skipped")
Planned = tuple[str, str, dict[str, object]]  # kind, title, what undid or removes it


def begin(kitchen: Kitchen, what: str, steps: Sequence[Planned], *, by: Actor, now: datetime) -> Provision:
    """Write the journal of a retirement or a purge, in the caller's transaction; `what` is kept as its digest."""
    provision = Provision.objects.create(
        kitchen=kitchen,
        kind="teardown",
        plan={"what": what, "actor": by.name, "via": by.via},
        digest=what,
        by_id=by.person_id,
        started_at=now,
    )
    ProvisionStep.objects.bulk_create(
        ProvisionStep(provision=provision, place=place, kind=kind, title=title, undo=undo)
        for place, (kind, title, undo) in enumerate(steps)
    )
    return provision


def go_on(provision: Provision, now: datetime) -> bool:
    """Do what can be done; return whether the journal is closed. Safe to be called by many at once."""
    owner = f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"
    for step in provision.steps.exclude(state__in=OVER).order_by("place"):
        if not _claim(step, owner):
            return False
        if not _do(provision, step, owner, now):
            return False
    return _close(provision, now)


def retry(provision: Provision, *, by: Actor, now: datetime) -> bool:
    """Try what is left over again; return whether the journal is closed. ConflictError where nothing is left."""
    by.require("kitchen.retire", provision.kitchen.slug)
    with transaction.atomic():
        opened = Provision.objects.filter(pk=provision.pk, kind="teardown", state="left_over")
        if not opened.update(state="creating", ended_at=None):
            raise ConflictError(f"Nothing of {provision.kitchen} is left over.")
        for step in provision.steps.filter(state="left_over"):
            step.details["tries"] = step.details.get("tries", 0) + 1
            step.details.pop("undo_run", None)
            step.state, step.fault, step.lease_until = "pending", "", None
            step.save()
        audit.record(by, "kitchen.cleaned_again", provision.kitchen.slug, now)
    provision.refresh_from_db()
    return go_on(provision, now)


def _claim(step: ProvisionStep, owner: str) -> bool:
    real = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lte=real)
    row = ProvisionStep.objects.filter(free, pk=step.pk).exclude(state__in=OVER)
    return bool(row.update(state="running", owner=owner, lease_until=real + LEASE, started_at=real))


def _do(provision: Provision, step: ProvisionStep, owner: str, now: datetime) -> bool:
    """Do one step and write what came of it; False where it waits for something outside."""
    what = provision.digest
    crash_point(f"{what}.{step.kind}.before")
    try:
        said = STEPS[step.kind](Work(provision.kitchen, step, THE_HUB, now))
        crash_point(f"{what}.{step.kind}.after")
        _mark(step, owner, now, state="done", log=said)
    except Waiting:
        _mark(step, owner, None, state="pending", lease_until=timezone.now() + LOOK_AGAIN)
        return False
    except Exception as error:  # noqa: BLE001 - the one place where what came of a step is made
        _mark(step, owner, now, state="left_over", fault=_said(step, error))
    return True


def _mark(step: ProvisionStep, owner: str, now: datetime | None, **facts: object) -> None:
    mine = ProvisionStep.objects.filter(pk=step.pk, owner=owner, state="running")
    mine.update(**{"lease_until": None, "ended_at": now, "details": step.details, **facts})


def _said(step: ProvisionStep, error: Exception) -> str:
    if isinstance(error, HubError):
        return str(error)
    logger.exception("Step %s of a kitchen's end failed.", step.kind)
    return f"The hub could not do this ({type(error).__name__}); its log says more."


def _close(provision: Provision, now: datetime) -> bool:
    """Close the journal; a purged kitchen is gone with it, also where something is left over, which is listed."""
    left = provision.steps.filter(state="left_over").count()
    state = "left_over" if left else "ready"
    crash_point(f"{provision.digest}.closing")
    with transaction.atomic():
        opened = Provision.objects.filter(pk=provision.pk, state="creating")
        if not opened.update(state=state, ended_at=now):
            return True
        if provision.digest == "purge":
            gone = Kitchen.objects.filter(pk=provision.kitchen_id, state="retired")
            if gone.update(state="gone", gone_at=now, state_note=""):
                audit.record(THE_HUB, "kitchen.gone", provision.kitchen.slug, now, left_over=left)
    crash_point(f"{provision.digest}.closed")
    return True
