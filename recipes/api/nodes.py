"""Nodes of a run: where each one stands, what it logged, and what its tests found."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path as File
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, Field

from hub.common.errors import MissingError
from kitchens.api.access import actor, may
from kitchens.api.paging import LARGEST_ID, AfterId, Limit, Page, page
from recipes.actions.marks import mark_result
from recipes.api.runs import RunId
from recipes.core.nodes.log import tail
from recipes.core.status import Status
from recipes.core.verdict import Severity, Verdict
from recipes.models import Attempt, NodeRun, TestResult
from recipes.queries import lists
from recipes.queries.pages_nodes import get_node_run, get_result
from recipes.queries.pages_runs import get_run

router = Router(tags=["Nodes, tests and logs"])
ResultId = Annotated[int, Path(ge=1, le=LARGEST_ID, examples=[1204])]
Node = Annotated[str, Path(max_length=100, description="Name of the node", examples=["clean"])]
MOST_LOG = 256 * 1024


class NodeOut(Schema):
    node: str = Field(examples=["clean"])
    kind: str = Field(examples=["sql"])
    status: Status
    reason: str = Field(description="One sentence for people")
    attempt: int
    started_at: datetime | None
    ended_at: datetime | None
    reused_from: int | None = Field(
        alias="reused_from_id", description="Node run of an earlier run it was kept from"
    )


class AttemptOut(Schema):
    number: int
    status: Status
    reason: str
    owner: str = Field(description="The worker")
    started_at: datetime
    ended_at: datetime | None
    exit_code: int | None
    cpu_seconds: float | None
    peak_memory: int | None = Field(description="Bytes")


class NodeDetailOut(NodeOut):
    measures: dict[str, float] = Field(description="What the node measured")
    sql: list[str] = Field(description="The statements that ran")
    attempts: list[AttemptOut]


class NodesOut(Schema):
    items: list[NodeOut]


class ResultOut(Schema):
    """What one test found, with the numbers behind it."""

    id: int
    test: str = Field(examples=["enough flights"])
    node: str
    attempt: int
    check: str = Field(alias="check_name", examples=["row_count"])
    dataset: str
    severity: Severity
    verdict: Verdict
    sentence: str = Field(examples=["120 rows, at least 150 were expected."])
    expected: str
    measure: float | None
    unit: str
    n_scope: int | None
    n_applicable: int | None
    n_fail: int | None
    at: datetime
    mark: str = Field(description="What people said of it: expected, incident or usable; mostly nothing")

    @staticmethod
    def resolve_node(result: TestResult) -> str:
        return result.node_run.node if result.node_run else ""


class LogOut(Schema):
    text: str = Field(description="Whole lines: time, mark (| output, ! error, > hub), text")
    next: int = Field(description="The offset to ask for next")
    complete: bool = Field(description="Whether the attempt has ended, so that nothing more will come")


@router.get("/runs/{run_id}/nodes", response=NodesOut, summary="List the nodes of a run", **may("mesh.see"))
def list_nodes(request: HttpRequest, run_id: RunId) -> dict[str, Any]:
    """All nodes of a run in the order of its plan."""
    return {"items": list(lists.nodes_of(get_run(run_id)))}


@router.get("/runs/{run_id}/nodes/{node}", response=NodeDetailOut, summary="Get a node", **may("mesh.see"))
def get_node(request: HttpRequest, run_id: RunId, node: Node) -> dict[str, Any]:
    """One node of a run: its attempts, what it measured, the SQL that ran."""
    found = get_node_run(get_run(run_id), node)
    outcome = found.outcome or {}
    return {
        **{name: getattr(found, name) for name in ("node", "kind", "status", "reason", "attempt")},
        **{name: getattr(found, name) for name in ("started_at", "ended_at", "reused_from_id")},
        "measures": outcome.get("measures", {}),
        "sql": list(outcome.get("sql", ())),
        "attempts": list(found.attempts.order_by("number")),
    }


@router.get(
    "/runs/{run_id}/tests", response=Page[ResultOut], summary="List the test results", **may("mesh.see")
)
def list_tests(
    request: HttpRequest,
    response: HttpResponse,
    run_id: RunId,
    verdict: Annotated[Verdict | None, Query(description="Only those with this verdict")] = None,
    limit: Limit = 100,
    after: AfterId = None,
) -> dict[str, Any]:
    """What the tests of a run found, over all attempts, in the order they ran."""
    rows = lists.results_of(get_run(run_id)).defer("evidence", "sql", "details")
    rows = rows.filter(verdict=verdict) if verdict else rows
    return page(request, response, rows.filter(pk__gt=after) if after else rows, limit, key=lambda r: r.pk)


class MarkIn(Schema):
    model_config = ConfigDict(extra="forbid")
    mark: Literal["", "expected", "incident", "usable"] = Field(description="Nothing takes a mark away")


@router.post(
    "/runs/{run_id}/tests/{result_id}/mark", response=ResultOut, summary="Mark a result", **may("result.mark")
)
def mark_a_result(request: HttpRequest, run_id: RunId, result_id: ResultId, given: MarkIn) -> TestResult:
    """Say what later runs of a test against its past may learn from a result of production."""
    found = get_result(get_run(run_id), result_id)
    return mark_result(found, given.mark, by=actor(request), now=timezone.now())


@router.get("/runs/{run_id}/nodes/{node}/log", response=LogOut, summary="Read the log", **may("data.sample"))
def read_log(
    request: HttpRequest,
    run_id: RunId,
    node: Node,
    offset: Annotated[int, Query(ge=0, le=LARGEST_ID, description="`next` of the answer before")] = 0,
    attempt: Annotated[int | None, Query(ge=1, le=10_000, description="The newest where left out")] = None,
) -> dict[str, Any]:
    """The log of an attempt from an offset on, up to 256 KiB; ask for `next` until `complete`."""
    tried = _attempt(get_node_run(get_run(run_id), node), attempt)
    text, end = tail(_log_file(tried), offset, MOST_LOG)
    return {"text": text, "next": end, "complete": tried.ended_at is not None and not text}


def _attempt(node_run: NodeRun, number: int | None) -> Attempt:
    attempts = Attempt.objects.filter(node_run=node_run.reused_from or node_run)
    found = (attempts.filter(number=number) if number else attempts).order_by("-number").first()
    if found is None:
        raise MissingError(
            f"The node {node_run.node} has no such attempt.", remedy="It may not have started yet."
        )
    return found


def _log_file(attempt: Attempt) -> File:
    """Return the attempt's log below the folder of logs, and never anything else."""
    root = File(settings.LOG_ROOT).resolve()
    path = (root / attempt.log).resolve()
    if not attempt.log or not path.is_relative_to(root):
        raise MissingError("This attempt wrote no log.")
    return path
