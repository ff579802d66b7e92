"""The people of Fernhill, and how the command finds them as actors."""

from __future__ import annotations

import os
import secrets
from datetime import datetime

from kitchens.actions.people import create_person
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import Person

ADMIN = "admin"
# Sign-in name, full name, role. All but the admin are there to be owners and authors; an admin may give them a password.
PEOPLE = (
    (ADMIN, "Alex Rowan", "admin"),
    ("ruth", "Ruth Ellis", "developer"),
    ("maria", "Maria Santos", "developer"),
    ("tom", "Tom Brandt", "operator"),
    ("ingrid", "Ingrid Dahl", "operator"),
    ("board", "Board of Fernhill", "viewer"),
)


def create_people(now: datetime) -> str:
    """Make the people who are not there yet; return the admin's password if it was made just now, else ""."""
    there = set(Person.objects.values_list("username", flat=True))
    password = os.environ.get("HUB_DEMO_PASSWORD") or secrets.token_urlsafe(9)
    for username, full_name, role in PEOPLE:
        if username not in there:
            create_person(
                username=username,
                password=password if username == ADMIN else None,
                role=role,
                by=THE_HUB,
                now=now,
                full_name=full_name,
                email=f"{username}@fernhill.example",
            )
    return "" if ADMIN in there else password


def actor(username: str) -> Actor:
    """Return one of the people as an actor. One query."""
    return Person.objects.get(username=username).actor()
