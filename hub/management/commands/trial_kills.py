"""`manage.py trial_kills`: kill processes of a real hub at random, and prove that nothing is lost or done twice."""

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
from hub.trials.kills import MANAGE, try_kills
from recipes.models import OrderRun

INSIDE = "HUB_TRIAL"


class Command(BaseCommand):
    help = (
        "Start a hub of its own in a new folder, kill -9 its processes at random while it works, and check the records."
        " Uses DATABASE_URL if that is set; the database must be empty."
    )
    requires_system_checks: list[str] = []
    name = "trial_kills"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--kills", type=int, default=50, help="how many processes to kill")
        parser.add_argument("--seed", type=int, default=None, help="of the dice, to repeat a trial")

    def handle(self, *args: Any, kills: int, seed: int | None, **given: Any) -> None:
        seed = random.randrange(10**6) if seed is None else seed  # noqa: S311 - no secret
        if os.environ.get(INSIDE):
            self._inside(kills, seed)
        else:
            self._outside(kills, seed)

    def _outside(self, kills: int, seed: int) -> None:
        """Start this command again with a home of its own: settings are read once, when a process starts."""
        command = [sys.executable, str(MANAGE), self.name, f"--kills={kills}", f"--seed={seed}"]
        with tempfile.TemporaryDirectory(prefix="hub-trial-", ignore_cleanup_errors=True) as home:
            surroundings = {"HUB_HOME": home, INSIDE: "1", "HUB_LEASE_SECONDS": "3"}
            done = subprocess.run(command, env={**os.environ, **surroundings}, check=False)
        sys.exit(done.returncode)

    def _inside(self, kills: int, seed: int) -> None:
        bring_tables_up_to_date()
        if OrderRun.objects.exists():
            raise CommandError("The database of DATABASE_URL holds runs. Give the trial an empty one.")
        self.stdout.write(f"Killing {kills} processes on {connection.vendor}, seed {seed}.")
        result = self._try(kills, seed) | {"database": connection.vendor}
        self._table(result)
        self.stdout.write(json.dumps(result))
        if result["violations"]:
            sys.exit(1)

    def _try(self, kills: int, seed: int) -> dict[str, Any]:
        return try_kills(kills, seed, self._report)

    def _report(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _table(self, result: dict[str, Any]) -> None:
        for name, value in result.items():
            if isinstance(value, dict):
                value = ", ".join(f"{key} {count}" for key, count in value.items())
            if name != "violations":
                self.stdout.write(f"  {name.replace('_', ' '):18} {value}")
        for sentence in result["violations"]:
            self.stdout.write(f"  VIOLATION: {sentence}")
