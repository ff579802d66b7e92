"""What a hub needs before anybody can use it: production, and one person who may let others in."""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime

from hub.common.errors import ConflictError
from kitchens.actions.kitchens import create_production
from kitchens.actions.people import create_person
from kitchens.core.roles import THE_HUB
from kitchens.models import Person

ADMIN = "admin"


def prepare() -> None:
    """Make what is missing; two queries where nothing is. Several machines may do it at the same moment."""
    now = datetime.now(UTC)
    create_production(by=THE_HUB, now=now)
    if Person.objects.exists():
        return
    password = secrets.token_urlsafe(9)
    try:
        create_person(username=ADMIN, password=password, role="admin", by=THE_HUB, now=now)
    except ConflictError:  # another machine was first, and has said its password
        return
    # To the terminal and nowhere else: it is shown once, as a log would keep it.
    sys.stdout.write(f"Sign in as {ADMIN} with the password {password}\n")
    sys.stdout.flush()
