"""The data part of what a kitchen changes: against the revision it was made from, and against its parent as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hub.common.errors import MissingError
from kitchens.core import words
from kitchens.core.datadiff import SchemaChange, Weight, schema_changes, schema_sentence, weight_of
from kitchens.core.stores.base import Column
from kitchens.models import Kitchen, Revision, Snapshot
from kitchens.queries.data import newest
from kitchens.queries.manifests import Place, digests, moved_between

Against = Literal["fork", "target"]
SHOWN = 100  # datasets on a page


@dataclass(frozen=True)
class Pair:
    """A dataset on both sides by snapshot id, None where it is nothing there."""

    dataset: str
    before: int | None
    after: int | None
    moved: bool  # the parent has another version since the kitchen was made

    @property
    def kind(self) -> str:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


@dataclass(frozen=True)
class DatasetChange:
    """A dataset that differs, with what the snapshots themselves tell; no data was read for it."""

    dataset: str
    kind: str  # added, removed, changed
    moved: bool
    before: Snapshot | None
    after: Snapshot | None
    schema: tuple[SchemaChange, ...]

    @property
    def weight(self) -> Weight:
        if self.kind == "removed":
            return "model-wide"
        return weight_of(self.schema, columns_of(self.before))

    @property
    def schema_words(self) -> str:
        return schema_sentence(self.schema) if self.kind == "changed" else ""

    @property
    def more_rows(self) -> int:
        return (self.after.rows if self.after else 0) - (self.before.rows if self.before else 0)


@dataclass(frozen=True)
class DataDiff:
    """Which datasets differ; `pairs` are all of them by name, `changes` those of this page."""

    kitchen: Kitchen
    target: Kitchen
    pinned: Revision
    revision: Revision
    against: Against
    pairs: Sequence[Pair]
    changes: Sequence[DatasetChange]
    only_moved: Sequence[str]  # changed in the target since, and not here
    compared: int  # datasets that were looked at
    more: str  # name after which the next page begins, "" on the last one

    @property
    def sentence(self) -> str:
        return _sentence(self)


def ladder(kitchen: Kitchen, against: Against = "fork", after: str = "", limit: int = SHOWN) -> DataDiff:
    """Return what differs in the data of a kitchen. MissingError for production, which has no parent.

    Reads pointers and digests only. About twenty queries two levels below production, however many datasets the
    mesh has; their cost goes with the number of datasets that the kitchen wrote or the parent moved.
    """
    revision, target = newest(kitchen), kitchen.parent
    pinned = revision.parent_revision
    if target is None or pinned is None:
        raise MissingError(
            f"{kitchen.slug} has no parent to compare its data with.", remedy="Look at a kitchen made of it."
        )
    mine, fork, now = Place(kitchen, revision), Place(target, pinned), Place(target)
    own, since = moved_between(fork, mine), moved_between(fork, now)
    names = own | since
    here, then, there = mine.ids(names), fork.ids(own), now.ids(since)
    base = {name: then[name] if name in then else here[name] for name in names}
    theirs = {name: there[name] if name in there else base[name] for name in names}
    known = digests([*here.values(), *base.values(), *theirs.values()])
    moved = {name for name in since if known[theirs[name]] != known[base[name]]}
    before = base if against == "fork" else theirs
    pairs = [
        Pair(name, before[name], here[name], name in moved)
        for name in sorted(own)
        if known[before[name]] != known[here[name]]
    ]
    rest = [pair for pair in pairs if pair.dataset > after]
    return DataDiff(
        kitchen,
        target,
        pinned,
        revision,
        against,
        pairs,
        described(rest[:limit]),
        sorted(moved - own),
        len(names),
        rest[limit - 1].dataset if len(rest) > limit else "",
    )


def described(pairs: Sequence[Pair]) -> list[DatasetChange]:
    """Return the pairs with their snapshots and the difference of their columns. One query."""
    ids = {pk for pair in pairs for pk in (pair.before, pair.after) if pk is not None}
    rows = Snapshot.objects.filter(pk__in=ids).select_related("dataset").defer("parts")
    found = {snapshot.pk: snapshot for snapshot in rows}
    return [_described(pair, found) for pair in pairs]


def _described(pair: Pair, found: dict[int, Snapshot]) -> DatasetChange:
    before, after = found.get(pair.before or 0), found.get(pair.after or 0)
    changes = schema_changes(columns_of(before), columns_of(after)) if before and after else ()
    return DatasetChange(pair.dataset, pair.kind, pair.moved, before, after, changes)


def columns_of(snapshot: Snapshot | None) -> tuple[Column, ...]:
    """Return the columns of a snapshot; none for none."""
    return tuple(Column(**raw) for raw in snapshot.columns) if snapshot else ()


def _sentence(diff: DataDiff) -> str:
    where = (
        f"{diff.target} at revision {diff.pinned.number}, where {diff.kitchen} was made or last brought up to date"
        if diff.against == "fork"
        else f"{diff.target} as it is now"
    )
    both = sum(pair.moved for pair in diff.pairs)
    since = len(diff.only_moved) + both
    moved = ""
    if since:
        also = f", {words.number(both)} of them also changed here" if both else ""
        moved = f" {diff.target} has changed {words.count(since, 'dataset')} since{also}."
    if not diff.pairs:
        return f"No dataset differs from {where}.{moved}"
    kinds = {kind: sum(pair.kind == kind for pair in diff.pairs) for kind in ("added", "changed", "removed")}
    said = ", ".join(f"{words.number(count)} {kind}" for kind, count in kinds.items() if count)
    verb = "differs" if len(diff.pairs) == 1 else "differ"
    return f"{words.count(len(diff.pairs), 'dataset')} {verb} from {where}: {said}.{moved}"
