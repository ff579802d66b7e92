"""People: made, given a role, let go. The last active admin cannot vanish."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions import audit
from kitchens.core.names import username_fault
from kitchens.core.roles import ROLES, Actor
from kitchens.models import Person

LAST_ADMIN = "This is the last active admin; without one nobody could manage people any more."


def create_person(
    *,
    username: str,
    password: str | None,
    role: str,
    by: Actor,
    now: datetime,
    full_name: str = "",
    email: str = "",
) -> Person:
    """Make a person; without a password they cannot sign in until an admin sets one.

    InvalidError names the field; ConflictError where the name is taken.
    """
    by.require("person.change")
    _check_role(role)
    if fault := username_fault(username):
        raise InvalidError(fault, field="username")
    _check_email(email)
    first, _, last = full_name.strip().partition(" ")
    person = Person(
        username=username, role=role, first_name=first, last_name=last, email=email, date_joined=now
    )
    if password is None:
        person.set_unusable_password()
    else:
        _put_password(person, password)  # hashing is slow on purpose: not while the database is held
    with transaction.atomic():
        if Person.objects.filter(username__iexact=username).exists():
            raise ConflictError(f"There is already a person named {username}.", field="username")
        person.save()
        audit.record(by, "person.created", username, now, role=role)
    return person


@transaction.atomic
def set_role(person: Person, role: str, *, by: Actor, now: datetime) -> Person:
    """Give the person another role; ConflictError for the last active admin. Twice the same changes nothing."""
    by.require("person.change")
    _check_role(role)
    person = _locked(person)
    if person.role == role:
        return person
    if role != "admin":
        _keep_an_admin(person)
    before, person.role = person.role, role
    person.save(update_fields=["role"])
    audit.record(by, "person.role", person.username, now, before=before, after=role)
    return person


@transaction.atomic
def deactivate(person: Person, *, by: Actor, now: datetime) -> Person:
    """Let the person in no more: sessions and tokens end at once, what they did stays. Not the last active admin."""
    by.require("person.change")
    person = _locked(person)
    if not person.is_active:
        return person
    _keep_an_admin(person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    person.tokens.filter(revoked_at=None).update(revoked_at=now)
    audit.record(by, "person.deactivated", person.username, now)
    return person


@transaction.atomic
def activate(person: Person, *, by: Actor, now: datetime) -> Person:
    """Let a deactivated person in again; tokens revoked meanwhile stay revoked."""
    by.require("person.change")
    person = _locked(person)
    if not person.is_active:
        person.is_active = True
        person.save(update_fields=["is_active"])
        audit.record(by, "person.activated", person.username, now)
    return person


def set_password(person: Person, password: str, *, by: Actor, now: datetime) -> Person:
    """Set a new password: one's own (signed in, not by a token), or anybody's as admin. All sessions of theirs end."""
    if by.person_id != person.pk or by.scopes is not None:
        by.require("person.change")
    _put_password(person, password)
    with transaction.atomic():
        person.save(update_fields=["password"])
        audit.record(by, "person.password", person.username, now)
    return person


def _locked(person: Person) -> Person:
    """Return the row as it is now, held for this transaction together with those of all active admins.

    SQLite has one writer at a time; PostgreSQL locks the rows in one order, and a second demotion that waited
    sees what the first one left.
    """
    list(Person.objects.select_for_update().filter(role="admin", is_active=True).order_by("pk"))
    return Person.objects.select_for_update().get(pk=person.pk)


def _keep_an_admin(person: Person) -> None:
    others = Person.objects.filter(role="admin", is_active=True).exclude(pk=person.pk)
    if person.role == "admin" and person.is_active and not others.exists():
        raise ConflictError(LAST_ADMIN, remedy="Make someone else an admin first.", field="role")


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise InvalidError(
            f"There is no role {role[:40]!r}.", remedy=f"Choose {', '.join(ROLES)}.", field="role"
        )


def _check_email(email: str) -> None:
    if not email:
        return
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidError("This is not an e-mail address.", field="email") from error


def _put_password(person: Person, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise InvalidError(" ".join(error.messages), field="password") from error
    person.set_password(password)
