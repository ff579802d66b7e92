"""Removes what the policy says need no longer be kept, in small batches; facts and what a live revision names stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from hub.common.errors import InvalidError
from kitchens.actions import audit, data
from kitchens.core.retention import KINDS, MOST_DAYS, Freed
from kitchens.core.roles import Actor
from kitchens.core.stores import open_store
from kitchens.core.stores.base import DataStore, StoreAddress
from kitchens.models import Retention, Snapshot
from kitchens.ports import Forget, ports
from kitchens.queries.retention import RAN, days, last_superseded, size_of, superseded

BATCH = 500
PREVIEWED = 2000  # things of a kind that a preview counts
Alive = Callable[[], object]


def set_days(name: str, number: int, *, by: Actor, now: datetime) -> None:
    """Set how many days a kind is kept. InvalidError for a kind there is not, or for too few or too many days."""
    by.require("retention.change")
    kind = KINDS.get(name)
    if kind is None:
        raise InvalidError(f"Nothing called {name[:40]!r} is kept by policy. There are: {', '.join(KINDS)}.")
    if not kind.least <= number <= MOST_DAYS:
        raise InvalidError(f"{kind.title} are kept for {kind.least} to {MOST_DAYS:,} days.", field=name)
    before = days()[name]
    if before == number:
        return
    with transaction.atomic():
        facts = {"days": number, "changed_at": now}
        Retention.objects.update_or_create(name=name, defaults=facts)
        audit.record(by, "retention.changed", name, now, before=before, after=number)


def retain(*, by: Actor, now: datetime, alive: Alive = lambda: None) -> list[Freed]:
    """Remove all that is due and return what went, by kind. `alive` is called between batches, and may stop it by raising.

    Idempotent: what a crash leaves is taken by the next run.
    """
    by.require("retention.change")
    kept = days()
    freed = [
        _old_versions(now - timedelta(days=kept["snapshots"]), now, alive),
        _staging(kept["staging"], now, alive),
        _all_of("logs", ports.forget_logs, now - timedelta(days=kept["logs"]), alive),
        _all_of("samples", ports.forget_samples, now - timedelta(days=kept["samples"]), alive),
        _all_of("events", ports.forget_events, now - timedelta(days=kept["events"]), alive),
        _all_of("notices", ports.forget_notices, now - timedelta(days=kept["notices"]), alive),
    ]
    audit.record(by, RAN, "by policy", now, **{one.kind: [one.count, one.bytes] for one in freed})
    return freed


def preview(*, now: datetime) -> list[Freed]:
    """Return what would go now, by kind; counting stops at 2,000 things of a kind. Removes nothing."""
    kept = days()
    cutoff = {name: now - timedelta(days=number) for name, number in kept.items()}
    logs = ports.forget_logs(cutoff["logs"], limit=PREVIEWED, dry_run=True)
    samples = ports.forget_samples(cutoff["samples"], limit=PREVIEWED, dry_run=True)
    old = superseded(cutoff["snapshots"], limit=PREVIEWED)
    staged = data.stale_staging(kept["staging"], now)
    ids = list(staged.order_by("pk").values_list("pk", flat=True)[:PREVIEWED])
    found = {
        "staging": (len(ids), size_of(ids)),
        "snapshots": (len(old), size_of(old)),
        "logs": logs,
        "samples": samples,
        "events": ports.forget_events(cutoff["events"], limit=PREVIEWED, dry_run=True),
        "notices": ports.forget_notices(cutoff["notices"], limit=PREVIEWED, dry_run=True),
    }
    return [Freed(name, count, size, count >= PREVIEWED) for name, (count, size) in found.items()]


def stores() -> Iterator[DataStore]:
    """Yield the data stores this hub has."""
    if Path(settings.SNAPSHOT_ROOT).is_dir():
        yield open_store(StoreAddress("embedded", str(settings.SNAPSHOT_ROOT)))
    if settings.STORE_URL:
        yield open_store(StoreAddress("postgresql", settings.STORE_URL))


def _all_of(kind: str, forget: Forget, before: datetime, alive: Alive) -> Freed:
    count = size = 0
    while True:
        some, some_bytes = forget(before, limit=BATCH, dry_run=False)
        count, size = count + some, size + some_bytes
        alive()
        if some < BATCH:
            return Freed(kind, count, size)


def _staging(keep_days: int, now: datetime, alive: Alive) -> Freed:
    """Remove what was never published, and parts that nobody has written down."""
    count = size = 0
    for store in stores():
        alive()
        found = data.collect(store, now=now, keep_staging_days=keep_days)
        count, size = count + found.parts, size + found.bytes
    return Freed("staging", count, size)


def _old_versions(before: datetime, now: datetime, alive: Alive) -> Freed:
    """Mark versions that nobody can read any more, then remove the parts that no kept version shares."""
    by_kind = {store.kind: store for store in stores()}
    count = size = after = 0
    while (last := last_superseded(before, after, BATCH)) is not None:
        gone = _mark(superseded(before, after=after, limit=BATCH), before, now)
        for kind, store in by_kind.items():
            size += _remove([one for one in gone if one.store == kind], store)
        count, after = count + len(gone), last
        alive()
    return Freed("snapshots", count, size)


@transaction.atomic
def _mark(found: Sequence[int], before: datetime, now: datetime) -> list[Snapshot]:
    """Mark what may still go once the rows are held: whoever wants to name one of them waits, and is told then."""
    held = list(Snapshot.objects.select_for_update().filter(pk__in=found))
    still = set(superseded(before, among=[one.pk for one in held], limit=len(held) or 1))
    Snapshot.objects.filter(pk__in=still).update(collected_at=now)
    return [one for one in held if one.pk in still]


def _remove(gone: Sequence[Snapshot], store: DataStore) -> int:
    """Remove the parts of these snapshots that no kept one shares, and return their bytes. Parts stay in a dataset."""
    parts = {part["name"]: part["bytes"] for one in gone for part in one.parts}
    kept = Snapshot.objects.filter(dataset__in={one.dataset_id for one in gone}, collected_at=None)
    for others in kept.values_list("parts", flat=True).iterator():
        for part in others:
            parts.pop(part["name"], None)
    if parts:
        store.discard(sorted(parts))
    return sum(parts.values())
