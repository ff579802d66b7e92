"""Who asks: a program by its token, or a signed-in person by their session. And what they may."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import AuthenticationError, HttpError
from ninja.security.apikey import APIKeyCookie
from ninja.security.http import HttpAuthBase
from ninja.utils import check_csrf

from hub.common.errors import TooManyError
from kitchens.actions import logins, tokens
from kitchens.core.asking import now_asks
from kitchens.core.roles import MAY, Actor

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Token(HttpAuthBase):
    """`Authorization: Bearer hub_…`. Never in the URL: URLs end up in logs."""

    openapi_scheme = "bearer"

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__()

    def __call__(self, request: HttpRequest) -> Actor | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _, key = header.partition(" ")
        found = tokens.token_actor(key.strip(), timezone.now()) if scheme.lower() == "bearer" else None
        if found is None:
            _refuse(request)
            return None
        return _allowed(request, found[1], self.what)


class Session(APIKeyCookie):
    """The session of a signed-in person; what changes something also needs the header X-CSRFToken."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(csrf=False)  # looked at below: someone not signed in is told that first

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        if not request.user.is_authenticated:
            return None
        if request.method not in SAFE and check_csrf(request):
            raise HttpError(403, "The header X-CSRFToken is missing or wrong.")
        return _allowed(request, request.user.actor(via="api"), self.what)


def may(what: str, **extra: Any) -> dict[str, Any]:
    """Return the arguments of a route that needs `what` (a key of kitchens.core.roles.MAY), and document it.

    The action asks again, for the kitchen at hand; here it is asked before the request is even read.
    """
    note = {"x-may": what, "x-role": MAY[what], **extra}
    return {"auth": [Token(what), Session(what)], "openapi_extra": note}


def actor(request: HttpRequest) -> Actor:
    """Return who asks; only within a route that was declared with `may`."""
    return request.auth  # type: ignore[attr-defined]


def _allowed(request: HttpRequest, who: Actor, what: str) -> Actor:
    now_asks(who)
    if not who.may(what) and not any(who.may(what, kitchen) for kitchen in who.kitchen_roles):
        who.require(what)
    return who


def _refuse(request: HttpRequest) -> None:
    """Say 401 for a wrong token, whatever session may come along with it; 429 where there were too many."""
    if logins.note_wrong_token(address=logins.address_of(request.META), now=timezone.now()):
        raise AuthenticationError(message="The token is unknown, revoked or expired.")
    raise TooManyError(
        "Too many wrong tokens came from this address.",
        remedy="Wait a quarter of an hour, or use a right one.",
    )
