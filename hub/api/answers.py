"""What every address of the API does around its own work: limits, one form of error, validators of what was read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag

from kitchens.api.problems import problem

BODY_LIMIT = 1024 * 1024
View = Callable[..., HttpResponse]


def guarded(view: View) -> View:
    """Return the view with its limits, problem documents and ETags. It signs its callers in by itself."""

    def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if _length(request) > BODY_LIMIT:
            return problem(request, 413, f"The body is larger than {BODY_LIMIT // 1024} KiB.")
        if "Transfer-Encoding" in request.headers and not request.META.get("CONTENT_LENGTH"):
            return problem(request, 411, "The length of the body has to be told: Content-Length.")
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return problem(request, 400, "A null character stands in the address.")
        head = request.method == "HEAD"
        if head:
            request.method = "GET"
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            response = nothing_here(request)
        if response.status_code == 405:
            allowed = response["Allow"]
            response = problem(
                request, 405, f"This address takes {allowed} only.", headers={"Allow": allowed}
            )
        return _without_body(_validated(request, response)) if head else _validated(request, response)

    guard.csrf_exempt = True  # type: ignore[attr-defined]  # sessions are checked in kitchens.api.access
    guard.login_required = False  # type: ignore[attr-defined]  # says 401 itself, instead of a redirect to a page
    return guard


def nothing_here(request: HttpRequest, **ignored: Any) -> HttpResponse:
    """Answer for every address that is none of the API's."""
    return problem(
        request, 404, "There is nothing at this address.", remedy="/api/v1/openapi.json lists what there is."
    )


def _length(request: HttpRequest) -> int:
    given = request.META.get("CONTENT_LENGTH") or "0"
    return int(given) if given.isdecimal() and len(given) < 20 else BODY_LIMIT + 1


def _validated(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give a read answer its ETag, or answer 304 where the client has it already. Caches in between keep nothing."""
    patch_vary_headers(response, ["Authorization", "Cookie"])
    response.headers.setdefault("Cache-Control", "private, no-cache")
    if request.method != "GET" or response.status_code != 200:
        return response
    digest = hashlib.blake2b(response.content, digest_size=16).hexdigest()
    response.headers.setdefault("ETag", quote_etag(digest))
    return get_conditional_response(request, etag=response["ETag"], response=response)


def _without_body(response: HttpResponse) -> HttpResponse:
    response["Content-Length"] = str(len(response.content))
    response.content = b""
    return response
