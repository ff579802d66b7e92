"""Git over HTTP: the request goes to `git http-backend`, its questions about a push come back to us, its answer goes out."""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from hub.common.errors import UnavailableError
from kitchens.core.git.hooks import put_hooks

OLDEST = (2, 29)  # the first with proc-receive
PUSH_LIMIT = 64 * 1024 * 1024  # bytes of one push
FETCH_LIMIT = 8 * 1024 * 1024  # bytes a client may say about what it has
ANSWER_LIMIT = 4 * 1024 * 1024  # bytes of the answer to a push
PUSH_SECONDS, FETCH_SECONDS = 120.0, 300.0
READ = 65536
# Counts for every repository: a push is taken by the hub or not at all, and nobody cleans up behind its back.
SETTINGS = (
    ("receive.procReceiveRefs", "refs/"),
    ("receive.fsckObjects", "true"),
    ("receive.maxInputSize", str(PUSH_LIMIT)),
    ("receive.autogc", "false"),
    ("gc.auto", "0"),
    ("http.receivepack", "true"),
    ("http.uploadpack", "true"),
    ("http.getanyfile", "false"),
    ("uploadpack.allowFilter", "false"),
)
Ask = Callable[[str, Path | None, Sequence[str]], Sequence[str]]


@dataclass(frozen=True)
class Call:
    """A request of a git client: where it leads inside the repository, who it is from, its whole body as a file."""

    method: str
    path: str  # info/refs, git-upload-pack, git-receive-pack
    service: str  # git-upload-pack or git-receive-pack
    content_type: str
    who: str
    address: str
    length: int
    body: IO[bytes] | None


@dataclass(frozen=True)
class Head:
    """What git answers with, before its body."""

    status: int
    headers: Mapping[str, str]


@lru_cache(maxsize=1)
def git_program() -> str:
    """Return the path of git; UnavailableError where it is missing or too old."""
    found = shutil.which("git")
    if found is None:
        raise UnavailableError(
            "Git is not installed where the hub runs, so the mesh can be neither cloned nor pushed to.",
            remedy="Install git there; editing in the browser works without it.",
        )
    said = subprocess.run([found, "version"], capture_output=True, text=True, timeout=10, check=False).stdout
    numbers = [int(part) for part in said.split(" ")[2].split(".")[:2]] if said.count(" ") >= 2 else [0]
    if tuple(numbers) < OLDEST:
        raise UnavailableError(
            f"The git where the hub runs is too old ({said.strip()[:60]}).",
            remedy="Install git 2.29 or newer.",
        )
    return found


class GitProcess:
    """One `git http-backend` at work. Close it, whatever happens: it and all it started end then."""

    def __init__(self, repository: Path, call: Call, hidden: Sequence[str], ask: Ask | None) -> None:
        put_hooks(repository)
        self._repository = repository
        self._ask = ask
        self._until = time.monotonic() + (PUSH_SECONDS if ask else FETCH_SECONDS)
        self._ours, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                [git_program(), "http-backend"],
                stdin=call.body if call.body is not None else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_surroundings(repository, call, hidden, theirs.fileno()),
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                cwd=repository,
            )
        except OSError:
            self._ours.close()
            raise
        finally:
            theirs.close()
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        self._out = self._process.stdout
        self._asked = b""
        self.head, self._rest = self._read_head()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the body as it comes; questions about a push are answered in between, in this thread."""
        with contextlib.closing(self):
            yield self._rest
            yield from self._pieces()

    def close(self) -> None:
        """End the processes. Twice is as good as once."""
        if self._out.closed:
            return
        self._out.close()
        self._ours.close()
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _read_head(self) -> tuple[Head, bytes]:
        got = b""
        for piece in self._pieces():
            got += piece
            head, mark, rest = got.partition(b"\r\n\r\n")
            if mark:
                return _head(head), rest
            if len(got) > READ:
                break
        self.close()
        raise UnavailableError(
            "Git did not answer as it should.", remedy="Try again; the hub's log may tell more."
        )

    def _pieces(self) -> Iterator[bytes]:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._out, selectors.EVENT_READ)
            if self._ask is not None:
                waiting.register(self._ours, selectors.EVENT_READ)
            while True:
                left = self._until - time.monotonic()
                ready = waiting.select(left) if left > 0 else []
                if not ready:
                    self.close()
                    raise UnavailableError("Git took too long.", remedy="Try again, with less at a time.")
                for key, _ in ready:
                    if key.fileobj is self._ours:
                        if not self._hear():
                            waiting.unregister(self._ours)
                    elif piece := os.read(self._out.fileno(), READ):
                        yield piece
                    else:
                        return

    def _hear(self) -> bool:
        """Read from the hooks; answer a question that is complete. False once no hook is left."""
        try:
            got = self._ours.recv(READ)
        except OSError:
            return False
        self._asked += got
        if self._asked.endswith(b"\n\n") and self._ask is not None:
            hook, objects, *commands = self._asked.decode("utf-8", "replace").splitlines()[:-1]
            self._asked = b""
            folder = None if objects == "-" else (self._repository / objects).resolve()
            if folder is not None and not folder.is_relative_to(self._repository.resolve()):
                return False
            answer = [*self._ask(hook, folder, commands), "", ""]
            with contextlib.suppress(OSError):  # git has given up meanwhile
                self._ours.sendall("\n".join(answer).encode())
        return bool(got)


def _head(raw: bytes) -> Head:
    headers = {}
    for line in raw.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip()] = value.strip()
    status = headers.pop("Status", "200 OK")
    return Head(int(status.split(" ", 1)[0]), headers)


def _surroundings(repository: Path, call: Call, hidden: Sequence[str], place: int) -> dict[str, str]:
    """Return all that git sees of the world: nothing of ours but what is said here.

    Version 2 of git's protocol is not offered: there a client may fetch any commit whose number it knows.
    """
    settings = [
        *SETTINGS,
        ("safe.directory", str(repository)),
        ("core.hooksPath", str(repository / "hooks")),
        *(("transfer.hideRefs", ref) for ref in hidden),
    ]
    told = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_PROJECT_ROOT": str(repository.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{repository.name}/{call.path}",
        "REQUEST_METHOD": call.method,
        "QUERY_STRING": f"service={call.service}" if call.path == "info/refs" else "",
        "CONTENT_TYPE": call.content_type,
        "CONTENT_LENGTH": str(call.length),
        "REMOTE_USER": call.who,
        "REMOTE_ADDR": call.address,
        "HUB_HOOK_FD": str(place),
        "HUB_PYTHON": sys.executable,
        "GIT_CONFIG_COUNT": str(len(settings)),
    }
    for number, (name, value) in enumerate(settings):
        told |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return told
