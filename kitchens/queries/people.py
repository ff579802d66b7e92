"""Reading people, tokens and the audit."""

from __future__ import annotations

from django.db.models import QuerySet

from hub.common.errors import MissingError
from kitchens.models import ApiToken, AuditEntry, Person


def people() -> QuerySet[Person]:
    """Return everybody who can or could sign in, by name. One query; passwords are not read."""
    return Person.objects.defer("password").order_by("username")


def get_person(username: str) -> Person:
    """Return a person; MissingError where there is none. One query."""
    person = people().filter(username=username).first()
    if person is None:
        raise MissingError(
            f"There is no person {username[:80]!r}.", remedy="Settings, People lists everybody."
        )
    return person


def tokens(person_id: int | None = None) -> QuerySet[ApiToken]:
    """Return the tokens of one person, or of all (None), newest first; never their digests. One query."""
    rows = ApiToken.objects.select_related("person").defer("digest").order_by("-id")
    return rows if person_id is None else rows.filter(person_id=person_id)


def audit_entries() -> QuerySet[AuditEntry]:
    """Return who did what, newest first. One query."""
    return AuditEntry.objects.select_related("person").order_by("-id")
