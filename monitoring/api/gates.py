"""Gates: one question for any orchestrator, answered by the status."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from ninja.responses import Status
from pydantic import Field

from kitchens.api.access import may
from kitchens.api.paging import LARGEST_ID
from kitchens.queries.kitchens import get_kitchen
from monitoring.queries import gates

router = Router(tags=["Gates"])
STATUS = {gates.OPEN: 200, gates.CLOSED: 409, gates.WAITING: 425}
ASK_AGAIN = 5  # seconds
Key = Annotated[
    str, Path(max_length=255, description="Number of a run of the hub, or key of another tool's run")
]
Text = Annotated[str, Query(max_length=255)]


class ReasonOut(Schema):
    sentence: str = Field(examples=["enough rows: flights.raw has 1 row (expected at least 3)."])
    test: str = ""
    verdict: str = ""
    result: int | None = None


class GateOut(Schema):
    state: Literal["open", "closed", "waiting"]
    run: str
    kitchen: str
    status: str = Field(description="Of the run, as its own tool has it")
    source: str = Field(description="The tool; empty: the hub")
    reasons: list[ReasonOut]
    ended_at: datetime | None


@router.get("/gates/{path:run}", response={200: GateOut, 409: GateOut, 425: GateOut}, summary="Ask a gate",
            **may("mesh.see"))  # fmt: skip
def get_gate(
    request: HttpRequest,
    response: HttpResponse,
    run: Key,
    source: Text = "",
    component: Text = "",
    kitchen: Annotated[str, Query(max_length=60)] = "production",
    chain: bool = False,
) -> Status:
    """200: open, go on. 409: closed, with the reasons. 425: too early to say, ask again after Retry-After seconds.

    A number without `source` is a run of the hub (with `chain` the newest run of its chain of resumes); everything
    else is the key of another tool's run.
    """
    gate = _gate(run, source, component, kitchen, chain)
    if gate.state == gates.WAITING:
        response["Retry-After"] = str(ASK_AGAIN)
    return Status(STATUS[gate.state], _out(gate))


def _gate(run: str, source: str, component: str, kitchen: str, chain: bool) -> gates.Gate:
    ours = run.isascii() and run.isdecimal() and not source and not component
    if ours and 0 < int(run[:20]) <= LARGEST_ID:
        return gates.gate_of_run(int(run), chain=chain)
    return gates.gate_of_key(run, get_kitchen(kitchen), source=source, component=component)


def _out(gate: gates.Gate) -> dict[str, Any]:
    return asdict(gate)
