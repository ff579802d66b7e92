"""Whether two versions of a list hold the same rows: one that is loaded anew every night is another version each time."""

from __future__ import annotations

from kitchens.core.stores.base import Limits, StoreError
from kitchens.models import Kitchen, Snapshot
from kitchens.queries.data import open_kitchen_store, version_of

MOST_ROWS = 100_000
THEN, NOW = "versions.earlier", "versions.later"
LIMITS = Limits(memory_mb=400, threads=1, seconds=5)
LOST = "SELECT COUNT(*) FROM (SELECT * FROM versions.earlier EXCEPT ALL SELECT * FROM versions.later) AS lost"


def same_rows(kitchen: Kitchen, then: Snapshot | None, now: Snapshot | None) -> bool:
    """Say whether two versions of a dataset hold the same rows, each as often; no where that cannot be told.

    Reads both where they have as many rows, up to 100,000, and the same columns. Two queries.
    """
    if then is None or now is None or then.collected_at or now.collected_at:
        return False
    if then.pk == now.pk:
        return True
    if then.rows != now.rows or now.rows > MOST_ROWS or then.columns != now.columns:
        return False
    manifest = {THEN: version_of(then), NOW: version_of(now)}
    try:
        with open_kitchen_store(kitchen).session(manifest, "same-rows", limits=LIMITS) as session:
            return session.query(LOST).rows == ((0,),)
    except StoreError:
        return False  # it is gone, too slow, or of a type that cannot be compared
