"""`manage.py retention`: remove what the policy says need no longer be kept; `--dry-run` only says what would go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hub import keeping
from hub.common.errors import HubError
from kitchens.actions.retention import preview, retain
from kitchens.core import words
from kitchens.core.retention import KINDS, Freed
from kitchens.core.roles import THE_HUB


class Command(BaseCommand):
    help = "Remove staging, old versions of datasets, logs and samples that are kept no longer (Settings, Retention)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            if options["dry_run"]:
                self._say(preview(now=now), "would go")
                return
            with keeping.alone("retention") as alive:
                self._say(retain(by=THE_HUB, now=now, alive=alive), "removed")
        except HubError as error:
            raise CommandError(str(error)) from error

    def _say(self, found: Sequence[Freed], verb: str) -> None:
        for one in found:
            more = " or more" if one.more else ""
            self.stdout.write(
                f"{KINDS[one.kind].title}: {words.number(one.count)}{more} {verb}, {words.size(one.bytes)}."
            )
