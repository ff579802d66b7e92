"""`manage.py demo`: the mesh of Fernhill, seeded where it is missing, and the hub started on it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from hub.demo.behind import go_on
from hub.demo.people import ADMIN
from hub.demo.seed import Seeded, seed


class Command(BaseCommand):
    help = "Start the hub with a mesh to look at: a retailer's five domains and sixty days of history."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--behind", type=int, help="used by the command itself: go on behind the process PID")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["behind"]:
            go_on(seed(timezone.now()).world, options["behind"])
            return
        call_command("migrate", verbosity=0)
        self._greet(seed(timezone.now()))
        # `up` takes the place of this process, so the one behind can tell by its parent that the hub has ended;
        # a session of its own keeps Ctrl-C from it.
        behind = [sys.executable, sys.argv[0], "demo", "--behind", str(os.getpid())]
        subprocess.Popen(behind, start_new_session=True)
        call_command("up")

    def _greet(self, seeded: Seeded) -> None:
        if seeded.password:
            self.stdout.write(f"Sign in as {ADMIN} with the password {seeded.password}")
        else:
            self.stdout.write(f"Sign in as {ADMIN}; the password was shown at the first start.")
            self.stdout.write(f"To set another one: manage.py person password {ADMIN}")
