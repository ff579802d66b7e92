"""What a kitchen asks of merges into it, and whether it changes by merges only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from hub.common.errors import ConflictError
from kitchens.actions import audit
from kitchens.core.policies import policy_of
from kitchens.core.roles import Actor
from kitchens.models import Kitchen


@transaction.atomic
def set_policy(
    kitchen: Kitchen, *, protected: bool, policy: Mapping[str, Any], by: Actor, now: datetime
) -> Kitchen:
    """Keep the policy and the protection of a kitchen; what `policy` does not say is as its tier has it.

    InvalidError names the field at fault; ConflictError for a kitchen that is not in use. Twice changes nothing.
    """
    for where in asked_in(kitchen):
        by.require("policy.change", where)
    kitchen = Kitchen.objects.select_for_update().get(pk=kitchen.pk)
    if kitchen.state != "ready":
        raise ConflictError(f"The kitchen {kitchen.slug} is {kitchen.state}.")
    kept = policy_of(policy, guarded=kitchen.is_guarded).as_dict()
    if kitchen.protected == protected and kitchen.policy == kept:
        return kitchen
    kitchen.protected, kitchen.policy = protected, kept
    kitchen.save(update_fields=["protected", "policy"])
    audit.record(by, "policy.changed", kitchen.slug, now, protected=protected, **kept)
    return kitchen


def asked_in(kitchen: Kitchen) -> tuple[str, ...]:
    """Return where the right to change the policy is needed: for a canary, which its maker owns, in the whole hub too."""
    return (kitchen.slug, "") if kitchen.tier == "canary" else (kitchen.slug,)
