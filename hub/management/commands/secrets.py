"""`manage.py secrets rotate`: encrypt everything at rest anew with another key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hub.common.errors import HubError
from kitchens.actions.secrets import rotate_keys
from kitchens.core.roles import THE_HUB


class Command(BaseCommand):
    help = "Secrets at rest: rotate makes a new key and encrypts everything anew, while the hub runs on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["rotate"])
        parser.add_argument(
            "--forget", action="store_true", help="drop all earlier keys once nothing needs them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = rotate_keys(by=THE_HUB, now=timezone.now(), forget=options["forget"])
        except HubError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} secrets are encrypted with the new key.")
