"""Runs the history: places past runs through the engine in the order of time, and waits for each as it must."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from hub.demo.changes import Standing, change_steps, go_on, mending_steps, settled_key
from hub.demo.people import actor
from hub.demo.remedies import Remedy, remedy_for
from hub.demo.state import drop_folder
from hub.demo.steps import Step, chained, scheduled_steps
from hub.demo.suppliers.drop import drop_day
from hub.demo.suppliers.world import Defect, World, dice
from hub.demo.trials import trial_steps
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from recipes.actions import progress
from recipes.actions.orders import place_order
from recipes.actions.runs import resume
from recipes.core.status import RED, SETTLED, Status
from recipes.models import OrderRun, Schedule

TOGETHER = timedelta(minutes=61)  # runs whose moments lie closer than this may run side by side
LOOK_EVERY = 0.03  # seconds
NOT_BEGUN = (Status.QUEUED, Status.PENDING)


class History:
    """The runs of the past. It keeps no state of its own: a second start finds in the database how far it came."""

    def __init__(self, world: World, now: datetime) -> None:
        schedules = list(Schedule.objects.filter(kitchen__tier="production"))
        self.world = world
        self.steps = chained(_all_steps(world, schedules, now))
        self.by_key = {step.key: step for step in self.steps}
        self.kitchens = {kitchen.slug: kitchen for kitchen in Kitchen.objects.all()}
        self.runs: dict[str, OrderRun] = {}  # key of a step -> its newest run
        self.acts: dict[str, datetime] = {}  # key of an act under way -> its moment
        self.closed: set[str] = set()
        self.begun: set[str] = (
            set()
        )  # under way: what these read is pinned, so what comes after cannot disturb them
        self._find_earlier_runs()

    def run(self, alive: Callable[[], bool]) -> None:
        """Place what is ready and look how it goes, until all steps are over or nobody is there any more."""
        self._look()
        if len(self.closed) == len(self.steps):
            return
        record = progress.begin(
            "history",
            title=self._title(),
            unit="steps",
            total=len(self.steps),
            done=len(self.closed),
            now=_now(),
        )
        while len(self.closed) < len(self.steps) and alive():
            self._look()
            for step in self._ready():
                self._place(step)
            progress.reach(record, len(self.closed), now=_now())
            time.sleep(LOOK_EVERY)
        progress.reach(record, len(self.closed), now=_now())

    def _title(self) -> str:
        newest = max((self.by_key[key].at for key in self.closed), default=self.steps[0].at)
        if newest.date() <= self.world.anchor:
            return f"{self.world.days} days of history are being run"
        return "Runs that were missed are being made up for"

    def _find_earlier_runs(self) -> None:
        """Learn which steps an earlier start, or the schedule itself, has placed. Three queries."""
        schedules = {step.schedule.pk for step in self.steps if step.schedule}
        ordered = Q(order__schedule__in=schedules) | Q(order__idempotency_key__in=list(self.by_key))
        rows = OrderRun.objects.filter(ordered).select_related("order", "kitchen").defer("plan")
        newest = {_identity(row): row for row in rows.order_by("id")}
        for step in self.steps:
            if run := newest.get((step.schedule.pk, step.at) if step.schedule else (None, step.key)):
                self.runs[step.key] = run
        standing = Standing.read()
        self.closed |= {step.key for step in self.steps if step.act and step.act.is_over(standing)}

    def _ready(self) -> list[Step]:
        """Return the steps whose turn it is: all they wait for is over, and nothing much older has still to begin.

        So the next night's run begins while the last run of a day is still under way, and no worker is idle.
        """
        waiting = [step for step in self.steps if step.key not in self.closed and step.key not in self.begun]
        horizon = waiting[0].at + TOGETHER if waiting else None
        return [
            step
            for step in waiting
            if horizon
            and step.at <= horizon
            and step.key not in self.runs
            and step.key not in self.acts
            and self.closed.issuperset(step.needs)
        ]

    def _place(self, step: Step) -> None:
        """Order the run as it was ordered then; its clock is put back by as much as it is late now."""
        at = step.at + timedelta(seconds=dice("late", step.key).uniform(0.4, 9))
        if step.act:
            self.acts[step.key] = at
            return
        if step.day:
            drop_day(drop_folder(), self.world, step.day)
        if step.before:
            step.before(at)
            self.kitchens = {kitchen.slug: kitchen for kitchen in Kitchen.objects.all()}
        now = _now()
        domain, recipe = step.recipe.split("/")
        self.runs[step.key] = place_order(
            kitchen=self.kitchens[step.kitchen],
            domain=domain,
            recipe=recipe,
            variation=step.variation,
            by=actor(step.by) if step.by else THE_HUB,
            now=now,
            values=dict(step.values),
            idempotency_key=None if step.schedule else step.key,
            schedule=step.schedule,
            slot=step.at if step.schedule else None,
            clock_shift=(at - now).total_seconds(),
        )

    def _look(self) -> None:
        """Let acts go on; see which open runs have ended, and resume the failed ones that people resumed then."""
        for key, at in list(self.acts.items()):
            act = self.by_key[key].act
            if key not in self.closed and act and go_on(act, at):
                self.closed.add(key)
        open_runs = {run.pk: key for key, run in self.runs.items() if key not in self.closed}
        seen = OrderRun.objects.filter(pk__in=open_runs).order_by().values_list("pk", "status")
        self.begun = {open_runs[pk] for pk, status in seen if status not in NOT_BEGUN}
        for pk, status in seen:
            if status not in SETTLED:
                continue
            step, run = self.by_key[open_runs[pk]], self.runs[open_runs[pk]]
            remedy = remedy_for(step, self.world) if status in RED and run.resumes_id is None else None
            if remedy and remedy.change and settled_key(remedy.change) not in self.closed:
                continue  # the recipe is mended first
            if remedy:
                self._resume(step, run, remedy)
                self.begun.discard(step.key)
            else:
                self.closed.add(step.key)

    def _resume(self, step: Step, run: OrderRun, remedy: Remedy) -> None:
        at, now = step.at + remedy.after, _now()
        if step.day and not remedy.change:
            drop_day(drop_folder(), self.world, step.day, mended=True)
        self.runs[step.key] = resume(
            run,
            by=actor(remedy.by),
            now=now,
            recipe=remedy.recipe,
            values="old",
            clock_shift=(at - now).total_seconds(),
        )


def _all_steps(world: World, schedules: list[Schedule], now: datetime) -> list[Step]:
    """Return the scheduled runs up to now, those that people ordered, and what people did about changes."""
    scheduled = scheduled_steps(world, schedules, now)
    renamed = world.since(Defect.RENAMED_COLUMN)
    red = [step for step in scheduled if step.recipe == "marketing/campaigns" and step.day == renamed]
    mended = [step for found in red for step in mending_steps(world, found.at)]
    people = [step for step in [*trial_steps(world), *change_steps(world), *mended] if step.at <= now]
    return [*scheduled, *people]


def _identity(run: OrderRun) -> tuple[object, object]:
    """What tells which step a run belongs to: schedule and slot, or the key it was ordered under."""
    return (run.order.schedule_id, run.slot) if run.slot else (None, run.order.idempotency_key)


def _now() -> datetime:
    return datetime.now(UTC)
