"""The index of recipes, kept by content, and the schedules that follow the files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from kitchens.core.git import MeshRepository
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from recipes.core.cron import next_slot
from recipes.models import CommitIndex, RecipeVersion, Schedule
from recipes.queries.recipes import as_row, known_versions, read_folder, recipe_keys

Name = tuple[str, str, str]  # domain, recipe, variation


def index_commit(commit: str, *, now: datetime) -> CommitIndex:
    """Return the index of a commit, made where there is none: only recipe folders never seen before are parsed.

    Two or three queries and one insert; the parsing is done outside any transaction. Safe to call from several processes.
    """
    if there := CommitIndex.objects.filter(commit=commit).first():
        return there
    repository = MeshRepository(settings.MESH_REPOSITORY)
    keys = recipe_keys(repository, commit)
    known = known_versions(keys.values())
    fresh = [as_row(key, read_folder(repository, key)) for key in set(keys.values()) - known.keys()]
    for row in fresh:
        row.indexed_at = now
    with transaction.atomic():
        RecipeVersion.objects.bulk_create(fresh, ignore_conflicts=True)
        if fresh:
            known = known_versions(keys.values())
        recipes = {path: known[key] for path, key in keys.items()}
        index, _ = CommitIndex.objects.get_or_create(
            commit=commit, defaults={"recipes": recipes, "indexed_at": now}
        )
    return index


def sync_schedules(kitchen: Kitchen, *, now: datetime, offer: bool = False) -> None:
    """Make the schedules of a kitchen follow the files of its newest revision.

    In production every scheduled variation has an active schedule. A kitchen below gets none by itself; with `offer`
    those that are missing are made, paused. A schedule whose variation is gone, or no longer scheduled, is removed; one
    whose times changed is counted anew from now. Recipes with faults keep the schedules they had. Four queries, and
    one for each schedule that changed.
    """
    wanted, broken = _wanted(newest(kitchen).commit)
    with transaction.atomic():
        rows = {(row.domain, row.recipe, row.variation): row for row in kitchen.schedules.all()}
        gone = [row.pk for name, row in rows.items() if name not in wanted and name[:2] not in broken]
        if gone:
            Schedule.objects.filter(pk__in=gone).delete()
        for name, row in rows.items():
            if name in wanted:
                _update(row, wanted[name], now)
        if kitchen.is_production or offer:
            missing = [_row(kitchen, name, wanted[name], now) for name in wanted if name not in rows]
            Schedule.objects.bulk_create(missing, ignore_conflicts=True)


def _wanted(commit: str) -> tuple[dict[Name, dict[str, Any]], set[tuple[str, str]]]:
    """Return the times of every scheduled variation of a commit, and the recipes that cannot be read."""
    index = CommitIndex.objects.filter(commit=commit).values_list("recipes", flat=True).first() or {}
    rows = RecipeVersion.objects.filter(pk__in=list(index.values()))
    wanted: dict[Name, dict[str, Any]] = {}
    broken: set[tuple[str, str]] = set()
    for domain, recipe, variations in rows.values_list("domain", "name", "spec__variations"):
        if variations is None:
            broken.add((domain, recipe))
        for name, variation in (variations or {}).items():
            if variation["schedule"]:
                wanted[domain, recipe, name] = _times(variation)
    return wanted, broken


def _times(variation: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "cron": variation["schedule"],
        "timezone": variation["timezone"],
        "starts_at": moment(variation["start"], variation["timezone"]),
        "ends_at": moment(variation["end"], variation["timezone"], end=True),
        "catch_up": variation["catch_up"],
    }


def moment(written: str, timezone: str, *, end: bool = False) -> datetime | None:
    """Return the instant a schedule starts or ends: a plain day begins, or as an end is over, in the schedule's zone."""
    if not written:
        return None
    if len(written) > 10:
        found = datetime.fromisoformat(written)
    else:
        found = datetime.combine(date.fromisoformat(written), time.max if end else time.min)
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)


def _first_slot(times: Mapping[str, Any], now: datetime) -> datetime | None:
    start, end = times["starts_at"], times["ends_at"]
    after = max(now, start - timedelta(microseconds=1)) if start else now
    slot = next_slot(times["cron"], times["timezone"], after)
    return None if end and slot > end else slot


def _update(row: Schedule, times: Mapping[str, Any], now: datetime) -> None:
    changed = {key for key, value in times.items() if getattr(row, key) != value}
    if not changed:
        return
    for key in changed:
        setattr(row, key, times[key])
    if changed != {"catch_up"}:
        row.next_slot = _first_slot(times, now)
        changed.add("next_slot")
    row.save(update_fields=sorted(changed))


def _row(kitchen: Kitchen, name: Name, times: Mapping[str, Any], now: datetime) -> Schedule:
    domain, recipe, variation = name
    return Schedule(
        kitchen=kitchen,
        domain=domain,
        recipe=recipe,
        variation=variation,
        paused=not kitchen.is_production,
        next_slot=_first_slot(times, now),
        **times,
    )
