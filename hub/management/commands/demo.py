"""`manage.py demo`: the mesh of Fernhill, seeded where it is missing, and the hub started on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from hub.demo.state import is_seeded, world_there
from hub.supervisor.database import bring_up_to_date


class Command(BaseCommand):
    help = "Start the hub with a mesh to look at: a retailer's five domains and sixty days of history."
    requires_system_checks: list[str] = []  # a second of the start

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--behind", type=int, help="used by the command itself: go on behind the process PID"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["behind"]:
            self._go_on(options["behind"])
            return
        Path(settings.HUB_HOME).mkdir(parents=True, exist_ok=True, mode=0o700)
        bring_up_to_date(Path(settings.HUB_HOME))
        self._seed()
        # `up` takes the place of this process, so the one behind can tell by its parent that the hub has ended;
        # a session of its own keeps Ctrl-C from it.
        behind = [sys.executable, sys.argv[0], "demo", "--behind", str(os.getpid())]
        subprocess.Popen(behind, start_new_session=True)
        call_command("up")

    def _seed(self) -> None:
        if is_seeded():
            self.stdout.write("Sign in as admin; the password was shown at the first start.")
            self.stdout.write("To set another one: manage.py person password admin")
            return
        from hub.demo.seed import (
            seed,  # reads recipes, and so loads the SQL parser: a second start does without
        )

        self.stdout.write(f"Sign in as admin with the password {seed(timezone.now())}")

    def _go_on(self, parent: int) -> None:
        from hub.demo.behind import go_on  # as above

        if world := world_there():
            go_on(world, parent)
