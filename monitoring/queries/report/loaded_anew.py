"""Whether two versions of a dataset hold the same rows: what is loaded anew every night is another version each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kitchens.core.stores.base import Limits, StoreError
from kitchens.models import Kitchen, Snapshot
from kitchens.queries.data import open_kitchen_store, version_of
from monitoring.core.causes import DataChange

MOST_ROWS = 100_000
MOST = 8  # comparisons of one explanation: whoever ends a run waits for them
THEN, NOW = "versions.earlier", "versions.later"
LIMITS = Limits(memory_mb=400, threads=1, seconds=5)
LOST = "SELECT COUNT(*) FROM (SELECT * FROM versions.earlier EXCEPT ALL SELECT * FROM versions.later) AS lost"


def compared(kitchen: Kitchen, changes: Sequence[DataChange]) -> Iterator[DataChange]:
    """Yield the changes; of lists and of what came in it is told whether another version holds the same rows.

    One query where there are any. Reads both versions where they have as many rows, up to 100,000.
    """
    wanted = [one for one in changes if (one.came_in or one.role == "reference") and not one.same]
    ids = {pk for one in wanted for pk in (one.snapshot_before, one.snapshot) if pk}
    known = Snapshot.objects.select_related("dataset").in_bulk(ids) if ids else {}
    left = MOST
    for one in changes:
        then, now = known.get(one.snapshot_before or 0), known.get(one.snapshot or 0)
        if one not in wanted or not (then and now and left and _may_be_the_same(kitchen, then, now)):
            yield one
            continue
        left -= 1
        yield replace(one, alike=_same_rows(kitchen, then, now))


def _may_be_the_same(kitchen: Kitchen, then: Snapshot, now: Snapshot) -> bool:
    """Say whether it is worth a look: both are there still, have as many rows, not too many, and the same columns."""
    there = not (then.collected_at or now.collected_at) and then.store == now.store == kitchen.store
    return there and then.rows == now.rows <= MOST_ROWS and then.columns == now.columns


def _same_rows(kitchen: Kitchen, then: Snapshot, now: Snapshot) -> bool:
    """Say whether both hold the same rows, each as often; no where that cannot be told."""
    manifest = {THEN: version_of(then), NOW: version_of(now)}
    try:
        with open_kitchen_store(kitchen).session(manifest, "same-rows", limits=LIMITS) as session:
            return session.query(LOST).rows == ((0,),)
    except StoreError:
        return False  # it is gone, too slow, or of a type that cannot be compared
