"""Turns a HubError into an answer people can act on: a page, or a toast for htmx."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render

from hub.common.errors import HubError
from kitchens.core.asking import asked_by
from kitchens.core.roles import NOBODY, Actor

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'"
)


class SecurityHeadersMiddleware:
    """Adds a content security policy (scripts from the hub itself only, none inline); no page is kept by a cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class AskerMiddleware:
    """Says who asks for the length of a request, so that a closed kitchen is closed at every door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def who() -> Actor:
            return request.user.actor() if request.user.is_authenticated else NOBODY

        with asked_by(who):
            return self.get_response(request)


class HubErrorMiddleware:
    """Answers a HubError raised in a view with its status: `errors/_toast.html` for htmx, `errors/error.html` else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _holds_null(request) and not request.path_info.startswith(
            "/api/"
        ):  # the API says it in its own way
            return HttpResponseBadRequest(
                "A null character stands in the address.", content_type="text/plain"
            )
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, HubError):
            return None
        if request.headers.get("HX-Request") == "true":
            response = render(request, "errors/_toast.html", {"error": error}, status=error.status)
            response.headers["HX-Retarget"] = "#toasts"
            response.headers["HX-Reswap"] = "beforeend"
            return response
        return render(request, "errors/error.html", {"error": error}, status=error.status)


def _holds_null(request: HttpRequest) -> bool:
    """Say whether the address holds a null character, which no database takes."""
    return "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")
