"""`manage.py trial_causes`: plant faults of known causes, and count how often the report names the true one first."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hub.common.tables import bring_tables_up_to_date
from hub.trials.causes.faults import FAULTS
from hub.trials.causes.mesh import Mesh
from hub.trials.causes.trial import Found, try_causes
from hub.trials.kills import MANAGE
from recipes.models import OrderRun

INSIDE = "HUB_TRIAL"
LEAST = 5 / 6  # share of the faults whose true cause must stand first


class Command(BaseCommand):
    help = (
        "In a new folder, plant faults of known causes into a small mesh, run it, and look at what each failure report"
        " says first. Uses DATABASE_URL if that is set; the database must be empty."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--home", default="", help="keep the hub of the trial in this folder, to look at it"
        )
        parser.add_argument("--most", type=int, default=len(FAULTS), help="how many of the faults to plant")

    def handle(self, *args: Any, home: str, most: int, **given: Any) -> None:
        if os.environ.get(INSIDE):
            self._inside(most)
            return
        with tempfile.TemporaryDirectory(prefix="hub-trial-", ignore_cleanup_errors=True) as fresh:
            command = [sys.executable, str(MANAGE), "trial_causes", f"--most={most}"]
            done = subprocess.run(
                command, env={**os.environ, "HUB_HOME": home or fresh, INSIDE: "1"}, check=False
            )
        sys.exit(done.returncode)

    def _inside(self, most: int) -> None:
        bring_tables_up_to_date()
        if OrderRun.objects.exists():
            raise CommandError("The database of the trial holds runs. Give it an empty one.")
        outside = Path(settings.HUB_HOME) / "outside"
        outside.mkdir(parents=True)
        found = [self._told(one) for one in try_causes(Mesh(outside, timezone.now()), FAULTS[:most])]
        right = sum(one.right for one in found)
        self.stdout.write(f"The true cause stands first in {right} of {len(found)} reports.")
        if right < LEAST * len(found):
            sys.exit(1)

    def _told(self, found: Found) -> Found:
        mark = "right" if found.right else f"MISSED (place {found.place})"
        self.stdout.write(f"| {found.fault.name} | {found.fault.kinds[0]} | {mark} | {found.sentence} |")
        self.stdout.flush()
        return found
