"""Runs: listed, read, cancelled, resumed, run again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router, Schema
from ninja.responses import Status as Answer
from pydantic import ConfigDict, Field

from kitchens.api.access import actor, may
from kitchens.api.paging import LARGEST_ID, AfterId, Limit, Page, page
from recipes.actions.runs import cancel, rerun, resume
from recipes.core.plan import Plan
from recipes.core.status import Status
from recipes.models import OrderRun
from recipes.queries import lists
from recipes.queries.pages_runs import get_run as find_run

router = Router(tags=["Runs"])
RunId = Annotated[int, Path(ge=1, le=LARGEST_ID, examples=[42])]
Word = Annotated[str, Query(max_length=60)]


class RunOut(Schema):
    id: int
    kitchen: str = Field(examples=["production"])
    domain: str = Field(examples=["flights"])
    recipe: str = Field(examples=["daily"])
    variation: str = Field(examples=["production"])
    status: Status
    reason: str = Field(description="One sentence for people")
    slot: datetime | None = Field(description="The moment the schedule meant; null for a run on demand")
    priority: int
    fixtures: str = Field(description="Set of small tables it ran with in place of data; empty: none")
    commit: str
    revision: int | None = Field(description="The revision of the kitchen it reads")
    published: int | None = Field(description="The revision it published")
    resumes: int | None = Field(alias="resumes_id", description="The run that this one resumes")
    placed_by: str | None
    placed_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    nodes_done: int = Field(alias="done")
    nodes_total: int = Field(alias="total")
    tests_failed: int
    tests_warned: int
    tests_total: int

    @staticmethod
    def resolve_kitchen(run: OrderRun) -> str:
        return run.kitchen.slug

    @staticmethod
    def resolve_revision(run: OrderRun) -> int | None:
        return run.revision.number if run.revision else None

    @staticmethod
    def resolve_published(run: OrderRun) -> int | None:
        return run.published.number if run.published else None

    @staticmethod
    def resolve_placed_by(run: OrderRun) -> str | None:
        return run.order.placed_by.username if run.order.placed_by else None


class ValueOut(Schema):
    """A value as the run uses it, and where it came from."""

    name: str = Field(examples=["day"])
    type: str = Field(examples=["date"])
    value: Any = Field(examples=["2026-03-31"])
    origin: str = Field(examples=["order"])


class ValuesOut(Schema):
    items: list[ValueOut]


class ResumeIn(Schema):
    """Which recipe and values a resumed run uses: those it had, or those of now."""

    model_config = ConfigDict(extra="forbid")
    recipe: Literal["old", "new"] = "old"
    values: Literal["old"] | dict[str, Any] = Field(
        "old", description="`old`, or the values to use instead, by name"
    )


@router.get("/runs", response=Page[RunOut], summary="List the runs", **may("mesh.see"))
def list_runs(
    request: HttpRequest,
    response: HttpResponse,
    kitchen: Word = "",
    domain: Word = "",
    recipe: Word = "",
    variation: Word = "",
    status: Annotated[Status | None, Query()] = None,
    since: Annotated[datetime | None, Query(description="Placed at or after this time")] = None,
    limit: Limit = 50,
    after: AfterId = None,
) -> dict[str, Any]:
    """Runs, newest first, of the whole mesh or those the filters name."""
    filters = {
        "kitchen__slug": kitchen, "domain": domain, "recipe": recipe, "variation": variation, "status": status,
    }  # fmt: skip
    rows = lists.runs(filters, since)
    return page(
        request, response, rows.filter(pk__lt=after) if after else rows, limit, key=lambda run: run.pk
    )


@router.get("/runs/{run_id}", response=RunOut, summary="Get a run", **may("mesh.see"))
def get_run(request: HttpRequest, run_id: RunId) -> OrderRun:
    """One run: where it stands and why. Ask again with If-None-Match until it has settled."""
    return find_run(run_id)


@router.get(
    "/runs/{run_id}/values", response=ValuesOut, summary="List the values of a run", **may("mesh.see")
)
def list_values(request: HttpRequest, run_id: RunId) -> dict[str, Any]:
    """The values the run was planned with, each with its origin: order, kitchen, variation, recipe or system."""
    return {"items": list(Plan.model_validate(find_run(run_id).plan).values.values())}


@router.post("/runs/{run_id}/cancel", response=RunOut, summary="Cancel a run", **may("run.cancel"))
def cancel_run(request: HttpRequest, run_id: RunId) -> OrderRun:
    """Stop a run; 409 with the reason where it has already ended."""
    cancel(find_run(run_id), by=actor(request), now=timezone.now())
    return find_run(run_id)


@router.post("/runs/{run_id}/resume", response={201: RunOut}, summary="Resume a run", **may("run.resume"))
def resume_run(request: HttpRequest, response: HttpResponse, run_id: RunId, given: ResumeIn) -> Answer:
    """Go on with a failed run in a new one: finished nodes whose code, values and inputs are unchanged are kept."""
    made = resume(
        find_run(run_id), by=actor(request), now=timezone.now(), recipe=given.recipe, values=given.values
    )
    return made_run(request, response, made)


@router.post("/runs/{run_id}/rerun", response={201: RunOut}, summary="Run it again", **may("run.resume"))
def rerun_run(request: HttpRequest, response: HttpResponse, run_id: RunId) -> Answer:
    """Run the same again from the beginning, as a new run."""
    return made_run(request, response, rerun(find_run(run_id), by=actor(request), now=timezone.now()))


def made_run(request: HttpRequest, response: HttpResponse, run: OrderRun) -> Answer:
    """Answer 201 with the new run and where to read it."""
    response["Location"] = f"/api/v1/runs/{run.pk}"
    return Answer(201, find_run(run.pk))
