"""Rendering shared by all pages: lists that answer with rows or a page, panels with an own URL, cheap polling."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of a page. Boosted links and restored history get whole pages."""
    headers = request.headers
    if headers.get("HX-Boosted") == "true" or headers.get("HX-History-Restore-Request") == "true":
        return False
    return bool(headers.get("HX-Request") == "true")


def render_list(request: HttpRequest, page: str, rows: str, context: Mapping[str, Any]) -> HttpResponse:
    """Answer a filter, a next page or a panel with the template `rows`, everything else with the whole `page`.

    Both have the same URL, so every state of a page can be linked to.
    """
    response = render(request, rows if wants_fragment(request) else page, dict(context))
    patch_vary_headers(response, ["HX-Request"])
    return response


def etag_of(*facts: object) -> str:
    """Return a short tag that changes when one of the facts does."""
    return hashlib.blake2b(repr(facts).encode(), digest_size=9).hexdigest()


def polled(request: HttpRequest, etag: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer 304 while `etag` is what the page already shows, else what `answer` returns.

    The page sends the tag of its fragment (attribute `data-etag`) itself and browsers keep no copy, so that an
    unchanged fragment costs the caller's one query and is not put into the page again.
    """
    if request.headers.get("If-None-Match", "").strip('"') == etag:
        return HttpResponseNotModified()
    response = answer()
    response.headers["Cache-Control"] = "no-store"
    return response
