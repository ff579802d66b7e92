"""The audit: who changed what, when, and through which door."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kitchens.core.roles import Actor
from kitchens.models import AuditEntry


def record(by: Actor, what: str, subject: str, now: datetime, **details: Any) -> AuditEntry:
    """Write one entry in the caller's transaction, so that the change and its entry stand or fall together.

    `details` hold names, roles and numbers: never a value of data, never a secret.
    """
    return AuditEntry.objects.create(
        at=now,
        person_id=by.person_id,
        actor=by.name[:150],
        via=by.via[:10],
        what=what[:60],
        subject=subject[:200],
        details=details,
    )
