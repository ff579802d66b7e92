"""Lists of any length, a page at a time: what comes after the last row seen, never a count or an offset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Schema
from pydantic import Field

Item = TypeVar("Item")
MOST = 200
LARGEST_ID = 2**63 - 1

Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows of a page")]
AfterId = Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="The `id` of the last row seen")]
AfterName = Annotated[str | None, Query(max_length=200, description="The name of the last row seen")]


class Page(Schema, Generic[Item]):
    """One page of a list; `next` is the address of the page after it, null on the last one."""

    items: list[Item]
    next: str | None = Field(None, examples=["/api/v1/runs?limit=50&after=1207"])


def page(
    request: HttpRequest,
    response: HttpResponse,
    rows: QuerySet | Sequence[Any],
    limit: int,
    *,
    key: Callable[[Any], object],
) -> dict[str, Any]:
    """Return the first `limit` rows and the link to the rest; one row more is read to know whether there is a rest.

    `rows` begin after the last row seen and are in the order of `key`.
    """
    found = list(rows[: limit + 1])
    items = found[:limit]
    following = None
    if len(found) > limit:
        query = request.GET.copy()
        query["after"] = str(key(items[-1]))
        following = f"{request.path}?{query.urlencode()}"
        response["Link"] = f'<{following}>; rel="next"'
    return {"items": items, "next": following}
