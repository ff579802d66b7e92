"""Events and files of results from other tools. Bodies are read here as they come: one bad item spoils no other."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from kitchens.api.access import may
from monitoring.api.taking import ANY_JSON, BODY, JSON, LINES, XML, BatchOut, answered, batch_of, type_of
from monitoring.core.events.envelope import read_item
from monitoring.core.events.files import FileKind, read_file
from monitoring.core.events.importing import Given
from monitoring.core.events.model import Kind

router = Router(tags=["Events"])
FILE = {
    "required": True,
    "content": {"application/json": ANY_JSON, "application/xml": {"schema": {"type": "string"}}},
}
Text = Annotated[str, Query(max_length=255)]


@router.post("/events", response={200: BatchOut, 207: BatchOut}, summary="Send events",
             **may("event.send", requestBody=BODY))  # fmt: skip
def send_events(request: HttpRequest) -> Status:
    """One event, an array of at most 1,000, or one a line (NDJSON). Each is stored once, by its `event_id`.

    200 where all were taken, 207 where some were; a single event that is refused is a problem (422).
    """
    return _events(request, None)


@router.post("/events/{kind}", response={200: BatchOut, 207: BatchOut}, summary="Send events of one kind",
             **may("event.send", requestBody=BODY))  # fmt: skip
def send_events_of_kind(request: HttpRequest, kind: Kind) -> Status:
    """As `POST /events`, for one kind; fields may have the names of DataKitchen's Events API, version 1 or 2."""
    return _events(request, kind)


@router.post("/import/{kind}", response={200: BatchOut, 207: BatchOut}, summary="Import a file of results",
             **may("event.send", requestBody=FILE))  # fmt: skip
def import_file(
    request: HttpRequest,
    kind: FileKind,
    source: Text = "",
    environment: Text = "production",
    component: Text = "",
    run: Text = "",
) -> Status:
    """A file as the tool wrote it: run_results.json of dbt, a validation result, a scan, JUnit XML, OpenLineage."""
    type_of(request, XML if kind is FileKind.JUNIT else (*JSON, *LINES))
    given = Given(timezone.now(), source, environment, component, run)
    return answered(request, lambda: read_file(kind, request.body, given), single=False)


def _events(request: HttpRequest, kind: Kind | None) -> Status:
    now, batch = timezone.now(), batch_of(request)
    reads = [read_item(item, str(number), now, kind) for number, item in enumerate(batch.items)]
    return answered(request, lambda: reads, single=batch.single)
