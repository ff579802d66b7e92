"""The history as a list of steps: what ran at which moment, what it had to wait for, and what people did about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hub.demo.suppliers.catalogue import monday
from hub.demo.suppliers.world import World
from recipes.core.cron import slots_between
from recipes.models import Schedule

if TYPE_CHECKING:
    from hub.demo.changes.acts import Act

# Recipe -> the recipes whose newest run before it must have ended: they write what it reads.
FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "reference/catalogue": (),
    "sales/daily": ("reference/catalogue",),
    "logistics/deliveries": ("sales/daily",),
    "logistics/stock": ("sales/daily",),
    "marketing/campaigns": ("sales/daily",),
    "marketing/audience": ("sales/daily",),
    "finance/daily": ("sales/daily", "logistics/deliveries"),
    "finance/weekly": ("finance/daily",),
}
MOVED = "the newest merge into production"


@dataclass(frozen=True)
class Step:
    """One run of the history. `schedule` is None for a run that a person ordered (`by`, a sign-in name).

    With an `act` it is no run, but something that people did about a change (hub.demo.changes).
    """

    key: str
    at: datetime
    recipe: str
    variation: str = "production"
    kitchen: str = "production"
    schedule: Schedule | None = None
    by: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    day: date | None = None  # of the data, where its files must have been dropped
    needs: tuple[str, ...] = ()
    before: Callable[[datetime], None] | None = None  # what people did just before
    act: Act | None = None
    alone: bool = False  # waits for nothing but `needs`


def scheduled_steps(world: World, schedules: Sequence[Schedule], now: datetime) -> list[Step]:
    """Return a step for every slot of the daily and weekly schedules that is past, and one for the opening."""
    start = datetime.combine(world.opened + timedelta(days=1), time(0, 30), UTC)
    found = [
        Step(f"{name} {slot:%Y-%m-%d}", slot, name, schedule=schedule, day=_day_of(slot, schedule))
        for schedule in schedules
        if (name := f"{schedule.domain}/{schedule.recipe}") in FOLLOWS
        for slot in slots_between(schedule.cron, schedule.timezone, start, now)
    ]
    return [_first_catalogue(world), *found]


def chained(steps: list[Step]) -> list[Step]:
    """Return the steps in the order of time, each with what it waits for: the run before it of every recipe it follows."""
    newest: dict[str, str] = {}
    chain: list[Step] = []
    for step in sorted(steps, key=lambda step: step.at):
        wanted = _waits_for(step, newest)
        needs = tuple(newest[name] for name in wanted if name in newest)
        chain.append(replace(step, needs=(*step.needs, *needs)))
        if step.act and step.act.moves_production:
            newest[MOVED] = step.key
        if step.kitchen == "production" and not step.act:
            newest[step.recipe] = step.key
    return chain


def _waits_for(step: Step, newest: Mapping[str, str]) -> tuple[str, ...]:
    """Return the recipes whose newest run must have ended. What moves production waits for all: none may be under way."""
    if step.alone:
        return ()
    return tuple(newest) if step.act else (*FOLLOWS[step.recipe], step.recipe, MOVED)


def _first_catalogue(world: World) -> Step:
    """The first list is loaded by hand on the opening day, whichever day of the week that is."""
    return Step(
        "catalogue of the opening",
        datetime.combine(world.opened, time(9), UTC),
        "reference/catalogue",
        by="tom",
        values={"list_date": monday(world.opened).isoformat()},
        day=world.opened,
    )


def _day_of(slot: datetime, schedule: Schedule) -> date:
    """The day whose data a slot loads: the day before on the schedule's own calendar; Sundays and Mondays their own."""
    local = slot.astimezone(ZoneInfo(schedule.timezone)).date()
    own = f"{schedule.domain}/{schedule.recipe}" in ("reference/catalogue", "logistics/stock")
    return local if own else local - timedelta(days=1)
