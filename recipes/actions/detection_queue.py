"""Trials of what tests catch, asked for on a page and done by a worker."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from hub.common.errors import HubError, MissingError
from hub.common.queue import ring
from kitchens.actions import audit
from kitchens.core.crash import crash_point
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import Dataset, Kitchen
from kitchens.queries.data import resolve_snapshots
from recipes.actions import workers
from recipes.actions.detection import try_detection
from recipes.core.clock import Clock
from recipes.models import DetectionPower

SECONDS = 45.0  # that one trial may take: less than a worker may be silent
LEASE = timedelta(seconds=3 * SECONDS)  # after which the worker that took it is thought dead


def ask_detection(kitchen: Kitchen, dataset: str, *, by: Actor, now: datetime) -> None:
    """Ask for a trial; while one is asked for already nothing more comes of it.

    NotAllowedError for who may not change recipes there, MissingError where there is nothing to try. Four queries.
    """
    by.require("recipe.change", kitchen.slug)
    if dataset not in resolve_snapshots(kitchen, [dataset]):
        raise MissingError(
            f"{dataset[:160]} has no version in {kitchen.slug} yet.", remedy="Run its recipe first."
        )
    with transaction.atomic():
        row, _ = DetectionPower.objects.select_for_update().get_or_create(
            kitchen=kitchen, dataset=Dataset.objects.get(name=dataset)
        )
        if row.asked_at is not None:
            return
        row.asked_at, row.asked_by_id, row.trouble = now, by.person_id, ""
        row.save(update_fields=["asked_at", "asked_by", "trouble"])
        audit.record(by, "detection.asked", kitchen.slug, now, dataset=dataset)
        ring()


def drain(worker: str, clock: Clock) -> int:
    """Do the trials that are asked for, oldest first; return how many. One query where there are none."""
    done = 0
    while row := _take(clock()):
        crash_point("detection.taken")
        workers.beat(worker, clock(), f"trying the tests of {row.dataset.name}")
        _try(row, clock)
        workers.beat(worker, clock())
        done += 1
    return done


def look(now: datetime) -> None:
    """Ring where a trial waits: its bell may have been lost, or its worker died. One query."""
    if _waiting(now).exists():
        ring()


def _waiting(now: datetime) -> QuerySet[DetectionPower]:
    free = Q(taken_until=None) | Q(taken_until__lt=now)
    return DetectionPower.objects.filter(free, asked_at__isnull=False)


def _take(now: datetime) -> DetectionPower | None:
    """Return a trial that is this worker's for the time of its lease; of two that ask at once one gets it."""
    for pk in _waiting(now).order_by("asked_at").values_list("pk", flat=True)[:5]:
        if _waiting(now).filter(pk=pk).update(taken_until=now + LEASE):
            return DetectionPower.objects.select_related("kitchen", "dataset", "asked_by").get(pk=pk)
    return None


def _try(row: DetectionPower, clock: Clock) -> None:
    """Do a trial and write down what came of it, or why nothing did; asked anew meanwhile, it is done anew."""
    by = row.asked_by.actor() if row.asked_by else THE_HUB
    trouble = ""
    try:
        try_detection(row.kitchen, row.dataset.name, by=by, now=clock(), seconds=SECONDS)
    except HubError as fault:
        trouble = " ".join(filter(None, [fault.message, fault.remedy]))[:400]
    mine = DetectionPower.objects.filter(pk=row.pk, asked_at=row.asked_at)
    mine.update(asked_at=None, taken_until=None, trouble=trouble)
