"""What the policy of retention says, what it would remove now, and what it last removed."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from kitchens.core.retention import KINDS, Freed, Kind
from kitchens.models import AuditEntry, Pointer, Retention, Revision, Snapshot

RAN = "retention.run"  # of the audit


def days() -> dict[str, int]:
    """Return kind -> days it is kept. One query."""
    said = dict(Retention.objects.values_list("name", "days"))
    return {name: max(said.get(name, kind.days), kind.least) for name, kind in KINDS.items()}


def living_pointers() -> QuerySet[Pointer]:
    """Return the pointers of kitchens that are not gone: what only those others name is nobody's any more."""
    return Pointer.objects.exclude(kitchen__state="gone")


def unpublished(before: datetime) -> QuerySet[Snapshot]:
    """Return snapshots older than the moment that no living kitchen has ever published, and that are still kept."""
    named = Exists(living_pointers().filter(snapshot=OuterRef("pk")))
    return Snapshot.objects.filter(~named, collected_at=None, created_at__lt=before)


def superseded(
    before: datetime, among: Collection[int] | None = None, after: int = 0, limit: int = 500
) -> list[int]:
    """Return published snapshots that nobody has been able to read since the moment, by number; at most `limit`.

    One is readable while it is the newest of its dataset in a kitchen, or was after the moment; and while a kitchen
    pins a revision that reads it, or did after the moment. Four queries. A batch may be empty although more follow:
    `last_superseded` says how far it went.
    """
    rows = _replaced(before).filter(pk__gt=after)
    if among is not None:
        rows = rows.filter(pk__in=among)
    found = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
    return sorted(set(found) - _pinned(found, before))


def _replaced(before: datetime) -> QuerySet[Snapshot]:
    """Return those that every living kitchen has replaced before the moment."""
    later = Pointer.objects.filter(
        kitchen=OuterRef("kitchen"),
        dataset=OuterRef("dataset"),
        number__gt=OuterRef("number"),
        revision__at__lt=before,
    )
    named = living_pointers().filter(snapshot=OuterRef("pk"))
    return Snapshot.objects.filter(
        Exists(named), ~Exists(named.filter(~Exists(later))), collected_at=None, created_at__lt=before
    )


def _pinned(found: Sequence[int], before: datetime) -> set[int]:
    """Return those of the snapshots that a pinned revision of their kitchen reads."""
    following = (
        Pointer.objects.filter(
            kitchen=OuterRef("kitchen"), dataset=OuterRef("dataset"), number__gt=OuterRef("number")
        )
        .order_by("number")
        .values("number")
    )
    spans = (
        living_pointers()
        .filter(snapshot__in=found)
        .annotate(until=Subquery(following[:1]))
        .values_list("snapshot", "kitchen", "number", "until")
    )
    pins = _pins(before)
    read = set()
    for snapshot, kitchen, number, until in spans:
        numbers = pins[kitchen]
        place = bisect_left(numbers, number)
        if place < len(numbers) and numbers[place] < (until or numbers[place] + 1):
            read.add(snapshot)
    return read


def _pins(before: datetime) -> dict[int, list[int]]:
    """Return kitchen -> numbers of its revisions that other kitchens read, now or at a time after the moment. One query."""
    replaced = Revision.objects.filter(
        kitchen=OuterRef("kitchen"), number=OuterRef("number") + 1, at__lt=before
    )
    rows = (
        Revision.objects.exclude(kitchen__state="gone")
        .filter(~Exists(replaced), parent_revision__isnull=False)
        .order_by()
        .values_list("parent_revision__kitchen", "parent_revision__number")
        .distinct()
    )
    found: dict[int, list[int]] = defaultdict(list)
    for kitchen, number in sorted(rows):
        found[kitchen].append(number)
    return found


def last_superseded(before: datetime, after: int, limit: int = 500) -> int | None:
    """Return the last number of a batch of `superseded`, whether or not it may go; None behind the last. One query."""
    rows = _replaced(before).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit]
    return max(rows, default=None)


@dataclass(frozen=True)
class LastRun:
    """When the hub last removed what was due, and what."""

    at: datetime
    freed: Sequence[Freed]

    @property
    def bytes(self) -> int:
        return sum(one.bytes for one in self.freed)


def last_run() -> LastRun | None:
    """Return the last run of retention, None before the first. One query."""
    entry = AuditEntry.objects.filter(what=RAN).order_by("-id").first()
    if entry is None:
        return None
    return LastRun(
        entry.at, [Freed(name, *counted) for name, counted in entry.details.items() if name in KINDS]
    )


def is_due(now: datetime) -> bool:
    """Say whether a day has passed since the last run. One query."""
    last = last_run()
    return last is None or now - last.at >= timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """A kind with the days it is kept."""

    kind: Kind
    days: int


def rules() -> list[Rule]:
    """Return every kind with its days. One query."""
    said = days()
    return [Rule(kind, said[kind.name]) for kind in KINDS.values()]


def size_of(snapshots: Sequence[int]) -> int:
    """Return the bytes of these snapshots; parts that several share count for each. One query."""
    return sum(
        Snapshot.objects.filter(pk__in=snapshots).annotate(size=F("bytes")).values_list("size", flat=True)
    )
