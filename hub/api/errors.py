"""Turns everything that can go wrong in the API into a problem document."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from hub.common.errors import HubError
from kitchens.api.problems import problem, problem_of

logger = logging.getLogger("hub.api")
MOST_FIELDS = 50


def install(api: NinjaAPI) -> None:
    """Let the API answer errors with problem documents."""
    api.add_exception_handler(HubError, _hub_error)
    api.add_exception_handler(ValidationError, _wrong_form)
    api.add_exception_handler(AuthenticationError, _not_signed_in)
    api.add_exception_handler(HttpError, _http_error)
    api.add_exception_handler(Http404, _missing)
    api.add_exception_handler(Exception, _crash)


def _hub_error(request: HttpRequest, error: HubError) -> HttpResponse:
    if error.status >= 500:
        logger.error("%s %r: %s", request.method, request.path, error)
    return problem_of(request, error)


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer with what our parser said, where the framework has put its own words around it."""
    said = error.__cause__ if isinstance(error.__cause__, HttpError) else error
    return problem(request, said.status_code, said.message)


def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(request, 404, "There is no such thing here.")


def _wrong_form(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name each field at fault. What was sent is not sent back: it may hold a password."""
    errors = [{"field": _field(each["loc"]), "message": each["msg"]} for each in error.errors[:MOST_FIELDS]]
    detail = "The request does not have the form it should have; `errors` names the fields."
    return problem(request, 422, detail, title="Not valid", kind="not-valid", errors=errors)


def _field(place: Sequence[object]) -> str:
    """Return the path of a field: without where it was sent, and without our own name for a body."""
    inside = place[2:] if place[0] == "body" else place[1:]
    return ".".join(map(str, inside)) or str(place[0])


def _not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    detail = "Nobody is signed in." if error.message == "Unauthorized" else error.message
    return problem(
        request, 401, detail, remedy="Send Authorization: Bearer <token>; Settings, Tokens makes one."
    )


def _crash(request: HttpRequest, error: Exception) -> HttpResponse:
    """The boundary of the process: what went wrong goes to the log, the client learns where to find it there."""
    mark = secrets.token_hex(4)
    logger.error("%s %r failed [%s]", request.method, request.path, mark, exc_info=error)
    return problem(
        request, 500, "Something went wrong inside the hub.", remedy=f"Its log has it under {mark}."
    )
