"""Merging down: a kitchen takes in what its parent has become, and keeps what it has changed and written itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions import audit, revisions
from kitchens.actions.branches import heal_branch
from kitchens.actions.kitchens import author_of
from kitchens.actions.merges.holding import hold_back
from kitchens.actions.merges.requests import hold, tell
from kitchens.core.crash import crash_point
from kitchens.core.git import MeshRepository
from kitchens.core.git.merging import commit_merge
from kitchens.core.merging import Resolution
from kitchens.core.roles import Actor
from kitchens.core.words import listed
from kitchens.models import Kitchen, MergeRequest, Revision
from kitchens.ports import ports
from kitchens.queries.data import newest
from kitchens.queries.merges.looks import Look, preview_of


def merge_down(
    kitchen: Kitchen, *, by: Actor, now: datetime, resolutions: Mapping[str, Resolution] | None = None
) -> Revision:
    """Take the parent's newest revision in, and return the kitchen's new one: files merged, pin moved, own data kept.

    ConflictError names the files that both sides changed and no resolution is given for, or says that there is nothing
    to take in. A request from the parent to the kitchen resolves them in the browser.
    """
    by.require("kitchen.change", kitchen.slug)
    seen = look_down(kitchen, resolutions or {}, now)
    if seen.preview.open:
        paths = [conflict.path for conflict in seen.preview.open]
        raise ConflictError(f"Both sides changed {listed(paths)}.", remedy="Resolve the conflicts first.")
    return bring_down(kitchen, seen, by=by, now=now)


def look_down(kitchen: Kitchen, resolutions: Mapping[str, Resolution], now: datetime) -> Look:
    """Return what taking the parent in would give now; ConflictError where there is nothing, or one is not in use."""
    parent = kitchen.parent
    if parent is None:
        raise InvalidError("Production has no parent to take anything in from.")
    for one in (kitchen, parent):
        if one.state != "ready":
            raise ConflictError(
                f"The kitchen {one.slug} is {one.state}; nothing is merged into or out of it."
            )
        ports.catch_up(one.pk, now=now)
    source, target = newest(parent), newest(kitchen)
    if target.parent_revision_id == source.pk:
        raise ConflictError(f"{kitchen.slug} has everything of {parent.slug} already.")
    told = {path: resolution.as_dict() for path, resolution in resolutions.items()}
    return Look(source, target, preview_of(kitchen, source.commit, target.commit, told), "")


def bring_down(
    kitchen: Kitchen, seen: Look, *, by: Actor, now: datetime, request: MergeRequest | None = None
) -> Revision:
    """Write the kitchen's new revision out of a look without open conflicts; ConflictError where the kitchen moved on."""
    by.require("kitchen.change", kitchen.slug)
    commit = _commit(kitchen, seen, by, now)
    ports.index(commit, now=now)
    crash_point("merge.before")
    with transaction.atomic():
        held = hold_back(kitchen, seen.target.parent_revision, seen.source)
        revision = revisions.append(
            kitchen,
            cause="merge",
            by=by,
            at=now,
            commit=commit,
            parent_revision=seen.source,
            expected_head=seen.target.number,
            note=f"Took in {seen.source}" + (f"; personal, and not copied: {listed(held)}" if held else ""),
        )
        ports.follow(kitchen.pk, now=now)
        if request is not None:
            _close(request, revision, by, now)
        facts = {"parent": str(seen.source), "revision": revision.number}
        audit.record(by, "merge.down", kitchen.slug, now, **facts)
        crash_point("merge.written")
    crash_point("merge.ledger")
    heal_branch(kitchen)
    crash_point("merge.ref")
    return revision


def _commit(kitchen: Kitchen, seen: Look, by: Actor, now: datetime) -> str:
    """Return the commit the kitchen is at afterwards: its own, its parent's, or a new one that has both."""
    if seen.preview.up_to_date:
        return seen.target.commit
    if seen.preview.fast_forward:
        return seen.source.commit
    message = f"Take in {seen.source}"
    return commit_merge(
        MeshRepository(settings.MESH_REPOSITORY), seen.preview, author=author_of(by), message=message, at=now
    )


def _close(request: MergeRequest, revision: Revision, by: Actor, now: datetime) -> None:
    held = hold(request)
    held.state, held.merged_revision, held.closed_at = "merged", revision, now
    held.merged_by_id = by.person_id
    held.save(update_fields=["state", "merged_revision", "closed_at", "merged_by"])
    said = f"{by.name} merged it: revision {revision.number} of {held.target.slug}."
    tell(held, "merged", said, now=now, by=by)
