"""What a merge request would do to recipes, datasets and their readers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from kitchens.api.access import may
from kitchens.api.merges.schemas import RequestId
from kitchens.ports import ports
from kitchens.queries import merges as queries

router = Router(tags=["Merges"])


class AlteredOut(Schema):
    kind: str = Field(examples=["test"])
    name: str
    what: str = Field(description="added, removed, changed")
    sentence: str
    weakens: bool = Field(description="A test says less than before")


class RecipeChangeOut(Schema):
    recipe: str = Field(examples=["sales/orders"])
    what: str
    files: list[str]
    altered: list[AlteredOut]
    faults: list[str]


class SchemaChangeOut(Schema):
    dataset: str = Field(examples=["sales.orders"])
    what: str = Field(description="added, removed, renamed, retyped")
    column: str = Field(description="Empty: the whole dataset is no longer written")
    to: str
    before: str
    after: str
    sentence: str


class ConsumerOut(Schema):
    recipe: str
    node: str
    dataset: str
    file: str
    line: int
    elsewhere: bool = Field(description="It belongs to another domain than the dataset")


class FindingOut(Schema):
    recipe: str
    node: str
    file: str
    line: int
    dataset: str
    column: str
    elsewhere: bool
    certain: bool
    sentence: str


class ImpactOut(Schema):
    recipes: list[RecipeChangeOut]
    schemas: list[SchemaChangeOut]
    touched: list[str] = Field(description="Datasets whose rows may be others afterwards")
    consumers: list[ConsumerOut]
    findings: list[FindingOut]
    domains: list[str]
    conflicts: list[str]


@router.get(
    "/merges/{request_id}/impact", response=ImpactOut, summary="What a request would do", **may("mesh.see")
)
def get_impact(request: HttpRequest, request_id: RequestId) -> dict[str, Any]:
    """Told from recipes, schemas and what runs have read; nothing needs to have run for it."""
    found = ports.impact(queries.get_request(request_id).pk)
    return asdict(found) | {
        "touched": [one.dataset for one in found.touched],
        "domains": list(found.domains),
        "conflicts": list(found.conflicts),
    }
