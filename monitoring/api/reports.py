"""Failure reports for programs: those of a kitchen, and one with everything its page shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router, Schema
from pydantic import Field

from kitchens.api.access import actor, may
from kitchens.api.paging import LARGEST_ID, AfterId, Limit, Page, page
from kitchens.queries.kitchens import get_kitchen
from monitoring.queries.report.lists import episodes
from monitoring.queries.report.plain import as_plain
from monitoring.queries.report.report import report_of

router = Router(tags=["Failure reports"])
ReportId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Number of the report", examples=[1])]


class EpisodeOut(Schema):
    """A test or node from its first red run to green."""

    id: int
    domain: str = Field(examples=["flights"])
    recipe: str = Field(examples=["daily"])
    node: str = Field(examples=["clean"])
    test: str = Field(description="Empty: the node failed without a failed test", examples=["airports exist"])
    severity: str = Field(examples=["stop"])
    verdict: str = Field(examples=["fail"])
    sentence: str = Field(description="What was found first")
    opened_at: datetime
    closed_at: datetime | None
    ending: str = Field(description="green, removed, kitchen_ended; empty while it is open")
    red_runs: int = Field(alias="n_runs")
    first_run: int | None = Field(alias="first_run_id")


class ReportOut(Schema):
    """Everything the page of a failure report shows, in its order. Values of personal columns are hidden."""

    id: int
    url: str
    verdict: str = Field(description="What is wrong and since when, in one sentence")
    status: Literal["open", "closed"]
    ending: str
    severity: str
    kitchen: str
    domain: str
    recipe: str
    node: str
    test: str
    check: str
    dataset: str
    source: str
    owner: str
    incident: int | None
    opened_at: datetime
    last_red_at: datetime
    closed_at: datetime | None
    age_seconds: float
    red_evaluations: int
    red_runs: int
    observed: dict[str, Any] | None
    expected: str
    rule: dict[str, Any] | None = Field(description="Where the limit comes from: file, line and text")
    history: list[dict[str, Any]]
    last_green_run: dict[str, Any] | None
    first_red_run: dict[str, Any] | None
    last_red_run: dict[str, Any] | None
    fixed_run: dict[str, Any] | None
    changes: dict[str, Any] = Field(description="Between the last green and the first red run")
    causes: list[dict[str, Any]] = Field(description="The likeliest first")
    failing_rows: dict[str, Any] | None = Field(description="As they were kept when it failed")
    slices: list[dict[str, Any]]
    now: dict[str, Any] | None
    siblings: list[dict[str, Any]]
    upstream: list[dict[str, Any]]
    downstream: dict[str, Any]
    statements: list[str]
    error: str
    log: list[list[str]]
    attempts: list[dict[str, Any]]
    elsewhere: list[dict[str, Any]]
    episodes: list[dict[str, Any]]
    reliability: str


@router.get("/reports", response=Page[EpisodeOut], summary="List failure reports", **may("mesh.see"))
def list_reports(
    request: HttpRequest,
    response: HttpResponse,
    kitchen: Annotated[str, Query(max_length=60, description="Name of the kitchen")] = "production",
    state: Annotated[Literal["open", "closed", "all"], Query(description="Which of them")] = "open",
    limit: Limit = 100,
    after: AfterId = None,
) -> dict[str, Any]:
    """Episodes of failure of a kitchen, in the order they were opened."""
    rows = episodes(get_kitchen(kitchen), state).order_by("pk")
    rows = rows.filter(pk__gt=after) if after else rows
    return page(request, response, rows, limit, key=lambda episode: episode.pk)


@router.get("/reports/{report_id}", response=ReportOut, summary="Get a failure report", **may("data.sample"))
def get_report(request: HttpRequest, report_id: ReportId) -> dict[str, Any]:
    """One failure report: what broke, since when, why, and whom it hurts."""
    report = report_of(report_id, timezone.now())
    actor(request).require("data.sample", report.episode.kitchen.slug)
    return as_plain(report)
