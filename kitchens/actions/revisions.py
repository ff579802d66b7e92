"""The ledger of a kitchen: every change of commit, data, pin or overrides appends one revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from hub.common.errors import ConflictError, InvalidError, MissingError
from kitchens.actions import changes
from kitchens.core.git import MeshRepository
from kitchens.core.git.merging import domains_between
from kitchens.core.roles import Actor
from kitchens.core.words import listed
from kitchens.models import Dataset, Kitchen, Pointer, Revision, Snapshot
from kitchens.queries.data import newest

# What an actor must be allowed for each cause of a revision.
NEEDED: Mapping[str, str] = {
    "created": "kitchen.create",
    "provision": "kitchen.create",
    "commit": "recipe.change",
    "publish": "order.place",
    "restore": "data.restore",
    "merge": "kitchen.change",
    "override": "kitchen.change",
    "rollback": "kitchen.rollback",
}


def append(
    kitchen: Kitchen,
    *,
    cause: str,
    by: Actor,
    at: datetime,
    commit: str | None = None,
    pointers: Mapping[int, int | None] | None = None,
    parent_revision: Revision | None = None,
    overrides: Mapping[str, Any] | None = None,
    note: str = "",
    made_by_run: int | None = None,
    expected_head: int | None = None,
    number: int | None = None,
    mirror: bool = False,
) -> Revision:
    """Append a revision and make it the kitchen's newest; what is not given is carried over from the one before.

    `pointers` maps dataset ids to snapshot ids (None: removed). Revisions of one kitchen are appended one after the
    other whoever asks. With `expected_head` ConflictError is raised, and nothing written, if another one came first.
    A caller that has taken its `number` already, to hold the kitchen while it looks, passes it. With `mirror` the
    kitchen has of its own from here on only what `pointers` say, and reads the rest from its parent. Five queries,
    for a commit below production up to ten.
    """
    by.require(_needed(cause, kitchen), kitchen.slug)
    with transaction.atomic(savepoint=number is None):
        number = number or next_number(kitchen, expected_head)
        before = newest(kitchen) if number > 1 else None
        revision = Revision.objects.create(
            kitchen=kitchen,
            number=number,
            commit=_carried(commit, before, "commit", kitchen),
            parent_revision=parent_revision or (before.parent_revision if before else None),
            own_since=number if mirror else (before.own_since if before else 0),
            overrides=dict(overrides) if overrides is not None else (before.overrides if before else {}),
            cause=cause,
            note=note[:300],
            made_by_run=made_by_run,
            by_id=by.person_id,
            at=at,
        )
        _point(revision, pointers or {})
        _note_commit(kitchen, cause, before, revision)
    kitchen.head = number
    return revision


def _point(revision: Revision, pointers: Mapping[int, int | None]) -> None:
    """Write the pointers of a revision: dataset id -> snapshot id, None where it was removed. At most two queries."""
    _check_kept([pk for pk in pointers.values() if pk is not None], revision.cause)
    Pointer.objects.bulk_create(
        Pointer(
            kitchen_id=revision.kitchen_id,
            dataset_id=dataset,
            revision=revision,
            number=revision.number,
            snapshot_id=snapshot,
        )
        for dataset, snapshot in pointers.items()
    )


def _note_commit(kitchen: Kitchen, cause: str, before: Revision | None, revision: Revision) -> None:
    """Note a commit as a fact of the kitchen's change; production has none. At most five queries."""
    if cause != "commit" or before is None or kitchen.parent_id is None:
        return
    repository = MeshRepository(settings.MESH_REPOSITORY)
    changes.committed(kitchen.pk, domains_between(repository, before.commit, revision.commit), at=revision.at)


def _check_kept(snapshots: Sequence[int], cause: str) -> None:
    """MissingError where the data of one is no longer kept; holds the rows against whoever removes data. One query."""
    if not snapshots:
        return
    rows = Snapshot.objects.select_for_update().filter(pk__in=snapshots, collected_at=None)
    if gone := set(snapshots) - set(rows.values_list("pk", flat=True)):
        names = sorted(set(Dataset.objects.filter(snapshots__in=gone).values_list("name", flat=True)))
        raise MissingError(
            f"The data of {listed(names)} as it was then is no longer kept.",
            remedy="Run it again from the start." if cause == "publish" else "Choose a later revision.",
        )


def next_number(kitchen: Kitchen, expected_head: int | None = None) -> int:
    """Take the next revision number, in a transaction; others who want one wait until that has ended. Two queries.

    The update is the lock: on both databases it holds the kitchen's row until the transaction ends.
    """
    row = Kitchen.objects.filter(pk=kitchen.pk)
    waiting = row if expected_head is None else row.filter(head=expected_head)
    if not waiting.update(head=F("head") + 1):
        now_at = row.values_list("head", flat=True).get()
        raise ConflictError(
            f"The kitchen {kitchen.slug} has moved on: it is at revision {now_at}, not {expected_head}.",
            remedy="Look at what changed and try again.",
        )
    return row.values_list("head", flat=True).get()


def pin(kitchen: Kitchen, *, by: Actor, at: datetime) -> Revision:
    """Return the revision a run has to pin: the newest, and for tier canary one that reads its parent's newest.

    A canary kitchen follows its parent; a new revision says so where the parent has moved since, so that all nodes
    of a run see the same. Costs one query, for a canary three, and five more where the parent has moved.
    """
    revision = newest(kitchen)
    if kitchen.tier != "canary" or kitchen.parent is None:
        return revision
    above = newest(kitchen.parent)
    if revision.parent_revision_id == above.pk:
        return revision
    return append(kitchen, cause="merge", by=by, at=at, parent_revision=above, note="Follows its parent")


def _needed(cause: str, kitchen: Kitchen) -> str:
    if cause not in NEEDED:
        raise InvalidError(f"{cause!r} is not a cause of a revision. Use one of {', '.join(NEEDED)}.")
    return kitchen.right(NEEDED[cause])


def _carried(given: str | None, before: Revision | None, field: str, kitchen: Kitchen) -> str:
    if given is not None:
        return given
    if before is None:
        raise InvalidError(f"The first revision of the kitchen {kitchen.slug} needs a {field}.")
    return str(getattr(before, field))
