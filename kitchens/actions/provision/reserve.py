"""Reserve a kitchen: its name, its plan and the journal of its steps, all in one transaction, before anything is made."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from hub.common.errors import ConflictError, NotAllowedError
from kitchens.actions.provision import checks
from kitchens.core.branches import PREFIX
from kitchens.core.names import slug_fault
from kitchens.core.provision import Choices, Plan
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Provision, ProvisionStep

LEASE = timedelta(seconds=30)  # of a process that works on a step; renewed while it does


def reserve(plan: Plan, *, owner: str, by: Actor, now: datetime) -> Provision:
    """Write the kitchen (being made), the plan and its steps, held by `owner`; return the journal.

    ConflictError where the name was taken meanwhile, NotAllowedError where a rule denies the plan.
    """
    if plan.denied:
        verdict = plan.denied[0]
        raise NotAllowedError(verdict.said, remedy=f"The rule: {verdict.rule}")
    try:
        with transaction.atomic():
            _free_name(plan.choices.name)
            kitchen = _kitchen(plan, by, now)
            kitchen.save()
            checks.check_open(
                Kitchen.objects.get(pk=kitchen.parent_id)
            )  # whoever retires it waits for our row
            provision = _journal(kitchen, plan, owner, by, now)
    except IntegrityError as error:
        raise ConflictError(slug_fault(plan.choices.name, {plan.choices.name}), field="name") from error
    return provision


def _kitchen(plan: Plan, by: Actor, now: datetime) -> Kitchen:
    choices = plan.choices
    parent = Kitchen.objects.get(slug=choices.parent)
    return Kitchen(
        slug=choices.name,
        title=choices.title.strip()[:120] or choices.name,
        description=choices.description.strip()[:2000],
        parent=parent,
        tier=choices.tier,
        state="provisioning",
        branch=f"{PREFIX}{choices.name}",
        store=parent.store,
        owner_id=by.person_id,
        max_parallel_nodes=choices.max_parallel_nodes,
        max_run_seconds=choices.max_run_seconds,
        purpose=choices.purpose,
        domains=list(choices.domains),
        data_choices={copy.dataset: copy.choice for copy in plan.copies},
        created_at=now,
        ends_on=date.fromisoformat(plan.ends_on) if plan.ends_on else None,
    )


def _journal(kitchen: Kitchen, plan: Plan, owner: str, by: Actor, now: datetime) -> Provision:
    provision = Provision.objects.create(
        kitchen=kitchen,
        plan=plan.as_dict() | {"actor": by.name, "via": by.via, "sealed": _sealed(plan.choices)},
        digest=plan.digest(),
        by_id=by.person_id,
        started_at=now,
    )
    until = timezone.now() + LEASE
    ProvisionStep.objects.bulk_create(
        ProvisionStep(
            provision=provision,
            place=place,
            kind=step.kind,
            title=step.title[:200],
            details=dict(step.details),
            owner=owner,
            lease_until=until,
            expected_seconds=step.expected_seconds,
        )
        for place, step in enumerate(plan.steps)
    )
    return provision


def _sealed(choices: Choices) -> dict[str, Any]:
    return dict(choices.secrets)


def _free_name(name: str) -> None:
    """Take the name from a kitchen whose making was undone without a trace: that one goes on under its number."""
    undone = (
        Kitchen.objects.select_for_update()
        .filter(slug=name, state="failed", provisions__state="undone")
        .first()
    )
    if undone is not None:
        undone.slug = f"{name}--{undone.pk}"[:60]
        undone.branch = f"{PREFIX}{undone.slug}"[:80]
        undone.save(update_fields=["slug", "branch"])
