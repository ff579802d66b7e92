"""What a retired kitchen means for its runs."""

from __future__ import annotations

from datetime import datetime

from hub.common.errors import ConflictError
from kitchens.core.roles import Actor
from recipes.actions.runs import cancel
from recipes.core.status import OPEN
from recipes.models import OrderRun, Schedule


def stop_runs(kitchen_id: int, *, by: Actor, now: datetime) -> int:
    """Cancel every open run of a kitchen and return how many there were; those that end by themselves first are fine."""
    stopped = 0
    for run in (
        OrderRun.objects.filter(kitchen=kitchen_id, status__in=OPEN).select_related("kitchen").defer("plan")
    ):
        try:
            cancel(run, by=by, now=now)
            stopped += 1
        except ConflictError:
            continue
    return stopped


def pause_schedules(kitchen_id: int, *, by: Actor, now: datetime) -> int:
    """Pause every schedule of a kitchen and return how many there were; one that is paused already is left alone."""
    plans = Schedule.objects.filter(kitchen=kitchen_id, paused=False)
    return plans.update(paused=True, paused_by=f"{by.name}, as the kitchen was retired"[:150])
