"""Make a kitchen: at once where all is by reference, else the rest by a worker; cancel, retry and clean up."""

from __future__ import annotations

import os
import secrets
import socket
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from hub.common.errors import ConflictError
from hub.common.queue import ring
from kitchens.actions import audit
from kitchens.actions.provision import checks
from kitchens.actions.provision.journal import Clock, go_on
from kitchens.actions.provision.planning import agreed_plan, plan_kitchen
from kitchens.actions.provision.reserve import reserve
from kitchens.core.crash import crash_point
from kitchens.core.provision import Choices
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Provision
from kitchens.queries.provision import due_provisions, latest_provision


def create(choices: Choices, *, by: Actor, now: datetime, digest: str = "") -> Kitchen:
    """Make the kitchen that was chosen and return it: ready, or still being made where data is copied first.

    With `digest`, the token of a plan that was shown, only that plan is carried out: ConflictError says what has
    changed since. What goes wrong is undone; the kitchen returned then is failed, and says why.
    """
    plan = agreed_plan(choices, digest, by=by, now=now) if digest else plan_kitchen(choices, by=by, now=now)
    owner = _own_name()
    provision = reserve(plan, owner=owner, by=by, now=now)
    crash_point("provision.reserved")
    if not go_on(provision.pk, owner, _clock(now), slow=False):
        ring()
    return Kitchen.objects.select_related("parent", "owner").get(pk=provision.kitchen_id)


def cancel(kitchen: Kitchen, *, by: Actor, now: datetime) -> Provision:
    """Stop making the kitchen and undo what was made. ConflictError where it is ready already. Twice is as once."""
    by.require("kitchen.create", kitchen.slug)
    with transaction.atomic():
        provision = latest_provision(kitchen)
        making = Provision.objects.filter(pk=provision.pk, state="creating", kitchen__state="provisioning")
        if making.update(cancel_asked=True):
            audit.record(by, "kitchen.cancelled", kitchen.slug, now)
        elif provision.state in ("ready", "creating"):
            raise ConflictError(f"{kitchen.slug} is ready already.", remedy="Retire it instead.")
    return _push(provision, now)


def retry(kitchen: Kitchen, *, by: Actor, now: datetime) -> Provision:
    """Go on with a kitchen that could not be made, from the step that failed; copies made before are used again.

    ConflictError where it is not failed, where something is left over, or where its name was taken meanwhile.
    """
    by.require("kitchen.create", kitchen.slug)
    provision = latest_provision(kitchen)
    with transaction.atomic():
        held = Kitchen.objects.select_for_update().get(pk=kitchen.pk)
        if held.state != "failed" or provision.state != "undone":
            remedy = "Clean up what is left over first." if provision.state == "left_over" else ""
            raise ConflictError(
                f"{kitchen.slug} is {held.state}; there is nothing to try again.", remedy=remedy
            )
        if provision.plan["choices"]["name"] != held.slug:
            raise ConflictError(
                f"The name {provision.plan['choices']['name']} was taken meanwhile.",
                remedy="Make a new kitchen.",
            )
        checks.check_open(held.parent)
        Kitchen.objects.filter(pk=held.pk).update(state="provisioning", state_note="")
        _begin_again(provision)
        audit.record(by, "kitchen.retried", kitchen.slug, now)
    return _push(provision, now)


def clean(kitchen: Kitchen, *, by: Actor, now: datetime) -> Provision:
    """Try once more to remove what undoing has left over. ConflictError where nothing is."""
    by.require("kitchen.create", kitchen.slug)
    provision = latest_provision(kitchen)
    with transaction.atomic():
        if not Provision.objects.filter(pk=provision.pk, state="left_over").update(
            state="undoing", ended_at=None
        ):
            raise ConflictError(f"{kitchen.slug} has left nothing over.")
        for step in provision.steps.filter(state="left_over"):
            step.details.pop("undo_run", None)
            step.details |= {"tries": step.details.get("tries", 0) + 1, "claims": 0}
            step.state, step.lease_until = "failed", None
            step.save(update_fields=["state", "lease_until", "details"])
        audit.record(by, "kitchen.cleaned", kitchen.slug, now)
    return _push(provision, now)


def drain(worker: str, clock: Clock) -> int:
    """Go on with everything that no living process works on; return how many journals that were. One query when idle."""
    due = due_provisions(timezone.now())
    for provision in due:
        go_on(provision, worker, clock, slow=True)
    return len(due)


def look(now: datetime) -> None:
    """Ring for a worker where a kitchen is being made or undone and nobody is at it. One query when idle."""
    if due_provisions(timezone.now()):
        ring()


def _push(provision: Provision, now: datetime) -> Provision:
    """Go on here as far as nothing takes long, and return the journal as it is then."""
    if not go_on(provision.pk, _own_name(), _clock(now), slow=False):
        ring()
    provision.refresh_from_db()
    return provision


def _begin_again(provision: Provision) -> None:
    for step in provision.steps.all():
        step.details.pop("undo_run", None)
        step.details |= {"tries": step.details.get("tries", 0) + 1, "claims": 0}
        step.state, step.fault, step.owner, step.lease_until = "pending", "", "", None
        step.run_id = step.started_at = step.ended_at = None
        step.save()
    Provision.objects.filter(pk=provision.pk).update(state="creating", cancel_asked=False, ended_at=None)


def _clock(now: datetime) -> Clock:
    """Return a clock that stands at `now` and goes on from there."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - began)


def _own_name() -> str:
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"
