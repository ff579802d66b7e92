"""Reading secrets: names for pages, values for the pipe to a node process and for nobody else."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q, QuerySet

from hub.common import env
from kitchens.core.secrets import Vault, place_of, read_keys
from kitchens.models import Kitchen, Secret

OWNED = ":"  # in the names of secrets that belong to something; no name given by people has a colon
OF_CONNECTIONS = f"connection{OWNED}"
OF_CHANNELS = f"channel{OWNED}"


def given_keys() -> str:
    """Return the keys from the environment, "" where they are kept in the file."""
    return env.text("HUB_SECRETS_KEY")


def open_vault() -> Vault:
    """Return the vault with the keys as they are now. Reads one small file, so that a changed key counts at once."""
    return Vault(read_keys(settings.SECRETS_KEY_FILE, given_keys()))


def secret_names(kitchen: Kitchen | None = None) -> QuerySet[Secret]:
    """Return the secrets of a kitchen and of the whole hub, without what they hold. One query."""
    seen = Secret.objects.filter(Q(kitchen=None) | Q(kitchen=kitchen)) if kitchen else Secret.objects.all()
    return (
        seen.exclude(name__contains=OWNED)
        .defer("ciphertext")
        .select_related("kitchen", "changed_by")
        .order_by("name", "kitchen__slug")
    )


def values_for_kitchen(kitchen: Kitchen) -> dict[str, str]:
    """Return name -> value of every secret a node in this kitchen may see: its own before the hub's. One query.

    For the pipe to the node process only: never log it, never store it, never put it on a page.
    """
    rows = list(Secret.objects.filter(Q(kitchen=None) | Q(kitchen=kitchen)).exclude(name__contains=OWNED))
    vault = open_vault() if rows else None
    own_last = sorted(rows, key=lambda row: row.kitchen_id is not None)
    return {row.name: vault.open(row.ciphertext, place(row, kitchen)) for row in own_last if vault}


def place(secret: Secret, kitchen: Kitchen | None) -> str:
    """Return where a secret seen from this kitchen belongs: to the kitchen, or to the whole hub."""
    return place_of(kitchen.slug if kitchen and secret.kitchen_id else "", secret.name)
