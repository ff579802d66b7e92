"""Workers: who is at work, and how much waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from kitchens.api.access import may
from recipes.queries import lists

router = Router(tags=["Workers"])
SILENT = timedelta(minutes=2)  # after which a worker is not listed any more


class WorkerOut(Schema):
    name: str = Field(examples=["host:4711:1764000000"])
    host: str
    role: str = Field(examples=["worker"])
    started_at: datetime
    heartbeat_at: datetime
    busy_with: str


class QueueOut(Schema):
    queued: int = Field(description="Nodes that wait for a worker")
    running: int = Field(description="Nodes at work")
    workers: list[WorkerOut]


@router.get("/queue", response=QueueOut, summary="Look at the queue", **may("worker.see"))
def get_queue(request: HttpRequest) -> dict[str, Any]:
    """How many nodes wait and run, and the workers that gave a sign of life in the last two minutes."""
    return {**lists.queue(), "workers": list(lists.workers(timezone.now() - SILENT))}
