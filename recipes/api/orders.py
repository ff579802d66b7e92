"""Orders: the wish to run a variation of a recipe, placed once however often it is sent."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, Router, Schema
from ninja.responses import Status as Answer
from pydantic import ConfigDict, Field

from kitchens.api.access import actor, may
from kitchens.queries.kitchens import get_kitchen
from recipes.actions import orders
from recipes.api.runs import RunOut, made_run

router = Router(tags=["Orders"])
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Sent again with the same key, the same order is not placed twice: the answer is its run.",
    ),
]


class OrderIn(Schema):
    model_config = ConfigDict(extra="forbid")
    kitchen: str = Field("production", max_length=60)
    domain: str = Field(max_length=60, examples=["flights"])
    recipe: str = Field(max_length=60, examples=["daily"])
    variation: str = Field(max_length=60, examples=["production"])
    values: dict[str, Any] = Field(
        {}, max_length=200, description="By name", examples=[{"day": "2026-03-31"}]
    )
    nodes: list[str] = Field([], max_length=1000, description="Only these nodes; empty: all of the variation")
    fixtures: str = Field("", max_length=60, description="Set of small tables to run with, in place of data")
    priority: int | None = Field(None, ge=-100, le=100, description="Higher goes first; else the variation's")


@router.post("/orders", response={201: RunOut}, summary="Place an order", **may("order.place"))
def place_order(
    request: HttpRequest, response: HttpResponse, given: OrderIn, idempotency_key: Key = None
) -> Answer:
    """Order a run. `errors` names every value that does not fit. In production it needs the role `operator`."""
    run = orders.place_order(
        **given.dict(exclude={"kitchen"}),
        kitchen=get_kitchen(given.kitchen),
        by=actor(request),
        now=timezone.now(),
        idempotency_key=idempotency_key,
    )
    return made_run(request, response, run)
