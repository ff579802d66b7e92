"""The data part of what a kitchen changes, rung by rung."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from kitchens.api.access import actor, may
from kitchens.queries import datasetdiff as one
from kitchens.queries.datadiff import DatasetChange, ladder
from kitchens.queries.kitchens import get_kitchen

router = Router(tags=["Kitchens"])
Slug = Annotated[str, Path(max_length=60, description="Name of the kitchen", examples=["late-flights"])]
Name = Annotated[str, Path(max_length=160, description="`<domain>.<table>`", examples=["flights.daily"])]
With = Annotated[
    Literal["fork", "target"],
    Query(alias="against", description="The parent as pinned (`fork`), or as it is now (`target`)"),
]
Rung = Annotated[
    Literal["schema", "numbers", "rows"],
    Query(description="How far to climb: each rung reads more than the one before"),
]


class ColumnChangeOut(Schema):
    column: str
    change: str = Field(examples=["retyped"])
    before: str
    after: str
    weight: str = Field(description="Whom it may break: additive, column or model-wide")
    sentence: str


class DatasetChangeOut(Schema):
    dataset: str
    kind: str = Field(description="added, changed or removed")
    moved: bool = Field(description="The parent has changed it too since the kitchen was made")
    rows_before: int | None
    rows_after: int | None
    weight: str
    columns: list[ColumnChangeOut]


class DataDiffOut(Schema):
    """Datasets that differ, by name; `next` is the name to pass as `after` for more."""

    sentence: str
    against: str
    target: str
    pinned: int
    total: int
    items: list[DatasetChangeOut]
    moved_only: list[str] = Field(description="Changed in the parent since, not here")
    next: str


class SidesOut(Schema):
    before: str
    after: str
    differs: bool


class ColumnNumbersOut(Schema):
    name: str
    type: str
    nulls: SidesOut
    distinct: SidesOut = Field(description="≈ marks an estimate within about 5 %")
    low: SidesOut
    high: SidesOut


class RowsDiffOut(Schema):
    added: int
    removed: int
    changed: int
    unchanged: int
    changed_columns: dict[str, int]
    sample: list[dict[str, Any]]


class DatasetDiffOut(Schema):
    sentence: str
    same: bool
    change: DatasetChangeOut
    numbers: list[ColumnNumbersOut] | None = None
    waits: str = Field("", description="Why there are no numbers yet; asking again gets further")
    keys: list[str] = Field([], description="Keys to try, the surest first")
    rows: RowsDiffOut | None = None


@router.get(
    "/kitchens/{slug}/diff", response=DataDiffOut, summary="Compare the data of a kitchen", **may("mesh.see")
)
def diff_kitchen(
    request: HttpRequest,
    slug: Slug,
    against: With = "fork",
    after: Annotated[str, Query(max_length=160, description="The name of the last dataset seen")] = "",
) -> dict[str, Any]:
    """Which datasets differ from the parent. Reads pointers only, whatever the size of the mesh."""
    diff = ladder(get_kitchen(slug), against, after)
    return {
        "sentence": diff.sentence,
        "against": diff.against,
        "target": diff.target.slug,
        "pinned": diff.pinned.number,
        "total": len(diff.pairs),
        "items": [_change(change) for change in diff.changes],
        "moved_only": diff.only_moved,
        "next": diff.more,
    }


@router.get(
    "/kitchens/{slug}/diff/{dataset}",
    response=DatasetDiffOut,
    summary="Compare one dataset",
    **may("mesh.see"),
)
def diff_dataset(
    request: HttpRequest,
    slug: Slug,
    dataset: Name,
    against: With = "fork",
    rung: Rung = "schema",
    key: Annotated[str, Query(max_length=400, description="Columns with commas, for `rows`")] = "",
) -> dict[str, Any]:
    """One dataset: columns, then numbers (counted once for each immutable part), then rows by a key."""
    diff = one.dataset_diff(get_kitchen(slug), dataset, against)
    answer: dict[str, Any] = {"sentence": diff.sentence, "same": diff.same, "change": _change(diff.change)}
    if diff.same or rung == "schema":
        return answer
    seen = one.shows_values(diff, actor(request))
    if rung == "rows":
        named = [name.strip() for name in key.split(",") if name.strip()]
        return answer | {"rows": one.rows(diff, named, values=seen)}
    found = one.numbers(diff, values=seen)
    if found.waits:
        return answer | {"waits": found.waits}
    return answer | {"numbers": list(found.columns), "keys": one.keys(diff).texts}


def _change(change: DatasetChange) -> dict[str, Any]:
    return {
        "dataset": change.dataset,
        "kind": change.kind,
        "moved": change.moved,
        "rows_before": change.before.rows if change.before else None,
        "rows_after": change.after.rows if change.after else None,
        "weight": change.weight,
        "columns": list(change.schema),
    }
