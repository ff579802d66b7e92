"""`manage.py restore SOURCE`: a hub made of a backup, in an empty home; `--check` only says whether the backup is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.backup import check, restore
from hub.common.errors import HubError
from kitchens.core import words


class Command(BaseCommand):
    help = "Restore a backup into the empty HUB_HOME and the empty database of the settings."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="the folder of the backup")
        parser.add_argument("--check", action="store_true", help="only say whether it is whole")
        parser.add_argument("--secrets-key", type=Path, help="the file with the key of the secrets")

    def handle(self, *args: Any, **options: Any) -> None:
        source = options["source"].resolve()
        try:
            if options["check"]:
                manifest, wrong = check(source)
                if wrong:
                    raise CommandError("\n".join(wrong))
            else:
                manifest = restore(source, key=options["secrets_key"])
        except (HubError, OSError) as error:
            raise CommandError(str(error)) from error
        verb = "is whole" if options["check"] else "is restored"
        self.stdout.write(
            f"The backup of {manifest.made_at} {verb}: {words.count(len(manifest.files), 'file')}."
        )
