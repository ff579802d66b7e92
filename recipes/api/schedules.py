"""Schedules: when they fire next, paused and resumed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router, Schema
from pydantic import Field

from hub.common.errors import MissingError
from kitchens.api.access import actor, may
from kitchens.api.paging import LARGEST_ID, AfterId, Limit, Page, page
from recipes.actions.schedules import set_paused
from recipes.models import Schedule
from recipes.queries import lists

router = Router(tags=["Schedules"])
ScheduleId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class ScheduleOut(Schema):
    id: int
    kitchen: str
    domain: str
    recipe: str
    variation: str
    cron: str = Field(examples=["0 5 * * *"])
    timezone: str = Field(examples=["America/New_York"])
    catch_up: str = Field(examples=["latest"])
    paused: bool
    paused_by: str
    next_slot: datetime | None
    last_slot: datetime | None

    @staticmethod
    def resolve_kitchen(schedule: Schedule) -> str:
        return schedule.kitchen.slug


@router.get("/schedules", response=Page[ScheduleOut], summary="List the schedules", **may("mesh.see"))
def list_schedules(
    request: HttpRequest,
    response: HttpResponse,
    kitchen: Annotated[str, Query(max_length=60, description="Name of the kitchen")] = "production",
    limit: Limit = 50,
    after: AfterId = None,
) -> dict[str, Any]:
    """The schedules of a kitchen; below production they start paused."""
    rows = lists.schedules(kitchen)
    return page(request, response, rows.filter(pk__gt=after) if after else rows, limit, key=lambda s: s.pk)


@router.post(
    "/schedules/{schedule_id}/pause", response=ScheduleOut, summary="Pause", **may("schedule.change")
)
def pause_schedule(request: HttpRequest, schedule_id: ScheduleId) -> Schedule:
    """Let a schedule fire no more until it is resumed. Runs already placed go on."""
    return set_paused(_find(schedule_id), True, by=actor(request), now=timezone.now())


@router.post(
    "/schedules/{schedule_id}/resume", response=ScheduleOut, summary="Go on", **may("schedule.change")
)
def resume_schedule(request: HttpRequest, schedule_id: ScheduleId) -> Schedule:
    """Let a schedule fire again from its next slot on; slots that passed meanwhile are not made up for."""
    return set_paused(_find(schedule_id), False, by=actor(request), now=timezone.now())


def _find(schedule_id: int) -> Schedule:
    found = Schedule.objects.select_related("kitchen").filter(pk=schedule_id).first()
    if found is None:
        raise MissingError(f"There is no schedule {schedule_id}.")
    return found
