"""Who may see what: the one place that decides whether somebody sees into a kitchen.

A kitchen is open to everybody who is signed in, or closed: then only its people (its owner, its members, and admins of
the hub) see more of it than its name and owner. Whoever asks is known from kitchens.core.asking; the hub sees all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, QuerySet

from hub.common.errors import NotAllowedError
from kitchens.core.asking import asker
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Person

Row = TypeVar("Row", bound=Model)


def may_see(kitchen: Kitchen, by: Actor | None = None) -> bool:
    """Say whether `by` (without it: whoever asks) may see into the kitchen. At most one query."""
    if not kitchen.closed:
        return True
    who = by or asker()
    return who is None or kitchen.slug not in who.closed


def see(kitchen: Kitchen, by: Actor | None = None) -> Kitchen:
    """Return the kitchen; NotAllowedError, with its owner's name, where it may not be seen into."""
    if may_see(kitchen, by):
        return kitchen
    owner = str(kitchen.owner) if kitchen.owner else "the hub"
    raise NotAllowedError(
        f"The kitchen {kitchen} is closed: only its people see what is in it. It belongs to {owner}.",
        remedy=f"Ask {owner} to add you, on its page under People."
        if kitchen.owner
        else "Ask an admin to add you.",
    )


def check_let_in(parent: Kitchen | None, usernames: Iterable[str], by: Actor) -> None:
    """NotAllowedError where these people would see a closed parent through a kitchen made of it, as strangers to it.

    Whoever may change the people of the parent may let them in. One query where the parent is closed.
    """
    if parent is None or not parent.closed or by.may("member.change", parent.slug):
        return
    rows = Person.objects.filter(username__in=list(usernames)).exclude(role="admin")
    strangers = rows.exclude(memberships__kitchen=parent).exclude(pk=parent.owner_id or 0)
    if first := strangers.order_by("pk").first():
        raise NotAllowedError(
            f"{first} does not see into {parent}, which is closed, and would see its data here.",
            remedy=f"Ask the owner of {parent} to add them there, or to add them here.",
        )


def closed_to(by: Actor | None = None) -> frozenset[int]:
    """Return the ids of the kitchens that `by` (without it: whoever asks) may not see into."""
    who = by or asker()
    return frozenset(who.closed.values()) if who else frozenset()


def seen(rows: QuerySet[Row], kitchen: str = "kitchen_id", by: Actor | None = None) -> QuerySet[Row]:
    """Return the rows without those of kitchens that may not be seen into; `kitchen` is the path to its id."""
    hidden = closed_to(by)
    return rows.exclude(**{f"{kitchen}__in": sorted(hidden)}) if hidden else rows
