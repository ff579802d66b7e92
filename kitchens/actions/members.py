"""The people of a kitchen: added, given another role, removed; its owner; and whether others may see into it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hub.common.errors import ConflictError, InvalidError, MissingError, NotAllowedError
from kitchens.actions import audit
from kitchens.core.roles import ROLES, Actor
from kitchens.core.standing import KITCHEN_ROLES
from kitchens.models import Kitchen, Membership, Person
from kitchens.queries.seeing import check_let_in


@transaction.atomic
def set_member(kitchen: Kitchen, person: Person, role: str, *, by: Actor, now: datetime) -> Membership:
    """Give the person a role in the kitchen, above or below the one they have in the hub; again: another role.

    Nobody gives a role above their own there, or changes somebody's who has one. ConflictError for the owner, an
    admin of the hub and somebody who was let go: a role in the kitchen would mean nothing. Twice the same changes nothing.
    """
    kitchen = _held(kitchen, by)
    _check_role(role, by, kitchen)
    _check_person(person, kitchen)
    check_let_in(kitchen.parent, [person.username], by)
    there = Membership.objects.filter(kitchen=kitchen, person=person).first()
    if there and there.role == role:
        return there
    before = there.role if there else ""
    _check_rank(before, by, kitchen)
    member = there or Membership(kitchen=kitchen, person=person, since=now, added_by_id=by.person_id)
    member.role = role
    member.save()
    what = "member.changed" if there else "member.added"
    audit.record(by, what, kitchen.slug, now, person=person.username, before=before, after=role)
    return member


@transaction.atomic
def remove_member(kitchen: Kitchen, person: Person, *, by: Actor, now: datetime) -> None:
    """Take the person's role in the kitchen away; anybody may leave by themselves. MissingError for who has none."""
    leaving = by.person_id == person.pk and by.scopes is None
    kitchen = Kitchen.objects.select_for_update().get(pk=kitchen.pk) if leaving else _held(kitchen, by)
    member = Membership.objects.filter(kitchen=kitchen, person=person).first()
    if member is None:
        raise MissingError(f"{person} is not one of the people of {kitchen}.")
    if not leaving:
        _check_rank(member.role, by, kitchen)
    member.delete()
    what = "member.left" if leaving else "member.removed"
    audit.record(by, what, kitchen.slug, now, person=person.username, before=member.role)


@transaction.atomic
def hand_over(kitchen: Kitchen, person: Person, *, by: Actor, now: datetime) -> Kitchen:
    """Make somebody else the owner, who is an operator there; the one before stays among its people as operator."""
    kitchen = _held(kitchen, by)
    _check_role("operator", by, kitchen)
    if not person.is_active:
        raise ConflictError(f"{person} was let go and can own nothing.", field="person")
    if kitchen.owner_id == person.pk:
        return kitchen
    check_let_in(kitchen.parent, [person.username], by)
    before = kitchen.owner
    kitchen.owner = person
    kitchen.save(update_fields=["owner"])
    Membership.objects.filter(kitchen=kitchen, person=person).delete()
    if before and before.is_active and before.role != "admin":
        Membership.objects.update_or_create(
            kitchen=kitchen,
            person=before,
            defaults={"role": "operator", "since": now, "added_by_id": by.person_id},
        )
    names = {"before": before.username if before else "", "after": person.username}
    audit.record(by, "kitchen.handed_over", kitchen.slug, now, **names)
    return kitchen


@transaction.atomic
def set_closed(kitchen: Kitchen, closed: bool, *, by: Actor, now: datetime) -> Kitchen:
    """Close the kitchen to all but its people, or open it to everybody who is signed in. Production stays open.

    What is made of a closed kitchen begins closed; one that reads from a closed kitchen cannot be opened.
    """
    kitchen = _held(kitchen, by)
    if kitchen.is_production and closed:
        raise InvalidError("Production is open to everybody of the hub: every kitchen shows its data.")
    if not closed and kitchen.parent and kitchen.parent.closed:
        raise ConflictError(
            f"{kitchen} shows the data of {kitchen.parent}, which is closed.", remedy="Open that one first."
        )
    if closed and (children := list(kitchen.children.filter(state="ready", closed=False)[:5])):
        raise ConflictError(
            f"Kitchens made of it show its data and are open: {', '.join(map(str, children))}.",
            remedy="Close those first.",
        )
    if kitchen.closed == closed:
        return kitchen
    kitchen.closed = closed
    kitchen.save(update_fields=["closed"])
    audit.record(by, "kitchen.closed" if closed else "kitchen.opened", kitchen.slug, now)
    return kitchen


def _held(kitchen: Kitchen, by: Actor) -> Kitchen:
    """Return the kitchen as it is now, held for this transaction; whoever changes its people waits for each other."""
    by.require("member.change", kitchen.slug)
    kitchen = Kitchen.objects.select_for_update().get(pk=kitchen.pk)
    if kitchen.state == "gone":
        raise ConflictError(f"The kitchen {kitchen.slug} is gone.")
    return kitchen


def _check_role(role: str, by: Actor, kitchen: Kitchen) -> None:
    if role not in KITCHEN_ROLES:
        raise InvalidError(
            f"There is no role {role[:40]!r} in a kitchen.",
            remedy=f"Choose {', '.join(KITCHEN_ROLES)}.",
            field="role",
        )
    _check_rank(role, by, kitchen)


def _check_rank(role: str, by: Actor, kitchen: Kitchen) -> None:
    own = by.role_in(kitchen.slug)
    if role and ROLES.index(role) > ROLES.index(own):
        raise NotAllowedError(
            f"You have the role {own} in {kitchen} and cannot give or take the role {role} there.",
            field="role",
        )


def _check_person(person: Person, kitchen: Kitchen) -> None:
    if not person.is_active:
        raise ConflictError(f"{person} was let go and cannot sign in.", field="person")
    if kitchen.owner_id == person.pk:
        raise ConflictError(
            f"{person} owns {kitchen} and is an operator in it.",
            remedy="Hand it over to somebody else first.",
            field="person",
        )
    if person.role == "admin":
        raise ConflictError(f"{person} is an admin of the hub, and that in every kitchen.", field="person")
