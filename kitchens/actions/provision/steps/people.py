"""The people of a new kitchen, and the secrets of its own."""

from __future__ import annotations

import base64
from typing import Any

from kitchens.actions import audit
from kitchens.actions.provision.steps.base import Step, Work
from kitchens.actions.secrets import put_value
from kitchens.core.secrets import place_of
from kitchens.models import Membership, Person, Secret
from kitchens.queries.secrets import open_vault

WAITING = (
    "a kitchen to come"  # the place that secrets of a draft are sealed for; no kitchen can have this name
)


def seal_for_draft(name: str, value: str) -> str:
    """Return a secret as a draft keeps it: sealed, to be opened only while the kitchen is made."""
    sealed = open_vault().seal(value, place_of(WAITING, name))
    return base64.b64encode(sealed).decode()


class MembersStep(Step):
    """The roles in this kitchen alone."""

    def what_undoes(self, work: Work) -> dict[str, Any]:
        return {"members": sorted(work.choices["members"])}

    def do(self, work: Work, prepared: Any) -> str:
        wanted = work.choices["members"]
        for person in Person.objects.filter(username__in=wanted, is_active=True):
            Membership.objects.update_or_create(
                kitchen=work.kitchen,
                person=person,
                defaults={
                    "role": wanted[person.username],
                    "since": work.now,
                    "added_by_id": work.by.person_id,
                },
            )
        return ", ".join(f"{name} is {role}" for name, role in sorted(wanted.items())) + "."

    def undo(self, work: Work) -> str:
        gone, _ = Membership.objects.filter(kitchen=work.kitchen).delete()
        return f"{gone} roles are removed."


class SecretsStep(Step):
    """Secrets of the kitchen's own, sealed anew for it; recipes find them before the hub's."""

    def what_undoes(self, work: Work) -> dict[str, Any]:
        return {"secrets": work.choices["secrets"]}

    def do(self, work: Work, prepared: Any) -> str:
        vault = open_vault()
        for name, sealed in work.provision.plan["sealed"].items():
            value = vault.open(base64.b64decode(sealed), place_of(WAITING, name))
            put_value(name, value, work.kitchen, work.by, work.now)
            audit.record(work.by, "secret.set", name, work.now, kitchen=work.kitchen.slug)
        return f"Its own: {', '.join(work.choices['secrets'])}."

    def undo(self, work: Work) -> str:
        names = work.step.undo["secrets"]
        Secret.objects.filter(kitchen=work.kitchen, name__in=names).delete()
        return "Its secrets are removed."
