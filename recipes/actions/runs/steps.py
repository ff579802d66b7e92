"""The step every settled node ends with: count, ring, and end the run when all is done."""

from __future__ import annotations

from datetime import datetime

from recipes.actions.runs.advance import Held, Wave, count_done
from recipes.actions.runs.end import end_run
from recipes.actions.workers import ring_idle


def go_on(run: Held, wave: Wave, now: datetime, others: int = 0) -> bool:
    """Count what has settled, ring for what others could take, and end the run when all is done; True if it ended.

    `others` are nodes that settled beside those of the wave.
    """
    if count_done(run, len(wave.settled) + others):
        end_run(run, now)
        return True
    if len(wave.ready) > 1:
        ring_idle(len(wave.ready) - 1, now)
    return False
