"""Secrets: set, removed, and encrypted anew with another key. What they hold comes in here and never goes out."""

from __future__ import annotations

from datetime import datetime

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction

from hub.common.errors import InvalidError, MissingError
from kitchens.actions import audit
from kitchens.core.names import secret_fault
from kitchens.core.roles import Actor
from kitchens.core.secrets import LONGEST_VALUE, Vault, VaultError, place_of, put_keys, read_keys
from kitchens.models import Kitchen, Secret
from kitchens.queries.secrets import given_keys, open_vault


@transaction.atomic
def set_secret(*, name: str, value: str, by: Actor, now: datetime, kitchen: Kitchen | None = None) -> Secret:
    """Keep a secret for a kitchen, or for the whole hub; one of the same name there is replaced."""
    by.require("secret.change", slug_of(kitchen))
    if fault := secret_fault(name):
        raise InvalidError(fault, field="name")
    secret = put_value(name, value, kitchen, by, now)
    audit.record(by, "secret.set", name, now, kitchen=slug_of(kitchen))
    return secret


@transaction.atomic
def delete_secret(*, name: str, by: Actor, now: datetime, kitchen: Kitchen | None = None) -> None:
    """Remove a secret; MissingError where there is none of that name there."""
    by.require("secret.change", slug_of(kitchen))
    if secret_fault(name) or not Secret.objects.filter(name=name, kitchen=kitchen).delete()[0]:
        raise MissingError(f"There is no secret {name[:80]!r} here.")
    audit.record(by, "secret.deleted", name, now, kitchen=slug_of(kitchen))


def rotate_keys(*, by: Actor, now: datetime, forget: bool = False) -> int:
    """Encrypt all secrets anew with a new key and return how many; the hub may go on running meanwhile.

    The key before stays in the file, behind the new one, for whoever was just writing with it; `forget` drops it
    once every secret opens without it. Stopped half-way, nothing is lost: both keys are there; call it again.
    Where HUB_SECRETS_KEY gives the keys, the first of them is the new one and the file is not touched.
    """
    by.require("person.change")
    keys = read_keys(settings.SECRETS_KEY_FILE, given_keys())
    if not given_keys():
        keys = [Fernet.generate_key().decode(), *keys]
        put_keys(settings.SECRETS_KEY_FILE, keys)
    count = _renew_all(Vault(keys))
    if not given_keys():
        put_keys(settings.SECRETS_KEY_FILE, keys[:1] if forget and _opens_all(Vault(keys[:1])) else keys[:2])
    with transaction.atomic():
        audit.record(by, "secret.rotated", "all", now, count=count)
    return count


def put_value(name: str, value: str, kitchen: Kitchen | None, by: Actor, now: datetime) -> Secret:
    """Encrypt and write one value, in the caller's transaction. Also for the passwords of connections."""
    if not value or len(value) > LONGEST_VALUE or "\x00" in value:
        raise InvalidError(f"A secret has 1 to {LONGEST_VALUE} characters.", field="value")
    sealed = open_vault().seal(value, place_of(slug_of(kitchen), name))
    secret, _ = Secret.objects.update_or_create(
        name=name,
        kitchen=kitchen,
        defaults={"ciphertext": sealed, "changed_at": now, "changed_by_id": by.person_id},
    )
    return secret


def slug_of(kitchen: Kitchen | None) -> str:
    return kitchen.slug if kitchen else ""


def _renew_all(vault: Vault) -> int:
    """Write every secret with the first key; one that is set anew meanwhile keeps its new value."""
    count = 0
    for secret in Secret.objects.order_by("pk").iterator():
        sealed = vault.renew(secret.ciphertext)
        count += Secret.objects.filter(pk=secret.pk, ciphertext=secret.ciphertext).update(ciphertext=sealed)
    return count


def _opens_all(vault: Vault) -> bool:
    for secret in Secret.objects.select_related("kitchen"):
        try:
            vault.open(secret.ciphertext, place_of(slug_of(secret.kitchen), secret.name))
        except VaultError:
            return False
    return True
