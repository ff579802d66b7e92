"""Two places of the mesh side by side: which datasets they may hold differently, found by pointers alone.

A place is a kitchen at a revision, or as it is now. No row of data is read, and no dataset is looked at that neither
side has moved since they were the same: the cost goes with what changed, not with the size of the mesh.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from kitchens.models import Kitchen, Pointer, Revision, Snapshot
from kitchens.queries.data import lineage, resolve_ids

MANY = 5000  # names beyond this are not listed in a query


@dataclass(frozen=True)
class Place:
    """A kitchen at a revision; without one, as it is now."""

    kitchen: Kitchen
    at: Revision | None = None

    def chain(self) -> dict[int, int]:
        """Return kitchen id -> revision number for every kitchen it reads from. One or two queries a level."""
        return {revision.kitchen_id: revision.number for revision in lineage(self.kitchen, self.at)}

    def ids(self, names: Iterable[str]) -> dict[str, int | None]:
        """Return the snapshot each of these datasets has there. Two queries a level; none for no names."""
        wanted = set(names)
        if not wanted:
            return {}
        found = resolve_ids(self.kitchen, wanted if len(wanted) <= MANY else None, self.at)
        return {name: found.get(name) for name in wanted}


def moved_between(first: Place, second: Place) -> set[str]:
    """Return the datasets with a pointer that only one of the two places reads: all others are the same there."""
    chains = first.chain(), second.chain()
    apart = Q()
    for kitchen in chains[0].keys() | chains[1].keys():
        low, high = sorted(chain.get(kitchen, 0) for chain in chains)
        if low != high:
            apart |= Q(kitchen=kitchen, number__gt=low, number__lte=high)
    if not apart:
        return set()
    return set(Pointer.objects.filter(apart).order_by().values_list("dataset__name", flat=True).distinct())


def digests(ids: Iterable[int | None]) -> dict[int | None, str]:
    """Return snapshot id -> digest; of "no snapshot" it is empty. One query for each 5,000."""
    wanted = sorted({pk for pk in ids if pk is not None})
    found: dict[int | None, str] = {None: ""}
    for start in range(0, len(wanted), MANY):
        some = wanted[start : start + MANY]
        found |= dict(Snapshot.objects.filter(pk__in=some).order_by().values_list("pk", "digest"))
    return found
