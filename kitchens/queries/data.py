"""What a dataset is in a kitchen, now or at a revision; its history; the difference of two of its versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from hub.common.errors import InvalidError, MissingError
from kitchens.core.stores import open_store
from kitchens.core.stores.base import Column, DataStore, Diff, Part, StoreAddress, StoreError, Version
from kitchens.models import Dataset, Kitchen, Pointer, Revision, Snapshot

REMOVED = 0  # stands for "removed here" where a snapshot's id is expected


@dataclass(frozen=True)
class Change:
    """From this revision of a kitchen on, a dataset was this snapshot (None: removed)."""

    revision: Revision
    snapshot: Snapshot | None


def newest(kitchen: Kitchen) -> Revision:
    """Return what the kitchen is now; MissingError before its first revision. One query."""
    revision = (
        Revision.objects.filter(kitchen=kitchen)
        .select_related("kitchen", "parent_revision__kitchen")
        .order_by("-number")
        .first()
    )
    if revision is None:
        raise MissingError(f"The kitchen {kitchen.slug} has no revision yet.")
    return revision


def version_of(snapshot: Snapshot) -> Version:
    """Return the snapshot as the stores know it. No query if its dataset is loaded."""
    return Version(
        dataset=snapshot.dataset.name,
        store=snapshot.store,
        columns=tuple(Column(**column) for column in snapshot.columns),
        parts=tuple(Part(**part) for part in snapshot.parts),
        partition_column=snapshot.partition_column,
        snapshot_id=snapshot.pk,
    )


def resolve(
    kitchen: Kitchen, names: Iterable[str] | None = None, at: Revision | None = None
) -> dict[str, Version]:
    """Return the version each dataset has in the kitchen; datasets that have none there are left out.

    What the kitchen has not written it reads from its parent at the pinned revision, and so on upwards; of a dataset
    that it was given a copy of (masked, a sample, without rows) it reads its own or nothing. With `at`
    the kitchen is read as it was then; without it as it is now, and one of tier canary reads its parent's newest.
    Costs at most two queries a level and one for the snapshots.
    """
    snapshots = resolve_snapshots(kitchen, names, at)
    return {name: version_of(snapshot) for name, snapshot in snapshots.items()}


def resolve_snapshots(
    kitchen: Kitchen, names: Iterable[str] | None = None, at: Revision | None = None
) -> dict[str, Snapshot]:
    """Return what `resolve` does as rows, with their datasets loaded."""
    ids = {pk for pk in resolve_ids(kitchen, names, at).values() if pk is not None}
    found = Snapshot.objects.filter(pk__in=ids).select_related("dataset")
    return dict(sorted((snapshot.dataset.name, snapshot) for snapshot in found))


def resolve_ids(
    kitchen: Kitchen, names: Iterable[str] | None = None, at: Revision | None = None
) -> dict[str, int | None]:
    """Return the snapshot id each dataset has in the kitchen, None where it was removed. Two queries a level."""
    wanted = None if names is None else set(names)
    found: dict[str, int | None] = {}
    for revision in lineage(kitchen, at):
        missing = None if wanted is None else wanted - found.keys()
        if missing is not None and not missing:
            break
        for name, snapshot_id in _written(revision, missing):
            found.setdefault(name, snapshot_id or None)
        for (
            name
        ) in revision.kitchen.data_choices:  # its own, or nothing: what was masked is never read through
            if wanted is None or name in wanted:
                found.setdefault(name, None)
    return found


def lineage(kitchen: Kitchen, at: Revision | None = None) -> Iterator[Revision]:
    """Yield the revisions to read from: the kitchen's own, then its parents' up to production. One query each."""
    revision: Revision | None = at or newest(kitchen)
    live = at is None and kitchen.tier == "canary"
    if at is not None and at.kitchen_id == kitchen.pk:
        at.kitchen = kitchen
    while revision is not None:
        yield revision
        if live and revision.kitchen_id == kitchen.pk and kitchen.parent_id:
            revision = newest(Kitchen.objects.get(pk=kitchen.parent_id))
        elif revision.parent_revision_id:
            revision = Revision.objects.select_related("kitchen").get(pk=revision.parent_revision_id)
        else:
            revision = None


def _written(revision: Revision, names: set[str] | None) -> QuerySet[Dataset, tuple[str, int]]:
    """Return (dataset, snapshot id or REMOVED) of what the kitchen itself had written by this revision.

    One index look-up a dataset: the cost does not grow with the number of revisions.
    """
    last = (
        Pointer.objects.filter(
            kitchen=revision.kitchen_id,
            dataset=OuterRef("pk"),
            number__lte=revision.number,
            number__gte=revision.own_since,
        )
        .order_by("-number")
        .values(snap=Coalesce("snapshot_id", REMOVED))
    )
    datasets = Dataset.objects.all() if names is None else Dataset.objects.filter(name__in=names)
    return (
        datasets.order_by()
        .annotate(snap=Subquery(last[:1]))
        .filter(snap__isnull=False)
        .values_list("name", "snap")
    )


def own_ids(revision: Revision) -> dict[int, int | None]:
    """Return dataset id -> snapshot id (None: removed) of what the kitchen itself has at a revision. One query.

    The cost grows with what the kitchen has written, so it is for kitchens below production.
    """
    found: dict[int, int | None] = {}
    rows = Pointer.objects.filter(
        kitchen=revision.kitchen_id, number__lte=revision.number, number__gte=revision.own_since
    )
    for dataset, snapshot in rows.order_by("-number").values_list("dataset", "snapshot"):
        found.setdefault(dataset, snapshot)
    return found


def history(kitchen: Kitchen, dataset: str, limit: int = 50) -> list[Change]:
    """Return the versions a dataset has had in the kitchen itself, newest first. One query."""
    pointers = (
        Pointer.objects.filter(kitchen=kitchen, dataset__name=dataset)
        .select_related("revision__by", "snapshot__dataset")
        .order_by("-number")[:limit]
    )
    return [Change(pointer.revision, pointer.snapshot) for pointer in pointers]


def store_address(kitchen: Kitchen) -> StoreAddress:
    """Return where the kitchen's data lies. Holds a password for PostgreSQL: it travels on a pipe only."""
    if kitchen.store == "postgresql":
        if not settings.STORE_URL:
            raise InvalidError(
                f"The kitchen {kitchen.slug} keeps its data in PostgreSQL, but no address is set.",
                remedy="Set HUB_STORE_URL to postgresql://user:password@host:port/name.",
            )
        return StoreAddress("postgresql", settings.STORE_URL)
    return StoreAddress("embedded", str(settings.SNAPSHOT_ROOT))


def open_kitchen_store(kitchen: Kitchen) -> DataStore:
    """Return the kitchen's data store."""
    return open_store(store_address(kitchen))


def diff(
    kitchen: Kitchen, dataset: str, old: Snapshot, new: Snapshot, key: Sequence[str], limit: int = 20
) -> Diff:
    """Compare two snapshots of a dataset by key; InvalidError where that cannot be done. Reads the data store."""
    for snapshot in (old, new):
        if snapshot.dataset.name != dataset:
            raise InvalidError(f"{snapshot} is not a version of {dataset}.")
        if snapshot.collected_at:
            raise MissingError(f"The data of {snapshot} was never published and has been removed.")
    try:
        return open_kitchen_store(kitchen).diff(version_of(old), version_of(new), key, limit)
    except StoreError as fault:
        raise InvalidError(str(fault)) from fault


def heads(versions: Mapping[str, Version], names: Iterable[str]) -> dict[str, int | None]:
    """Return the snapshot ids that a publish of these datasets expects, from what was resolved at the start."""
    return {name: versions[name].snapshot_id if name in versions else None for name in names}
