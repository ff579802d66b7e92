"""The history of a kitchen as its pages show it: what each revision changed, and one of them in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Min

from hub.common.errors import MissingError
from kitchens.core.git import Change, MeshRepository
from kitchens.core.git.history import changed_paths
from kitchens.models import Kitchen, Pointer, Revision, Snapshot
from kitchens.queries.data import resolve_ids
from kitchens.queries.kitchens import get_kitchen, revisions

ROWS, FILES_NAMED, FILES, DATASETS = 30, 4, 60, 100
CAUSES = {
    "created": "made",
    "provision": "provisioned",
    "commit": "commit",
    "publish": "data published",
    "restore": "data put back",
    "merge": "merge",
    "override": "values set",
    "rollback": "rolled back",
}


@dataclass(frozen=True)
class Set:
    """A value that was set, changed or unset (None) by a revision."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Step:
    """One revision, and what it changed against the one before it."""

    revision: Revision
    files: Sequence[str]  # the first few
    files_in_all: int
    dataset: str  # the first by name
    datasets_in_all: int
    values: Sequence[Set]
    pinned: str  # "production@14" where the pin moved

    @property
    def cause(self) -> str:
        return CAUSES.get(self.revision.cause, self.revision.cause)

    @property
    def more_files(self) -> int:
        return self.files_in_all - len(self.files)


@dataclass(frozen=True)
class HistoryPage:
    """A page of a kitchen's history; `older` is the number to go on after, None on the last page."""

    kitchen: Kitchen
    steps: Sequence[Step]
    older: int | None


@dataclass(frozen=True)
class DatasetChange:
    """A dataset whose snapshot a revision changed; rows are None where there was, or is, none."""

    name: str
    rows_before: int | None
    rows_after: int | None


@dataclass(frozen=True)
class RevisionPage:
    """One revision in full."""

    kitchen: Kitchen
    step: Step
    before: Revision | None
    changes: Sequence[Change]
    datasets: Sequence[DatasetChange]


def history_page(slug: str, after: int | None = None) -> HistoryPage:
    """Return a page of revisions, newest first. Three queries and a look into git."""
    kitchen = get_kitchen(slug)
    rows = revisions(kitchen)
    found = list((rows.filter(number__lt=after) if after else rows)[: ROWS + 1])
    data = _datasets(found[:ROWS])
    repository = MeshRepository(settings.MESH_REPOSITORY)
    before = [*found[1:], None]
    steps = [
        _step(one, other, repository, data.get(one.pk, ("", 0)))
        for one, other in zip(found[:ROWS], before, strict=False)
    ]
    return HistoryPage(kitchen, steps, found[ROWS - 1].number if len(found) > ROWS else None)


def _datasets(rows: Iterable[Revision]) -> dict[int, tuple[str, int]]:
    """Return the first dataset, and how many there are, that each revision moved."""
    moved = Pointer.objects.filter(revision__in=[row.pk for row in rows]).order_by()
    told = moved.values("revision_id").annotate(first=Min("dataset__name"), amount=Count("id"))
    return {row["revision_id"]: (row["first"], row["amount"]) for row in told}


def _step(
    revision: Revision, before: Revision | None, repository: MeshRepository, data: tuple[str, int]
) -> Step:
    files, amount = (), 0
    if before and before.commit != revision.commit:
        files, amount = changed_paths(repository.handle, before.commit, revision.commit, FILES_NAMED)
    moved = before is not None and before.parent_revision_id != revision.parent_revision_id
    return Step(
        revision,
        files,
        amount,
        *data,
        values=changed_values(before.overrides if before else {}, revision.overrides),
        pinned=str(revision.parent_revision) if moved and revision.parent_revision else "",
    )


def changed_values(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Set]:
    """Return the values in which two sets of overrides differ, by name."""
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return [Set(name, before.get(name), after.get(name)) for name in names]


def revision_page(slug: str, number: int) -> RevisionPage:
    """Return one revision with its difference to the one before it; MissingError where there is none.

    Seven queries, and one for each level of parents.
    """
    kitchen = get_kitchen(slug)
    pair = list(revisions(kitchen).filter(number__in=[number, number - 1]))
    if not pair or pair[0].number != number:
        raise MissingError(f"{kitchen} has no revision {number}.", remedy="Its history lists them.")
    revision, before = pair[0], pair[1] if len(pair) > 1 else None
    repository = MeshRepository(settings.MESH_REPOSITORY)
    data = _datasets([revision]).get(revision.pk, ("", 0))
    differs = before is not None and before.commit != revision.commit
    changes = repository.diff(before.commit, revision.commit) if before and differs else ()
    return RevisionPage(
        kitchen=kitchen,
        step=_step(revision, before, repository, data),
        before=before,
        changes=changes[:FILES],
        datasets=_dataset_changes(kitchen, revision, before),
    )


def _dataset_changes(kitchen: Kitchen, revision: Revision, before: Revision | None) -> list[DatasetChange]:
    moved = Pointer.objects.filter(revision=revision).order_by("dataset__name")
    now = dict(moved.values_list("dataset__name", "snapshot_id")[:DATASETS])
    then = resolve_ids(kitchen, list(now), at=before) if now and before else {}
    wanted = {pk for pk in (*now.values(), *then.values()) if pk is not None}
    rows = dict(Snapshot.objects.filter(pk__in=wanted).values_list("pk", "rows")) if wanted else {}
    return [DatasetChange(name, rows.get(then.get(name) or 0), rows.get(pk or 0)) for name, pk in now.items()]
