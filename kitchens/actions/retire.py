"""The end of a kitchen: retired, brought back within a week, and cleaned after it. Facts about it stay for ever."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions import audit, changes, teardown
from kitchens.core.branches import archived_commit, drop_archived, put_branch
from kitchens.core.crash import crash_point
from kitchens.core.git import MeshRepository
from kitchens.core.lifetime import AGAIN, recoverable_until
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Provision
from kitchens.queries.data import newest
from kitchens.queries.end_of_life import what_keeps

RETIRE: tuple[teardown.Planned, ...] = (
    ("runs", "Runs and schedules", {}),
    ("branch", "Branch", {}),
)
PURGE: tuple[teardown.Planned, ...] = (
    ("secrets", "Secrets and connections", {}),
    ("data", "Data of its own", {}),
    ("archive", "Archived branch", {}),
)


def retire_kitchen(kitchen: Kitchen, *, by: Actor, now: datetime) -> Kitchen:
    """Close a kitchen and archive it: it can be brought back for a week, then it is cleaned.

    Its open runs are cancelled, its schedules paused, its branch moved out of the branches. Twice the same changes
    nothing. ConflictError while other kitchens or an open merge request need it. What a crash leaves undone, the hub
    finishes by the journal that is written with the new state.
    """
    by.require("kitchen.retire", kitchen.slug)
    kitchen, journal = _closed(kitchen, by, now)
    crash_point("retire.begun")
    if journal:
        teardown.go_on(journal, now)
    return kitchen


@transaction.atomic
def _closed(kitchen: Kitchen, by: Actor, now: datetime) -> tuple[Kitchen, Provision | None]:
    kitchen = Kitchen.objects.select_for_update().get(pk=kitchen.pk)
    if kitchen.is_production:
        raise InvalidError("Production cannot be retired: it is the root of all kitchens.")
    if kitchen.state in ("retired", "gone"):
        return kitchen, None
    if reason := what_keeps(kitchen):
        raise ConflictError(f"{kitchen.slug} cannot be retired: {reason}", remedy="End those first.")
    kitchen.state, kitchen.retired_at, kitchen.state_note = "retired", now, ""
    kitchen.save(update_fields=["state", "retired_at", "state_note"])
    changes.abandoned(kitchen.pk, now)
    audit.record(by, "kitchen.retired", kitchen.slug, now)
    return kitchen, teardown.begin(kitchen, "retire", RETIRE, by=by, now=now)


def restore_kitchen(kitchen: Kitchen, *, by: Actor, now: datetime) -> Kitchen:
    """Bring a retired kitchen back as it was, with its branch; it ends in a week at the earliest. Schedules stay paused.

    ConflictError where the week is over, cleaning has begun, or its parent is retired. Twice the same changes nothing.
    """
    by.require("kitchen.retire", kitchen.slug)
    _finish_retirement(kitchen, now)
    kitchen = _opened(kitchen, by, now)
    crash_point("restore.opened")
    drop_archived(settings.MESH_REPOSITORY, kitchen.slug)  # `tidy` does it where a crash came before
    return kitchen


def _finish_retirement(kitchen: Kitchen, now: datetime) -> None:
    """Finish what a crash of the retirement left: it must not go on once the kitchen is open again."""
    left = kitchen.provisions.filter(kind="teardown", digest="retire", state="creating")
    for journal in left:
        if not teardown.go_on(journal, now):
            raise ConflictError(f"{kitchen.slug} is still being archived.", remedy="Try again in a minute.")


@transaction.atomic
def _opened(kitchen: Kitchen, by: Actor, now: datetime) -> Kitchen:
    kitchen = Kitchen.objects.select_for_update(of=("self",)).select_related("parent").get(pk=kitchen.pk)
    if kitchen.state == "ready":
        return kitchen
    _check_recoverable(kitchen, now)
    kitchen.state, kitchen.retired_at, kitchen.warned_at = "ready", None, None
    if kitchen.ends_on:
        kitchen.ends_on = max(kitchen.ends_on, (now + AGAIN).date())
    kitchen.save(update_fields=["state", "retired_at", "warned_at", "ends_on"])
    audit.record(by, "kitchen.restored", kitchen.slug, now, ends_on=str(kitchen.ends_on or ""))
    put_branch(settings.MESH_REPOSITORY, kitchen.branch, _where_it_stood(kitchen))
    return kitchen


def _check_recoverable(kitchen: Kitchen, now: datetime) -> None:
    begun = kitchen.provisions.filter(kind="teardown", digest="purge").exists()
    if kitchen.state != "retired" or begun or now >= recoverable_until(kitchen.retired_at):
        raise ConflictError(
            f"{kitchen.slug} cannot be brought back any more: a retired kitchen is kept for seven days.",
            remedy="Make a new one from its parent. What it was stays readable as facts.",
        )
    if kitchen.parent and kitchen.parent.state != "ready":
        raise ConflictError(
            f"Its parent {kitchen.parent} is retired.", remedy=f"Bring back {kitchen.parent} first."
        )


def _where_it_stood(kitchen: Kitchen) -> str:
    """Return the commit of the branch: the archived one, unless the ledger has gone another way."""
    ledger = newest(kitchen).commit
    archived = archived_commit(settings.MESH_REPOSITORY, kitchen.slug)
    if archived and MeshRepository(settings.MESH_REPOSITORY).contains(archived, ledger):
        return archived
    return ledger


def purge_kitchen(kitchen: Kitchen, *, by: Actor, now: datetime) -> Kitchen:
    """Clean a retired kitchen: what it made outside, its secrets, its data, its archived branch. Facts stay.

    It is gone afterwards, also where something could not be removed: that is listed, with a way to try again.
    ConflictError before its week is over, or while a kitchen made of it is not gone. Twice the same changes nothing.
    """
    by.require("kitchen.retire", kitchen.slug)
    _finish_retirement(kitchen, now)
    journal = _purge_begun(kitchen, by, now)
    crash_point("purge.begun")
    if journal:
        teardown.go_on(journal, now)
    kitchen.refresh_from_db()
    return kitchen


@transaction.atomic
def _purge_begun(kitchen: Kitchen, by: Actor, now: datetime) -> Provision | None:
    kitchen = Kitchen.objects.select_for_update().get(pk=kitchen.pk)
    if kitchen.state == "gone":
        return None
    if there := kitchen.provisions.filter(kind="teardown", digest="purge").first():
        return there
    if kitchen.state != "retired" or now < recoverable_until(kitchen.retired_at):
        raise ConflictError(f"{kitchen.slug} is not cleaned before it has been retired for seven days.")
    if child := kitchen.children.exclude(state__in=("gone", "failed")).first():
        raise ConflictError(f"{child} was made of {kitchen.slug} and still reads its data.")
    made = kitchen.provisions.filter(kind="create", steps__kind="ingredient", steps__state="done")
    outside: list[teardown.Planned] = [
        ("ingredient", step.title, dict(step.undo))
        for provision in made.distinct()
        for step in provision.steps.filter(kind="ingredient", state="done").order_by("-place")
        if step.undo
    ]
    return teardown.begin(kitchen, "purge", [*outside, *PURGE], by=by, now=now)
