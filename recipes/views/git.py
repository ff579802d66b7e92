"""The mesh repository over HTTP, for git itself: clone, fetch and push, with a token as the password."""

from __future__ import annotations

import base64
import binascii
import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from hub.common.errors import HubError, MissingError, NotAllowedError, TooManyError, UnavailableError
from kitchens.actions import logins, tokens
from kitchens.actions.branches import heal_branches
from kitchens.core.git import MeshRepository
from kitchens.core.git.bodies import spooled
from kitchens.core.git.serve import FETCH_LIMIT, PUSH_LIMIT, Call, GitProcess
from kitchens.core.roles import Actor
from kitchens.queries.branches import branches
from recipes.actions.pushes import Push

FETCH, PUSH = "git-upload-pack", "git-receive-pack"
# Of the 16 threads of the web server: so many serve git at a time, so many more may wait this long for their turn.
AT_WORK, WAITING, WAIT_SECONDS, BUSY_AGAIN = 5, 5, 10.0, 5
_door = threading.BoundedSemaphore(AT_WORK + WAITING)
_work = threading.BoundedSemaphore(AT_WORK)
Answer = HttpResponse | StreamingHttpResponse


def in_words(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Answer an error as plain text, which git shows; without a right token, ask for one."""

    def said(request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
        try:
            return view(request, *args, **kwargs)
        except HubError as error:
            if told := told_by_git(kwargs.get("path", ""), error):
                return told
            answer = HttpResponse(f"{error}\n", status=error.status, content_type="text/plain; charset=utf-8")
            if error.status in (429, 503):
                answer["Retry-After"] = str(getattr(error, "retry_after", BUSY_AGAIN))
            if isinstance(error, NoToken):
                answer["WWW-Authenticate"] = (
                    'Basic realm="DataOps Hub: any name, and an API token as password"'
                )
            return answer

    return said


def told_by_git(path: str, error: HubError) -> HttpResponse | None:
    """Return the error as git's own protocol says it: of the answers to these, git shows nothing else to its user."""
    if isinstance(error, NoToken) or path not in (FETCH, PUSH):
        return None
    text = f"{error}\n".encode()[:60_000]
    said = b"\x03" + text if path == PUSH else b"ERR " + text
    packet = b"%04x" % (len(said) + 4) + said
    return HttpResponse(packet + b"0000", content_type=f"application/x-{path}-result")


class NoToken(HubError):  # noqa: N818 - says what is missing
    """No token came, or not a right one."""

    status = 401
    title = "Not signed in"


@csrf_exempt
@login_not_required
@in_words
def git_mesh(request: HttpRequest, path: str) -> Answer:
    """Serve the three addresses of git's smart protocol; everything else is not there."""
    service = request.GET.get("service", "") if path == "info/refs" else path
    method = "GET" if path == "info/refs" else "POST"
    if request.method != method or service not in (FETCH, PUSH):
        raise MissingError(
            "Git finds nothing at this address.",
            remedy="Clone it: git clone <address of the hub>/git/mesh.git",
        )
    by = _who(request)
    by.require("mesh.see")
    if service == PUSH:
        _require_change(by)
    with contextlib.ExitStack() as turn:
        _take_turn(turn)
        return _served(request, path, service, by, turn)


def _served(request: HttpRequest, path: str, service: str, by: Actor, turn: contextlib.ExitStack) -> Answer:
    heads = MeshRepository(settings.MESH_REPOSITORY).heads()
    known = branches(heads, by)
    heal_branches(known.astray.values())
    call = _call(request, path, service, by, turn)
    pushes = service == PUSH
    hidden = known.hides_for_push() if pushes else known.hides_for_fetch()
    ask = Push(by=by, now=timezone.now()).answer if pushes and path == PUSH else None
    process = GitProcess(settings.MESH_REPOSITORY, call, hidden, ask)
    turn.callback(process.close)
    body = [b"".join(process)] if pushes else Stream(process, turn.pop_all())
    return StreamingHttpResponse(body, status=process.head.status, headers=dict(process.head.headers))


class Stream:
    """The body of an answer; what it holds is let go of when it was sent, or the client has gone."""

    def __init__(self, pieces: GitProcess, held: contextlib.ExitStack) -> None:
        self._pieces = iter(pieces)
        self._held = held

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        self._held.close()


def _call(request: HttpRequest, path: str, service: str, by: Actor, turn: contextlib.ExitStack) -> Call:
    body, size = None, 0
    if path != "info/refs":
        length = request.META.get("CONTENT_LENGTH") or None
        # Django reads a body of known length only; git sends large packs in chunks.
        source = request if length else request.environ["wsgi.input"]  # type: ignore[attr-defined]
        encoding = request.headers.get("Content-Encoding", "").lower()
        chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
        if length or chunked:
            limit = PUSH_LIMIT if service == PUSH else FETCH_LIMIT
            body, size = spooled(source, int(length) if length else None, encoding, limit)
            turn.callback(body.close)
    return Call(
        method=str(request.method),
        path=path,
        service=service,
        content_type=request.headers.get("Content-Type", "")[:100],
        who=f"person-{by.person_id}",
        address=logins.address_of(request.META),
        length=size,
        body=body,
    )


def _who(request: HttpRequest) -> Actor:
    """Return whom the token acts for; the name that comes with it is of no account."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    key = given.strip() if scheme.lower() == "bearer" else ""
    if scheme.lower() == "basic":
        with contextlib.suppress(binascii.Error, UnicodeDecodeError):
            key = base64.b64decode(given, validate=True).decode("utf-8").partition(":")[2]
    if not given:
        raise NoToken("Git needs a token.", remedy="Settings, Tokens makes one; give it as the password.")
    found = tokens.token_actor(key, timezone.now())
    if found is not None:
        return found[1]
    if logins.note_wrong_token(address=logins.address_of(request.META), now=timezone.now()):
        raise NoToken("The token is unknown, revoked or expired.", remedy="Settings, Tokens makes a new one.")
    raise TooManyError("Too many wrong tokens came from this address.", remedy="Wait a quarter of an hour.")


def _require_change(by: Actor) -> None:
    if not any(by.may("recipe.change", kitchen) for kitchen in ("", *by.kitchen_roles)):
        by.require("recipe.change")
        raise NotAllowedError("You may change recipes in no kitchen.")


def _take_turn(turn: contextlib.ExitStack) -> None:
    """Wait for a turn, or say that there is none: pages need threads too."""
    if _door.acquire(blocking=False):
        turn.callback(_door.release)
        if _work.acquire(timeout=WAIT_SECONDS):
            turn.callback(_work.release)
            return
    raise UnavailableError(
        "Many others are at the mesh with git just now.", remedy="Try again in some seconds."
    )
