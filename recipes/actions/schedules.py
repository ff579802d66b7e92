"""Schedules: fire what is due, once for each slot; pause and go on."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from hub.common.errors import HubError
from kitchens.actions import audit
from kitchens.core.roles import THE_HUB, Actor
from recipes.actions import canaries
from recipes.actions.orders import place_order
from recipes.core.cron import CronError, next_slot, slots_between
from recipes.models import Schedule

logger = logging.getLogger(__name__)
ON_TIME = timedelta(seconds=60)  # a slot that is later than this was missed: the catch-up policy decides
MOST_SLOTS = 1000


def fire_due(now: datetime) -> int:
    """Place a run for every slot that is due, and return how many were placed. Idempotent: two leaders are harmless.

    One query where nothing is due.
    """
    due = Schedule.objects.filter(paused=False, next_slot__lte=now, kitchen__state="ready")
    return sum(_fire(schedule, now) for schedule in due.select_related("kitchen").order_by("next_slot"))


def set_paused(schedule: Schedule, paused: bool, *, by: Actor, now: datetime) -> Schedule:
    """Pause a schedule, or let it go on from the next slot: slots that passed in a pause are not caught up."""
    by.require("schedule.change", schedule.kitchen.slug)
    with transaction.atomic():
        schedule.paused = paused
        schedule.paused_by = by.name[:150] if paused else ""
        if not paused:
            schedule.next_slot = following(schedule, now)
        schedule.save(update_fields=["paused", "paused_by", "next_slot"])
        what = "schedule.paused" if paused else "schedule.resumed"
        audit.record(by, what, f"{schedule} in {schedule.kitchen.slug}", now)
    return schedule


def following(schedule: Schedule, after: datetime) -> datetime | None:
    """Return the first slot later than `after`, within start and end; None where there is none to come."""
    if schedule.starts_at and schedule.starts_at > after:
        after = schedule.starts_at - timedelta(microseconds=1)
    slot = next_slot(schedule.cron, schedule.timezone, after)
    return None if schedule.ends_at and slot > schedule.ends_at else slot


def due_slots(schedule: Schedule, now: datetime) -> list[datetime]:
    """Return the slots to run now, oldest first, by the schedule's catch-up policy; at most a thousand."""
    first = schedule.next_slot
    if first is None or first > now:
        return []
    until = min(now, schedule.ends_at) if schedule.ends_at else now
    passed = slots_between(
        schedule.cron, schedule.timezone, first - timedelta(microseconds=1), until, limit=MOST_SLOTS
    )
    if schedule.catch_up == "all":
        return passed
    if schedule.catch_up == "latest":
        return passed[-1:]
    return [slot for slot in passed if now - slot <= ON_TIME]


def _fire(schedule: Schedule, now: datetime) -> int:
    """Place the runs first, then move the schedule on: after a crash in between the same slots find their runs there."""
    try:
        slots = due_slots(schedule, now)
        upcoming = following(schedule, now)
    except CronError as fault:
        return _fail(schedule, str(fault), None, now)
    placed = 0
    try:
        for slot in slots:
            _place(schedule, slot, now)
            canaries.fire(schedule, slot, now)
            placed += 1
    except HubError as fault:
        return _fail(schedule, str(fault), upcoming, now)
    last = {"last_slot": slots[-1]} if slots else {}
    _move_on(schedule, upcoming, **last)
    return placed


def _place(schedule: Schedule, slot: datetime, now: datetime) -> None:
    place_order(
        kitchen=schedule.kitchen,
        domain=schedule.domain,
        recipe=schedule.recipe,
        variation=schedule.variation,
        by=THE_HUB,
        now=now,
        schedule=schedule,
        slot=slot,
    )


def _fail(schedule: Schedule, fault: str, upcoming: datetime | None, now: datetime) -> int:
    """Write down that a slot could not be placed, and go on with the next one: one bad recipe stops no other."""
    logger.warning("The schedule %s in %s could not be placed: %s", schedule, schedule.kitchen.slug, fault)
    if _move_on(schedule, upcoming):
        subject = f"{schedule} in {schedule.kitchen.slug}"
        audit.record(
            THE_HUB, "schedule.failed", subject, now, slot=str(schedule.next_slot), fault=fault[:500]
        )
    return 0


def _move_on(schedule: Schedule, upcoming: datetime | None, **facts: datetime) -> bool:
    """Set the next slot, unless someone else has moved the schedule meanwhile."""
    same = Schedule.objects.filter(pk=schedule.pk, next_slot=schedule.next_slot, paused=False)
    return bool(same.update(next_slot=upcoming, **facts))
