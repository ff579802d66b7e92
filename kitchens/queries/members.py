"""Reading the people of a kitchen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitchens.core.roles import Actor
from kitchens.core.standing import KITCHEN_ROLES, OWNER_ROLE
from kitchens.models import Kitchen, Membership, Person


@dataclass(frozen=True)
class Member:
    """Somebody with a role in a kitchen of its own."""

    person: Person
    role: str
    owner: bool = False
    membership: Membership | None = None

    @property
    def counts(self) -> str:
        """Say which role counts there: none for somebody let go, an admin's own."""
        if not self.person.is_active:
            return "none"
        return "admin" if self.person.role == "admin" else self.role


def members(kitchen: Kitchen) -> list[Member]:
    """Return the owner and then everybody with a role in the kitchen, by name. One query where the owner is loaded."""
    rows = Membership.objects.filter(kitchen=kitchen).select_related("person", "added_by")
    rows = rows.exclude(person=kitchen.owner_id) if kitchen.owner_id else rows
    others = [Member(row.person, row.role, membership=row) for row in rows.order_by("person__username")]
    return ([Member(kitchen.owner, OWNER_ROLE, owner=True)] if kitchen.owner else []) + others


def could_join(kitchen: Kitchen, there: Sequence[Member]) -> list[Person]:
    """Return the active people who have no role in the kitchen of their own and could be given one. One query."""
    known = [member.person.pk for member in there]
    people = Person.objects.filter(is_active=True).exclude(role="admin").exclude(pk__in=known)
    return list(people.defer("password").order_by("username")[:500])


def grantable(kitchen: Kitchen, by: Actor) -> tuple[str, ...]:
    """Return the roles that somebody may give in the kitchen: none above their own."""
    own = by.role_in(kitchen.slug)
    if not by.may("member.change", kitchen.slug):
        return ()
    return KITCHEN_ROLES[: KITCHEN_ROLES.index(own) + 1] if own in KITCHEN_ROLES else KITCHEN_ROLES
