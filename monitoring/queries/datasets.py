"""Datasets as their pages show them: what they are in a kitchen, where they come from, who uses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from hub.common.errors import MissingError, UnavailableError
from kitchens.core.stores.base import StoreError
from kitchens.models import Dataset, Kitchen, Snapshot
from kitchens.queries.data import Change, history, open_kitchen_store, resolve_snapshots, version_of
from kitchens.queries.kitchens import datasets, get_dataset, get_domain
from kitchens.queries.seeing import seen
from monitoring.core.lineage import UNKNOWN, Standing
from monitoring.core.mesh import Mesh, dataset_key
from monitoring.queries.mesh import commit_of, mesh_at, newest_runs, standings
from recipes.models import DatasetAccess, NodeRun, TestResult
from recipes.queries.detection import Detection, detection_of

PAGE = 100
SAMPLE_ROWS = 20
ACCESSES = 8


@dataclass(frozen=True)
class DatasetRow:
    """One row of the list of datasets."""

    dataset: Dataset
    snapshot: Snapshot | None
    standing: Standing
    writer: str


@dataclass(frozen=True)
class DatasetList:
    """A page of datasets by name."""

    rows: Sequence[DatasetRow]
    older_url: str
    newest_url: str


def dataset_list(kitchen: Kitchen, domain: str, after: str) -> DatasetList:
    """Return a page of datasets with what they are in a kitchen. Seven queries and two for each parent."""
    found = list(datasets(domain).filter(name__gt=after)[: PAGE + 1])
    shown = found[:PAGE]
    names = [dataset.name for dataset in shown]
    snapshots = resolve_snapshots(kitchen, names) if names else {}
    mesh = mesh_at(commit_of(kitchen))
    writers = {name: mesh.writers[name] for name in names if name in mesh.writers}
    standing = standings(mesh, newest_runs(kitchen, set(writers.values())))
    rows = [
        DatasetRow(
            dataset,
            snapshots.get(dataset.name),
            standing.get(dataset_key(dataset.name), UNKNOWN),
            writers.get(dataset.name, ""),
        )
        for dataset in shown
    ]
    asked = {"domain": domain} | ({} if kitchen.is_production else {"kitchen": kitchen.slug})
    asked = {name: value for name, value in asked.items() if value}
    older = f"?{urlencode(asked | {'after': names[-1]})}" if len(found) > PAGE else ""
    return DatasetList(rows, older, f"?{urlencode(asked)}" if after else "")


@dataclass(frozen=True)
class DatasetPage:
    """What the page of a dataset shows."""

    dataset: Dataset
    kitchen: Kitchen
    snapshot: Snapshot | None
    changes: Sequence[Change]
    made_by: NodeRun | None
    made_from: Sequence[tuple[str, Standing]]
    made_into: Sequence[tuple[str, Standing]]
    readers: Sequence[str]
    writer: str
    tests: Sequence[TestResult]
    writes: Sequence[DatasetAccess]
    reads: Sequence[DatasetAccess]
    detection: Detection | None

    @property
    def inherited(self) -> bool:
        """Whether the kitchen reads it from a parent and has not written it itself."""
        return self.snapshot is not None and not any(c.snapshot == self.snapshot for c in self.changes)


def dataset_page(kitchen: Kitchen, name: str) -> DatasetPage:
    """Return the page of a dataset in a kitchen. Thirteen queries and two for each parent, however long its history."""
    mesh = mesh_at(commit_of(kitchen))
    dataset = known_dataset(mesh, name)
    snapshot = resolve_snapshots(kitchen, [name]).get(name)
    before, after = sorted(mesh.made_from.get(name, ())), sorted(mesh.made_into(name))
    near = {mesh.writers[other] for other in (*before, *after) if other in mesh.writers}
    standing = standings(mesh, newest_runs(kitchen, near))
    made_by = _made_by(snapshot)
    return DatasetPage(
        dataset=dataset,
        kitchen=kitchen,
        snapshot=snapshot,
        changes=history(kitchen, name, 12),
        made_by=made_by,
        made_from=[(other, standing.get(dataset_key(other), UNKNOWN)) for other in before],
        made_into=[(other, standing.get(dataset_key(other), UNKNOWN)) for other in after],
        readers=sorted(mesh.readers(name)),
        writer=mesh.writers.get(name, ""),
        tests=_tests(made_by, name),
        detection=detection_of(kitchen, dataset) if snapshot else None,
        writes=_accesses(dataset, writes=True),
        reads=_accesses(dataset, writes=False),
    )


def known_dataset(mesh: Mesh, name: str) -> Dataset:
    """Return a dataset; one that recipes name and nobody has written yet is not saved. MissingError for all others."""
    if dataset_key(name) not in mesh.things:
        return get_dataset(name)
    found = datasets().filter(name=name).first()
    return found or Dataset(name=name, domain=get_domain(name.split(".")[0]))


def _made_by(snapshot: Snapshot | None) -> NodeRun | None:
    if snapshot is None or snapshot.made_by_node_run is None:
        return None
    return NodeRun.objects.select_related("run__kitchen").filter(pk=snapshot.made_by_node_run).first()


def _tests(made_by: NodeRun | None, name: str) -> Sequence[TestResult]:
    if made_by is None:
        return ()
    return list(TestResult.objects.filter(run=made_by.run_id, dataset=name).order_by("id"))


def _accesses(dataset: Dataset, *, writes: bool) -> Sequence[DatasetAccess]:
    if dataset.pk is None:
        return ()
    rows = seen(DatasetAccess.objects.filter(dataset=dataset, writes=writes), "run__kitchen_id")
    return list(rows.select_related("run__kitchen", "node_run", "snapshot").order_by("-id")[:ACCESSES])


@dataclass(frozen=True)
class Sample:
    """The first rows of a snapshot."""

    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]


def sample(kitchen: Kitchen, name: str) -> Sample:
    """Return the first rows of a dataset in a kitchen. Reads the data store."""
    snapshot = resolve_snapshots(kitchen, [name]).get(name)
    if snapshot is None:
        raise MissingError(
            f"{name[:160]} is nothing yet in {kitchen.slug}.", remedy="Run a recipe that writes it."
        )
    try:
        found = open_kitchen_store(kitchen).sample(version_of(snapshot), SAMPLE_ROWS)
    except StoreError as fault:
        raise UnavailableError(f"The data store did not answer: {fault}") from fault
    names = [column.name for column in found.columns]
    return Sample(names, [dict(zip(names, row, strict=True)) for row in found.rows])
