"""How bodies of events are taken and answered for: item by item, one bad item spoils no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Schema
from ninja.errors import HttpError
from ninja.responses import Status
from pydantic import Field

from kitchens.api.access import actor
from monitoring.actions.events import Answer, Taken, take
from monitoring.core.events.model import Read
from monitoring.core.events.reading import Batch, read_batch

JSON = ("application/json", "application/cloudevents+json")
LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
XML = ("application/xml", "text/xml")
ANY_JSON: dict[str, Any] = {"schema": {}}
BODY = {
    "required": True,
    "content": {"application/json": ANY_JSON, "application/x-ndjson": {"schema": {"type": "string"}}},
}


class ItemOut(Schema):
    """What came of one item. A refused one says why and how to mend it; it may be sent again under the same id."""

    place: str = Field(description="Where it stood: its number, or its place in a file", examples=["0"])
    status: int = Field(
        description="201 where it is stored (now or before), else 403, 409 or 422", examples=[201]
    )
    event_id: str | None = Field(None, description="Its id; one that came without gets one of its content")
    kind: str | None = None
    gate: str | None = Field(None, description="The gate of its run")
    tests: str | None = Field(None, description="The page with its test results")
    field: str | None = Field(None, examples=["test_outcomes.3.status"])
    detail: str | None = Field(None, examples=["test_outcomes.3.status is unknown ('GREEN')."])
    remedy: str | None = None


class BatchOut(Schema):
    accepted: int
    refused: int
    results: list[ItemOut]


def batch_of(request: HttpRequest) -> Batch:
    """Return the items of a body of JSON or NDJSON."""
    return read_batch(request.body, lines=type_of(request, (*JSON, *LINES)) in LINES)


def type_of(request: HttpRequest, taken: tuple[str, ...]) -> str:
    """Return the type of the body; a form of another site can send none of those that are taken."""
    if request.content_type not in taken:
        raise HttpError(415, f"The body has to come with Content-Type: {' or '.join(taken)}.")
    return request.content_type


def answered(request: HttpRequest, read: Callable[[], Iterable[Read]], *, single: bool) -> Status:
    taken = take(read(), by=actor(request), now=timezone.now())
    if single and taken.refused and (refusal := taken.answers[0].refusal):
        raise refusal
    return Status(207 if taken.refused else 200, _body(taken))


def _body(taken: Taken) -> dict[str, Any]:
    return {
        "accepted": taken.accepted,
        "refused": taken.refused,
        "results": [_item(one) for one in taken.answers],
    }


def _item(answer: Answer) -> dict[str, Any]:
    if answer.refusal is None:
        return {"place": answer.place, **answer.facts}
    refusal = answer.refusal
    return {
        "place": answer.place,
        "status": answer.status,
        "field": refusal.field[:300] or None,
        "detail": refusal.message,
        "remedy": refusal.remedy or None,
    }
