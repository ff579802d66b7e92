"""Moves the pointers: records staged snapshots, publishes them, goes back to earlier ones, and collects what none names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from hub.common.errors import ConflictError, InvalidError, MissingError
from kitchens.actions import revisions
from kitchens.core.roles import Actor
from kitchens.core.stores.base import Collected, DataStore, Staged
from kitchens.models import Dataset, Domain, Kitchen, Revision, Snapshot
from kitchens.queries.data import resolve_ids
from kitchens.queries.retention import living_pointers, unpublished

# A node process may have written parts of which nobody has recorded anything yet: nothing younger is collected.
LONGEST_ATTEMPT = timedelta(days=2)


class HeadMoved(ConflictError):  # noqa: N818 - says what happened, as people say it
    """Someone else has published these datasets since they were read."""

    def __init__(self, kitchen: Kitchen, datasets: Sequence[str]) -> None:
        super().__init__(
            f"{', '.join(datasets)} changed in the kitchen {kitchen.slug} while the run was working on it. "
            "Nothing was published.",
            remedy="Run it again on the newest data.",
        )
        self.datasets = tuple(datasets)


def record(
    staged: Sequence[Staged], *, node_run: int | None, attempt: str, at: datetime
) -> dict[str, Snapshot]:
    """Write down what an attempt has staged; return the snapshots by dataset. Nothing is published by it.

    Datasets seen for the first time are created; InvalidError where their domain does not exist. At most four queries.
    """
    with transaction.atomic():
        datasets = _datasets([one.dataset for one in staged], at)
        snapshots = [
            Snapshot(
                dataset=datasets[one.dataset],
                store=one.version.store,
                parts=[asdict(part) for part in one.version.parts],
                columns=[asdict(column) for column in one.version.columns],
                partition_column=one.version.partition_column,
                rows=one.version.rows,
                bytes=one.version.bytes,
                digest=one.version.digest,
                made_by_node_run=node_run,
                made_by_attempt=attempt,
                created_at=at,
            )
            for one in staged
        ]
        Snapshot.objects.bulk_create(snapshots)
    return {snapshot.dataset.name: snapshot for snapshot in snapshots}


def _datasets(names: Iterable[str], at: datetime) -> dict[str, Dataset]:
    known = {dataset.name: dataset for dataset in Dataset.objects.filter(name__in=set(names))}
    new = sorted(set(names) - known.keys())
    if not new:
        return known
    domains = {domain.slug: domain for domain in Domain.objects.filter(slug__in={_domain(n) for n in new})}
    if absent := sorted({_domain(name) for name in new} - domains.keys()):
        raise InvalidError(
            f"There is no domain {', '.join(absent)} for the datasets {', '.join(new)}.",
            remedy="Add domains/<domain>/domain.yaml to the mesh.",
        )
    Dataset.objects.bulk_create(
        [Dataset(name=name, domain=domains[_domain(name)], created_at=at) for name in new],
        ignore_conflicts=True,
    )
    return known | {dataset.name: dataset for dataset in Dataset.objects.filter(name__in=new)}


def _domain(dataset: str) -> str:
    return dataset.partition(".")[0]


def publish(
    kitchen: Kitchen,
    staged: Mapping[str, Snapshot],
    *,
    expected: Mapping[str, int | None],
    by: Actor,
    at: datetime,
    run: int | None,
    note: str = "",
) -> Revision:
    """Make the staged snapshots the newest of their datasets, all in one transaction, and return the new revision.

    `expected` says which snapshot (id, or None) each dataset had when the run read it. HeadMoved names those that
    have another one now; nothing is published then. Nine queries for any number of datasets.
    """
    by.require(kitchen.right("order.place"), kitchen.slug)
    if unsaid := sorted(staged.keys() - expected.keys()):
        raise InvalidError(f"Nothing says which version of {', '.join(unsaid)} the run has read.")
    with transaction.atomic():
        number = revisions.next_number(
            kitchen
        )  # holds the kitchen: no head moves between the look and the write
        now = resolve_ids(kitchen, expected)
        if moved := sorted(name for name, snapshot in expected.items() if now.get(name) != snapshot):
            raise HeadMoved(kitchen, moved)
        return revisions.append(
            kitchen,
            cause="publish",
            by=by,
            at=at,
            pointers={snapshot.dataset_id: snapshot.pk for snapshot in staged.values()},
            made_by_run=run,
            note=note,
            number=number,
        )


def restore(kitchen: Kitchen, to: Revision, *, by: Actor, at: datetime) -> Revision:
    """Append a revision with the data of an earlier one, and return it; datasets added since are removed in it.

    Only data goes back; commit and overrides stay. Costs what resolving twice costs, and one insert.
    """
    by.require("data.restore", kitchen.slug)
    if to.kitchen_id != kitchen.pk:
        raise InvalidError(f"{to} is not a revision of the kitchen {kitchen.slug}.")
    with transaction.atomic():
        number = revisions.next_number(kitchen)
        then, now = resolve_ids(kitchen, at=to), resolve_ids(kitchen)
        changed = [name for name in {**then, **now} if then.get(name) != now.get(name)]
        ids = dict(Dataset.objects.filter(name__in=changed).values_list("name", "pk"))
        return revisions.append(
            kitchen,
            cause="restore",
            by=by,
            at=at,
            pointers={ids[name]: then.get(name) for name in changed},
            note=f"Data as of revision {to.number}",
            number=number,
        )


def remove_datasets(kitchen: Kitchen, names: Sequence[str], *, by: Actor, at: datetime) -> Revision:
    """Append a revision in which these datasets are no more; earlier revisions still have them."""
    by.require("data.restore", kitchen.slug)
    with transaction.atomic():
        number = revisions.next_number(kitchen)
        now = {name: pk for name, pk in resolve_ids(kitchen, names).items() if pk is not None}
        if absent := sorted(set(names) - now.keys()):
            raise MissingError(f"There is no dataset {', '.join(absent)} in the kitchen {kitchen.slug}.")
        ids = Dataset.objects.filter(name__in=names).values_list("pk", flat=True)
        return revisions.append(
            kitchen, cause="restore", by=by, at=at, pointers=dict.fromkeys(ids), note="Removed", number=number
        )


def stale_staging(keep_days: int, now: datetime) -> QuerySet[Snapshot]:
    """Return the snapshots that were never published, or whose kitchens are gone, and are kept no longer."""
    return unpublished(now - max(timedelta(days=keep_days), LONGEST_ATTEMPT))


def collect(
    kitchen_store: DataStore, *, now: datetime, keep_staging_days: int = 14, dry_run: bool = False
) -> Collected:
    """Remove the parts that no revision of any kitchen names and no staging within the days kept; return what went.

    Snapshots that lose their parts stay as facts, marked as collected. Nothing younger than the longest attempt is
    touched. The rows are marked before the files go: a publish that comes between finds them marked.
    """
    stale = stale_staging(keep_staging_days, now).filter(store=kitchen_store.kind)
    ids = set(stale.values_list("pk", flat=True))
    if not dry_run:
        ids = _mark_collected(ids, now)
    kept = Snapshot.objects.filter(store=kitchen_store.kind, collected_at=None).exclude(pk__in=ids)
    keep = {part["name"] for parts in kept.values_list("parts", flat=True).iterator() for part in parts}
    return kitchen_store.collect(keep, LONGEST_ATTEMPT.total_seconds(), dry_run=dry_run)


def _mark_collected(ids: set[int], now: datetime) -> set[int]:
    """Mark the snapshots that are still unpublished, and return them; rows are held first, then looked at again."""
    with transaction.atomic():
        held = list(Snapshot.objects.select_for_update().filter(pk__in=ids).values_list("pk", flat=True))
        published = set(living_pointers().filter(snapshot__in=held).values_list("snapshot", flat=True))
        gone = set(held) - published
        Snapshot.objects.filter(pk__in=gone).update(collected_at=now)
    return gone
