"""`manage.py person add NAME --role admin`: the first person, and the way back in."""

from __future__ import annotations

import getpass
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hub.common.errors import HubError
from kitchens.actions import people
from kitchens.core.roles import ROLES, THE_HUB
from kitchens.queries.people import get_person


class Command(BaseCommand):
    help = "People: add one, give a role or a new password. The password comes from HUB_PASSWORD or is asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["add", "role", "password"])
        parser.add_argument("username")
        parser.add_argument("--role", choices=ROLES, default="viewer")

    def handle(self, *args: Any, **options: Any) -> None:
        name, role = options["username"], options["role"]
        try:
            self.stdout.write(_act(options["what"], name, role))
        except HubError as error:
            raise CommandError(str(error)) from error


def _act(what: str, name: str, role: str) -> str:
    by, now = THE_HUB, timezone.now()
    if what == "add":
        people.create_person(username=name, password=_password(), role=role, by=by, now=now)
        return f"{name} can sign in as {role}."
    if what == "role":
        people.set_role(get_person(name), role, by=by, now=now)
        return f"{name} is {role} now."
    people.set_password(get_person(name), _password(), by=by, now=now)
    return f"{name} has a new password; all sessions of theirs have ended."


def _password() -> str:
    """Return the password; never from the command line, where others could read it."""
    return os.environ.get("HUB_PASSWORD") or getpass.getpass("Password: ")
