"""`manage.py trial_changes`: kill processes while kitchens are made, merged, ended, and prove nothing is half done."""

from __future__ import annotations

from typing import Any

from hub.management.commands import trial_kills
from hub.trials.changes.kills import try_changes


class Command(trial_kills.Command):
    help = (
        "Start a hub of its own in a new folder, let people make, change, merge, roll back and end kitchens, kill -9"
        " their and its processes at random, and check ledger, git and data. Uses DATABASE_URL if that is set; the"
        " database must be empty."
    )
    name = "trial_changes"

    def _try(self, kills: int, seed: int) -> dict[str, Any]:
        return try_changes(kills, seed, self._report)
