"""Datasets: what there is, its versions, and a few rows of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from hub.common.errors import InvalidError, MissingError
from kitchens.api.access import may
from kitchens.api.paging import AfterId, AfterName, Limit, Page, page
from kitchens.core.stores.base import StoreError
from kitchens.models import Dataset, Snapshot
from kitchens.queries import data
from kitchens.queries import kitchens as queries

router = Router(tags=["Datasets"])
Name = Annotated[str, Path(max_length=160, description="`<domain>.<table>`", examples=["flights.daily"])]
KitchenName = Annotated[str, Query(max_length=60, description="Name of the kitchen")]
MOST_ROWS = 100


class ColumnOut(Schema):
    name: str
    type: str = Field(examples=["BIGINT"])
    nullable: bool = True


class SnapshotOut(Schema):
    """One immutable version of a dataset."""

    id: int
    dataset: str = Field(examples=["flights.daily"])
    rows: int
    bytes: int
    digest: str
    columns: list[ColumnOut]
    made_by_node_run: int | None
    created_at: datetime

    @staticmethod
    def resolve_dataset(snapshot: Snapshot) -> str:
        return snapshot.dataset.name


class DatasetOut(Schema):
    name: str = Field(examples=["flights.daily"])
    domain: str = Field(examples=["flights"])
    description: str

    @staticmethod
    def resolve_domain(dataset: Dataset) -> str:
        return dataset.domain.slug


class DatasetInKitchenOut(Schema):
    name: str = Field(examples=["flights.daily"])
    domain: str = Field(examples=["flights"])
    description: str
    kitchen: str = Field(examples=["production"])
    snapshot: SnapshotOut | None = Field(
        description="What it is in this kitchen; null where it is nothing there"
    )


class RowsOut(Schema):
    """The first rows of a version, column by column in the order of `columns`."""

    columns: list[ColumnOut]
    rows: list[list[Any]]


@router.get("/datasets", response=Page[DatasetOut], summary="List the datasets", **may("mesh.see"))
def list_datasets(
    request: HttpRequest,
    response: HttpResponse,
    domain: Annotated[str, Query(max_length=60, description="Only those of this domain")] = "",
    limit: Limit = 50,
    after: AfterName = None,
) -> dict[str, Any]:
    """All datasets of the mesh, by name."""
    rows = queries.datasets(domain)
    return page(
        request, response, rows.filter(name__gt=after) if after else rows, limit, key=lambda d: d.name
    )


@router.get("/datasets/{name}", response=DatasetInKitchenOut, summary="Get a dataset", **may("mesh.see"))
def get_dataset(request: HttpRequest, name: Name, kitchen: KitchenName = "production") -> dict[str, Any]:
    """One dataset and the version it has in a kitchen."""
    dataset = queries.get_dataset(name)
    there = queries.get_kitchen(kitchen)
    return {
        "name": dataset.name,
        "domain": dataset.domain.slug,
        "description": dataset.description,
        "kitchen": there.slug,
        "snapshot": data.resolve_snapshots(there, [name]).get(name),
    }


@router.get(
    "/datasets/{name}/snapshots", response=Page[SnapshotOut], summary="List the versions", **may("mesh.see")
)
def list_snapshots(
    request: HttpRequest, response: HttpResponse, name: Name, limit: Limit = 50, after: AfterId = None
) -> dict[str, Any]:
    """All versions of a dataset in any kitchen, newest first, published or not."""
    rows = queries.snapshots(queries.get_dataset(name)).select_related("dataset")
    return page(request, response, rows.filter(pk__lt=after) if after else rows, limit, key=lambda s: s.pk)


@router.get("/datasets/{name}/rows", response=RowsOut, summary="Look at some rows", **may("data.sample"))
def list_rows(
    request: HttpRequest,
    name: Name,
    kitchen: KitchenName = "production",
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows at most")] = 20,
) -> dict[str, Any]:
    """The first rows of what the dataset is in a kitchen: to see what it looks like, not to load it."""
    queries.get_dataset(name)
    there = queries.get_kitchen(kitchen)
    version = data.resolve(there, [name]).get(name)
    if version is None:
        raise MissingError(f"{name} is nothing yet in {there.slug}.", remedy="Run a recipe that writes it.")
    try:
        found = data.open_kitchen_store(there).sample(version, limit)
    except StoreError as error:
        raise InvalidError(str(error)) from error
    columns = [{"name": c.name, "type": c.type, "nullable": c.nullable} for c in found.columns]
    return {"columns": columns, "rows": [[_plain(value) for value in row] for row in found.rows]}


def _plain(value: Any) -> Any:
    """Return a value as JSON can say it: numbers beyond what doubles hold, times and the like as text."""
    if value is None or isinstance(value, bool | str):
        return value if not isinstance(value, str) else value[:1000]
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    return str(value)[:1000]
