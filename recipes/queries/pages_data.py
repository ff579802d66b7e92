"""Queries of the data a run wrote: datasets with their snapshots, and their first rows from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hub.common.errors import MissingError, UnavailableError
from kitchens.core.stores.base import StoreError
from kitchens.queries.data import open_kitchen_store, version_of
from recipes.models import DatasetAccess, OrderRun

SAMPLE_ROWS = 20


@dataclass(frozen=True)
class Sample:
    """The first rows of a snapshot."""

    columns: Sequence[str]
    types: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]


def written(run: OrderRun) -> list[DatasetAccess]:
    """Return what a run wrote, by dataset; of one written twice the last. One query."""
    writes = DatasetAccess.objects.filter(run=run, writes=True).select_related(
        "dataset", "snapshot", "node_run"
    )
    last = {access.dataset.name: access for access in writes.order_by("id")}
    return [last[name] for name in sorted(last)]


def sample(run: OrderRun, dataset: str) -> Sample:
    """Return the first rows of what the run wrote to a dataset. Reads the data store."""
    access = next((one for one in written(run) if one.dataset.name == dataset), None)
    if access is None or access.snapshot is None:
        raise MissingError(f"Run {run.pk} wrote nothing to {dataset[:160]}.")
    if access.snapshot.collected_at:
        raise MissingError(f"What run {run.pk} wrote to {dataset} was never published and has been removed.")
    try:
        found = open_kitchen_store(run.kitchen).sample(version_of(access.snapshot), SAMPLE_ROWS)
    except StoreError as fault:
        raise UnavailableError(f"The data store did not answer: {fault}") from fault
    names = [column.name for column in found.columns]
    types = {column.name: column.type for column in found.columns}
    return Sample(names, types, [dict(zip(names, row, strict=True)) for row in found.rows])
