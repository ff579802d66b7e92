"""Lineage: what is made from what, over all domains."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from hub.common.errors import MissingError
from kitchens.api.access import may
from kitchens.queries.kitchens import get_kitchen
from monitoring.api.taking import BODY, BatchOut, answered, batch_of
from monitoring.core.events.importing import Given
from monitoring.core.events.openlineage import read_openlineage
from monitoring.core.mesh import around
from monitoring.queries.mesh import commit_of, mesh_at

router = Router(tags=["Lineage"])
MOST_HOPS = 50
Thing = Annotated[
    str,
    Query(
        max_length=170,
        pattern=r"^((dataset|recipe):.+)?$",
        description="`dataset:<name>` or `recipe:<domain>/<name>` to start from; empty: the whole mesh",
        examples=["dataset:flights.daily"],
    ),
]
Hops = Annotated[int, Query(ge=0, le=MOST_HOPS, description="Edges to follow from the focus")]


class EdgeOut(Schema):
    """From a dataset to a recipe that reads it, or from a recipe to a dataset it writes."""

    source: str = Field(examples=["dataset:flights.raw"])
    target: str = Field(examples=["recipe:flights/daily"])


class LineageOut(Schema):
    kitchen: str
    commit: str = Field(description="Lineage is that of the recipes of this commit")
    things: list[str] = Field(examples=[["dataset:flights.raw", "recipe:flights/daily"]])
    edges: list[EdgeOut]


@router.get("/lineage", response=LineageOut, summary="Get the lineage", **may("mesh.see"))
def get_lineage(
    request: HttpRequest,
    kitchen: Annotated[str, Query(max_length=60, description="Name of the kitchen")] = "production",
    focus: Thing = "",
    up: Hops = MOST_HOPS,
    down: Hops = MOST_HOPS,
) -> dict[str, Any]:
    """What reads and writes what in a kitchen: everything, or what lies up and down from a focus."""
    there = get_kitchen(kitchen)
    commit = commit_of(there)
    mesh = mesh_at(commit)
    if focus and focus not in mesh.things:
        raise MissingError(
            f"There is no {focus} in {there.slug}.", remedy="Ask without `focus` for all there is."
        )
    part = around(mesh, [focus], up=up, down=down) if focus else mesh
    edges = [{"source": source, "target": target} for source, target in part.edges]
    return {"kitchen": there.slug, "commit": commit, "things": sorted(part.things), "edges": edges}


@router.post("/lineage", response={200: BatchOut, 207: BatchOut}, summary="Send OpenLineage events",
             **may("event.send", requestBody=BODY))  # fmt: skip
def send_lineage(request: HttpRequest) -> Status:
    """Run, job and dataset events of OpenLineage: point a producer's URL at the hub."""
    batch = batch_of(request)
    return answered(request, lambda: read_openlineage(batch.items, Given(timezone.now())), single=False)
