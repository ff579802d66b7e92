"""Rolling back: an earlier revision becomes the newest one again, files and data together. History only grows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from hub.common.errors import ConflictError, InvalidError
from kitchens.actions import audit, changes, revisions
from kitchens.actions.branches import heal_branch
from kitchens.actions.kitchens import author_of
from kitchens.core.crash import crash_point
from kitchens.core.git import MeshRepository
from kitchens.core.git.merging import commit_tree, tree_of
from kitchens.core.roles import Actor
from kitchens.models import Dataset, Kitchen, RequestEvent, Revision
from kitchens.ports import ports
from kitchens.queries.data import newest, own_ids, resolve_ids
from kitchens.queries.rollbacks import merges_since


def roll_back(
    kitchen: Kitchen, to: Revision, *, by: Actor, now: datetime, note: str = "", overrides: bool = False
) -> Revision:
    """Make the kitchen what it was at an earlier revision, as a new one, and return that.

    Files get a commit on top that has the old state, data the old pointers, the pin its old place; values only with
    `overrides`. InvalidError for a revision of another kitchen, ConflictError where nothing would change or the kitchen
    moved on meanwhile. Changes merged since are marked as rolled back.
    """
    by.require("kitchen.rollback", kitchen.slug)
    _check(kitchen, to)
    ports.catch_up(kitchen.pk, now=now)
    current = newest(kitchen)
    commit = _commit(kitchen, current, to, note, by, now)
    ports.index(commit, now=now)
    crash_point("rollback.before")
    with transaction.atomic():
        number = revisions.next_number(kitchen, expected_head=current.number)
        data = _data(kitchen, current, to)
        values = {"overrides": to.overrides} if overrides else {}
        moves = data["pointers"] or data.get("mirror")
        if commit == current.commit and not moves and _values_stay(current, to, overrides):
            raise ConflictError(f"{kitchen.slug} is as it was at revision {to.number} already.")
        revision = revisions.append(
            kitchen,
            cause="rollback",
            by=by,
            at=now,
            commit=commit,
            number=number,
            note=f"Back to revision {to.number}. {note}".strip(),
            **data,
            **values,
        )
        ports.follow(kitchen.pk, now=now)
        undone = _mark(kitchen, to, revision, by, now)
        facts = {"to": to.number, "revision": revision.number, "requests": undone}
        audit.record(by, "kitchen.rolled_back", kitchen.slug, now, **facts)
        crash_point("rollback.written")
    crash_point("rollback.ledger")
    heal_branch(kitchen)
    crash_point("rollback.ref")
    return revision


def _check(kitchen: Kitchen, to: Revision) -> None:
    if to.kitchen_id != kitchen.pk:
        raise InvalidError(f"{to} is not a revision of the kitchen {kitchen.slug}.", field="number")
    if kitchen.state != "ready":
        raise ConflictError(f"The kitchen {kitchen.slug} is {kitchen.state}; it cannot be rolled back.")


def _values_stay(current: Revision, to: Revision, overrides: bool) -> bool:
    return (not overrides or current.overrides == to.overrides) and (
        current.parent_revision_id == to.parent_revision_id
    )


def _commit(kitchen: Kitchen, current: Revision, to: Revision, note: str, by: Actor, now: datetime) -> str:
    """Return a commit on top of the current one with the files of the old one; the current one where they are the same."""
    repository = MeshRepository(settings.MESH_REPOSITORY)
    tree = tree_of(repository, to.commit)
    if tree == tree_of(repository, current.commit):
        return current.commit
    message = f"Roll {kitchen.slug} back to revision {to.number}\n\n{note}"
    return commit_tree(
        repository, tree, parents=(current.commit,), author=author_of(by), message=message, at=now
    )


def _data(kitchen: Kitchen, current: Revision, to: Revision) -> dict[str, Any]:
    """Return the pointers that make the data what it was: for the root those that differ, below it all of its own."""
    if kitchen.parent_id is not None:
        then = own_ids(to)
        same = then == own_ids(current) and current.parent_revision_id == to.parent_revision_id
        return (
            {"pointers": {}}
            if same
            else {"pointers": then, "parent_revision": to.parent_revision, "mirror": True}
        )
    before, after = resolve_ids(kitchen, at=to), resolve_ids(kitchen, at=current)
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    ids = dict(Dataset.objects.filter(name__in=changed).values_list("name", "pk"))
    return {"pointers": {ids[name]: before.get(name) for name in changed}}


def _mark(kitchen: Kitchen, to: Revision, revision: Revision, by: Actor, now: datetime) -> list[int]:
    """Mark the changes that are out again, and return the requests that had brought them."""
    undone = list(merges_since(kitchen, to).values_list("pk", flat=True))
    changes.rolled_back(undone, now)
    said = f"{by.name} rolled {kitchen.slug} back to revision {to.number}: this is out again (revision {revision.number})."
    RequestEvent.objects.bulk_create(
        RequestEvent(request_id=pk, what="rolled_back", sentence=said, person_id=by.person_id, at=now)
        for pk in undone
    )
    return undone
