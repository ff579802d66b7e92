"""Tokens of programs: named, scoped, expiring, revocable; the key itself is shown once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from hub.common.errors import ConflictError, InvalidError, MissingError, NotAllowedError
from kitchens.actions import audit
from kitchens.core import keys
from kitchens.core.roles import SCOPES, Actor
from kitchens.core.standing import Standing
from kitchens.models import ApiToken, Person
from kitchens.models.standing import facts_in, standing_columns

LONGEST_LIFE = timedelta(days=366)
USUAL_LIFE = timedelta(days=90)
STAMP_EVERY = timedelta(minutes=1)
MOST_PER_PERSON = 50


@transaction.atomic
def create_token(
    *, name: str, scopes: Iterable[str], by: Actor, now: datetime, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token for the acting person and return it with its key, which nobody can read again.

    A token does what its scopes name and its person may, until `expires_at` (90 days from now where none is
    given, a year at most). A token that makes tokens passes on no scope of which it has not got itself.
    """
    by.require("token.create")
    if by.person_id is None:
        raise NotAllowedError("The hub itself has no tokens.", remedy="Sign in as a person.")
    name, wanted = name.strip(), sorted(set(scopes))
    ends = expires_at or now + USUAL_LIFE
    _check(name, wanted, ends, by, now)
    if ApiToken.objects.filter(person_id=by.person_id, name=name, revoked_at=None).exists():
        raise ConflictError(
            f"You already have a token named {name}.", remedy="Choose another name.", field="name"
        )
    if _live(by.person_id, now).count() >= MOST_PER_PERSON:
        raise ConflictError(
            f"You already have {MOST_PER_PERSON} tokens.", remedy="Revoke those not used any more."
        )
    key = keys.new_key()
    token = ApiToken.objects.create(
        person_id=by.person_id,
        name=name,
        prefix=key[: keys.PREFIX_LENGTH],
        digest=keys.digest_of(key),
        scopes=wanted,
        created_at=now,
        expires_at=ends,
    )
    audit.record(by, "token.created", name, now, scopes=wanted, expires_at=ends.isoformat())
    return token, key


@transaction.atomic
def revoke_token(token_id: int, *, by: Actor, now: datetime) -> ApiToken:
    """End a token of one's own, or as admin anybody's; MissingError for others'. Twice the same changes nothing."""
    by.require("token.create")
    mine = Q() if by.may("person.change") else Q(person_id=by.person_id)
    token = ApiToken.objects.select_for_update().filter(mine, pk=token_id).first()
    if token is None:
        raise MissingError(f"You have no token {token_id}.")
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        audit.record(by, "token.revoked", token.name, now, of=token.person.username)
    return token


def token_actor(key: str, now: datetime) -> tuple[Person, Actor] | None:
    """Return whom a key acts for, or None where it is unknown, revoked, expired or of someone let go.

    The key is found by its digest in an index: how long that takes tells nothing about other keys. One query, and
    at most once a minute an update of when it was last used.
    """
    if not keys.looks_like_key(key):
        return None
    token = (
        ApiToken.objects.select_related("person")
        .filter(digest=keys.digest_of(key), revoked_at=None, person__is_active=True)
        .exclude(expires_at__lte=now)
        .annotate(**standing_columns("person_id"))
        .first()
    )
    if token is None:
        return None
    if token.last_used_at is None or now - token.last_used_at >= STAMP_EVERY:
        # Compared again in the statement: of many requests at once only one writes.
        unstamped = Q(last_used_at=None) | Q(last_used_at__lte=now - STAMP_EVERY)
        ApiToken.objects.filter(unstamped, pk=token.pk).update(last_used_at=now)
    person = token.person
    name = f"{person} (token {token.name})"
    roles = Standing(person.role, lambda: facts_in(token) or ("", "", ""))
    scopes = frozenset(token.scopes)
    return person, Actor(person.pk, name, person.role, scopes=scopes, kitchen_roles=roles, via="api")


def _live(person_id: int, now: datetime) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(person_id=person_id, revoked_at=None).exclude(expires_at__lte=now)


def _check(name: str, scopes: list[str], ends: datetime, by: Actor, now: datetime) -> None:
    if not name or len(name) > 80 or not name.isprintable():
        raise InvalidError("A token has a name of 1 to 80 characters that says what uses it.", field="name")
    if not scopes:
        raise InvalidError(
            "A token has at least one scope.", remedy=f"Choose of {', '.join(SCOPES)}.", field="scopes"
        )
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        raise InvalidError(
            f"There is no scope {unknown[0][:40]!r}.",
            remedy=f"Choose of {', '.join(SCOPES)}.",
            field="scopes",
        )
    if by.scopes is not None and "admin" not in by.scopes and not by.scopes.issuperset(scopes):
        raise NotAllowedError("A token cannot make a token with wider scopes than its own.", field="scopes")
    if not now < ends <= now + LONGEST_LIFE:
        raise InvalidError("A token ends within a year from now.", field="expires_at")
