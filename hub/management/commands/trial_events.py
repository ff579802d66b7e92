"""`manage.py trial_events`: send spoiled events and files to a real hub; nothing crashes, nothing good is lost."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from hub.common.tables import bring_tables_up_to_date
from hub.trials.events.hub import try_events
from hub.trials.kills import MANAGE
from kitchens.models import Kitchen

INSIDE = "HUB_TRIAL"


class Command(BaseCommand):
    help = (
        "Start a hub of its own in a new folder and send it events and files of other tools that are spoiled in every way,"
        " good ones between them. Uses DATABASE_URL if that is set; the database must be empty."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--events", type=int, default=10_000, help="how many to spoil")
        parser.add_argument("--seed", type=int, default=None, help="of the dice, to repeat a trial")

    def handle(self, *args: Any, events: int, seed: int | None, **given: Any) -> None:
        seed = random.randrange(10**6) if seed is None else seed  # noqa: S311 - no secret
        if os.environ.get(INSIDE):
            self._inside(events, seed)
            return
        command = [sys.executable, str(MANAGE), "trial_events", f"--events={events}", f"--seed={seed}"]
        with tempfile.TemporaryDirectory(prefix="hub-trial-", ignore_cleanup_errors=True) as home:
            surroundings = {"HUB_HOME": home, INSIDE: "1", "HUB_EVENTS_A_MINUTE": "1000000"}
            done = subprocess.run(command, env={**os.environ, **surroundings}, check=False)
        sys.exit(done.returncode)

    def _inside(self, events: int, seed: int) -> None:
        bring_tables_up_to_date()
        if Kitchen.objects.exists():
            raise CommandError("The database of DATABASE_URL is in use. Give the trial an empty one.")
        self.stdout.write(f"Sending {events:,} spoiled events to a hub on {connection.vendor}, seed {seed}.")
        result = try_events(events, seed) | {"database": connection.vendor}
        for sentence in result["violations"]:
            self.stdout.write(f"  VIOLATION: {sentence}")
        self.stdout.write(json.dumps(result))
        if result["violations"]:
            sys.exit(1)
