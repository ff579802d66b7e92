"""`manage.py backup TARGET`: a copy of a running hub at one point in time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hub.backup import make
from hub.common.errors import HubError
from kitchens.core import words


class Command(BaseCommand):
    help = "Copy database, mesh repository and snapshots of a running hub into an empty folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", type=Path, help="a folder that is empty or not there yet")
        parser.add_argument("--logs", action="store_true", help="the logs of nodes too")
        parser.add_argument("--copy", action="store_true", help="copy files also where hard links would do")
        parser.add_argument(
            "--secrets-key", type=Path, help="where the key of the secrets goes; keep it elsewhere"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = make(
                options["target"].resolve(),
                now=timezone.now(),
                logs=options["logs"],
                copy=options["copy"],
                key=options["secrets_key"],
            )
        except (HubError, OSError) as error:
            raise CommandError(str(error)) from error
        counts = made.counts
        self.stdout.write(
            f"{words.count(counts['files'], 'file')}, {words.size(counts['bytes'])}:"
            f" {words.count(counts['parts'], 'part')} of snapshots, {words.count(counts['commits'], 'commit')} of ledgers."
        )
        if not options["secrets_key"]:
            self.stderr.write(
                "The key of the secrets is not in it: without that key secrets and passwords of connections cannot be"
                " read again. Keep secrets.key at another place (--secrets-key FILE)."
            )
