"""The steps of a kitchen's end, by kind. Each returns what it has done, in words; each may be done twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, Sum

from hub.common.errors import ConflictError
from kitchens.core import words
from kitchens.core.branches import archive_branch, drop_archived, drop_branch
from kitchens.core.crash import crash_point
from kitchens.core.roles import Actor
from kitchens.models import Connection, Kitchen, Pointer, ProvisionStep, Secret, Snapshot
from kitchens.ports import ports
from kitchens.queries.data import newest


class Waiting(Exception):  # noqa: N818 - no fault: it is looked at again
    """The step waits for something outside."""


@dataclass(frozen=True)
class Work:
    """One step at hand."""

    kitchen: Kitchen
    step: ProvisionStep
    by: Actor
    now: datetime


def stop_runs(work: Work) -> str:
    """Cancel the open runs and pause the schedules."""
    runs = ports.stop_runs(work.kitchen.pk, by=work.by, now=work.now)
    plans = ports.pause_schedules(work.kitchen.pk, by=work.by, now=work.now)
    return f"{words.count(runs, 'run')} cancelled, {words.count(plans, 'schedule')} paused."


def archive(work: Work) -> str:
    """Move the branch out of the branches; its commits stay."""
    commit = newest(work.kitchen).commit
    at = archive_branch(settings.MESH_REPOSITORY, work.kitchen.branch, work.kitchen.slug, commit)
    crash_point("retire.branch.copied")
    drop_branch(settings.MESH_REPOSITORY, work.kitchen.branch)
    return f"The branch {work.kitchen.branch} is archived at {at[:10]}."


def take_away(work: Work) -> str:
    """Let the rollback of an ingredient take away what it made, by the instructions frozen when it was made."""
    step, undo = work.step, work.step.undo
    if "undo_run" not in step.details:
        key = f"teardown-{step.pk}-{step.details.get('tries', 0)}"
        run = ports.place_ingredient(
            work.kitchen.pk, undo["ingredient"], undo["values"], key=key, by=work.by, now=work.now
        )
        step.details["undo_run"] = run
    state = ports.state_of_run(step.details["undo_run"])
    if not state:
        raise Waiting
    if state != "green":
        raise ConflictError(
            f"Run {step.details['undo_run']} of {undo['ingredient']} went wrong: {state}",
            remedy="Look at the run, then try again here.",
        )
    return f"Run {step.details['undo_run']} has taken it away."


def forget_secrets(work: Work) -> str:
    """Remove secrets and connections of the kitchen's own."""
    links, _ = Connection.objects.filter(kitchen=work.kitchen).delete()
    kept, _ = Secret.objects.filter(kitchen=work.kitchen).delete()
    return f"{words.count(kept, 'secret')} and {words.count(links, 'connection')} removed."


def release_data(work: Work) -> str:
    """Say which snapshots nobody else names: the collector takes them once the kitchen is gone."""
    others = Pointer.objects.filter(snapshot=OuterRef("pk")).exclude(
        Q(kitchen=work.kitchen) | Q(kitchen__state="gone")
    )
    mine = Pointer.objects.filter(snapshot=OuterRef("pk"), kitchen=work.kitchen)
    rows = Snapshot.objects.filter(Exists(mine), collected_at=None)
    own = rows.filter(~Exists(others)).aggregate(count=Count("pk"), size=Sum("bytes"))
    shared = rows.filter(Exists(others)).count()
    work.step.details |= {"freed": own["count"], "bytes": own["size"] or 0, "kept": shared}
    kept = (
        f" {words.count(shared, 'snapshot')} that others name too {'stay' if shared != 1 else 'stays'}."
        if shared
        else ""
    )
    return f"{words.count(own['count'], 'snapshot')} of its own, up to {words.size(own['size'] or 0)}, released.{kept}"


def drop_refs(work: Work) -> str:
    """Remove the archived branch, and a branch that a crash left."""
    drop_branch(settings.MESH_REPOSITORY, work.kitchen.branch)
    drop_archived(settings.MESH_REPOSITORY, work.kitchen.slug)
    return "The archived branch is removed."


STEPS: Mapping[str, Callable[[Work], str]] = {
    "runs": stop_runs,
    "branch": archive,
    "ingredient": take_away,
    "secrets": forget_secrets,
    "data": release_data,
    "archive": drop_refs,
}
