"""Every error of the API is a problem document (RFC 9457), and says what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.text import slugify
from ninja import Schema
from pydantic import Field

from hub.common.errors import HubError

MEDIA_TYPE = "application/problem+json"


class FieldProblem(Schema):
    """What is wrong with one field of the request."""

    field: str = Field(description="Path of the field, such as `values.day`", examples=["values.day"])
    message: str = Field(examples=["This is not a date. Write it as 2026-03-31."])


class Problem(Schema):
    """An error (RFC 9457): what, why, and the way out."""

    type: str = Field(examples=["urn:dataops-hub:problem:conflict"])
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    detail: str = Field(description="Full sentences for people", examples=["Run 42 has already ended."])
    instance: str = Field(description="Path of the request", examples=["/api/v1/runs/42/cancel"])
    remedy: str = Field(
        "", description="How to mend it, where there is a way", examples=["Place a new order."]
    )
    errors: list[FieldProblem] = Field([], description="The fields at fault, where there are any")


def problem(
    request: HttpRequest,
    status: int,
    detail: str,
    *,
    title: str = "",
    kind: str = "",
    remedy: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return a problem document; without a kind it is what the status says."""
    phrase = HTTPStatus(status).phrase
    body: dict[str, Any] = {
        "type": f"urn:dataops-hub:problem:{kind}" if kind else "about:blank",
        "title": title or phrase,
        "status": status,
        "detail": detail,
        "instance": request.path[:300],
        "remedy": remedy,
        "errors": list(errors),
    }
    response = HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)
    for name, value in (headers or {}).items():
        response[name] = value
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="hub"'
    return response


def problem_of(request: HttpRequest, error: HubError) -> HttpResponse:
    """Return the problem document of an error of the hub: `field` and `faults` become its list of errors."""
    wait = getattr(error, "retry_after", None)
    return problem(
        request,
        error.status,
        error.message,
        title=error.title,
        kind=slugify(error.title),
        remedy=error.remedy,
        errors=list(_fields(error)),
        headers={"Retry-After": str(wait)} if wait else None,
    )


def _fields(error: HubError) -> Iterator[dict[str, str]]:
    """Yield each field at fault: values of an order by name, faults of recipes by file and line, else the one field."""
    faults: Mapping[str, Any] = getattr(error, "faults", None) or {}
    for name, found in faults.items():
        if isinstance(found, str):
            yield {"field": f"values.{name}", "message": found}
        else:
            yield from ({"field": f"{name}/{one.file}:{one.line}", "message": one.message} for one in found)
    if not faults and error.field:
        yield {"field": error.field, "message": error.message}
