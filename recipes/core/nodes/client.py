"""Run a job in a process of its own and wait for it: the only function the engine calls."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Literal

from recipes.core.nodes import confined, launch, outcomes
from recipes.core.nodes.base import Job, Outcome
from recipes.core.nodes.wire import GRACE_SECONDS, LENGTH, Frames, WireError, framed

Word = Literal["go", "cancel", "abandon"]
REQUEST, CANCEL = framed(b"job"), framed(b"cancel")
CHUNK = 1024 * 1024
LOST = Outcome(ok=False, lost=True, reason="The fork server of its machine stopped while the node ran.")


def run(job: Job, *, on_tick: Callable[[], Word], tick_seconds: float) -> Outcome:
    """Run the job to its end and return its outcome; never raises for anything the node does.

    Every `tick_seconds` it asks `on_tick`: "cancel" ends the node's processes (SIGTERM, after a grace time SIGKILL),
    "abandon" kills them at once; both give an outcome with `cancelled`. What `on_tick` raises comes through, after
    the processes are killed. `job.limits.seconds` is enforced on the wall clock.

    The fork server is found by HUB_FORKSERVER (path of its socket). Where none answers, one is started for this
    job alone: the same behaviour, about 0.3 s slower. When a fork server dies under the node, which is no fault of
    the node's, the outcome is `lost`: only the engine may begin another attempt.
    """
    helper = None
    connection = _connect()
    if connection is None:
        connection, helper = _start_own()
    try:
        with connection:
            return confined.take_over(job, _Conversation(job, connection, on_tick, tick_seconds).hold())
    finally:
        confined.clear(job)
        if helper:
            _end(helper)


def _connect() -> socket.socket | None:
    path = os.environ.get("HUB_FORKSERVER")
    if not path:
        return None
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        return None
    return connection


def _start_own() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    ours, theirs = socket.socketpair()
    with theirs:
        return ours, launch.start(theirs, serves_many=False)


def _end(helper: subprocess.Popen[bytes]) -> None:
    """Wait for the own fork server, which ends with its connection; kill it where it does not."""
    try:
        helper.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        helper.kill()
        helper.wait()


class _Conversation:
    """One job over one connection."""

    def __init__(
        self, job: Job, connection: socket.socket, on_tick: Callable[[], Word], tick_seconds: float
    ) -> None:
        self._job = job
        self._connection = connection
        self._on_tick = on_tick
        self._tick_seconds = tick_seconds
        self._frames = Frames()
        self._answer: list[bytes] = []
        self._cancelled = self._timed_out = False
        self._result = -1

    def hold(self) -> Outcome:
        """Send the job, listen and tick until there is an outcome; it is `lost` where the fork server has died."""
        self._result = os.memfd_create("result")
        try:
            return self._talk()
        finally:
            os.close(self._result)

    def _talk(self) -> Outcome:
        started = time.monotonic()
        deadline = started + self._job.limits.seconds if self._job.limits.seconds else float("inf")
        next_tick = started + self._tick_seconds
        try:
            self._send_job()
            while not self._listen(min(next_tick, deadline)):
                now = time.monotonic()
                if now >= deadline:
                    self._timed_out, deadline = True, float("inf")
                    self._connection.sendall(CANCEL)
                if now >= next_tick:
                    next_tick = now + self._tick_seconds
                    if self._tick() == "abandon":
                        return Outcome(ok=False, cancelled=True, reason="Its worker gave the node back.")
        except ConnectionError:
            return self._stamped(LOST)
        return self._outcome()

    def _send_job(self) -> None:
        """Hand over two files in memory, one with the job and one for the result: the fork server sees neither inside."""
        memory = os.memfd_create("job")
        try:
            with open(memory, "wb", closefd=False) as file:
                file.write(self._job.model_dump_json().encode())
            socket.send_fds(self._connection, [REQUEST], [memory, self._result])
        finally:
            os.close(memory)

    def _tick(self) -> Word:
        word = self._on_tick()
        if word == "cancel" and not self._cancelled:
            self._cancelled = True
            self._connection.sendall(CANCEL)
        return word

    def _listen(self, until: float) -> bool:
        """Wait for bytes until that time; say whether the answer is complete. ConnectionError where there is no more."""
        ready, _, _ = select.select([self._connection], [], [], max(until - time.monotonic(), 0.0))
        if ready:
            data = self._connection.recv(CHUNK)
            if not data:
                raise ConnectionResetError("the fork server has hung up")
            self._answer += self._frames.feed(data)
        return len(self._answer) == 1

    def _outcome(self) -> Outcome:
        if result := self._handed_back():
            return self._stamped(outcomes.read(result))
        if ended := json.loads(self._answer[0]):
            return self._stamped(outcomes.of_the_dead(self._job, **ended))
        return self._stamped(outcomes.read(b""))

    def _handed_back(self) -> bytes:
        """Return the one message that the process has written; empty where it wrote none, or something else."""
        data = os.pread(self._result, outcomes.LARGEST + LENGTH.size + 1, 0)
        try:
            messages = Frames().feed(data)
        except WireError:
            return b""
        return messages[0] if len(messages) == 1 else b""

    def _stamped(self, outcome: Outcome) -> Outcome:
        """Say so where the end was wanted; a node that finished its work all the same stays finished."""
        if outcome.ok:
            return outcome
        if self._timed_out:
            reason = f"The node took longer than its limit of {self._job.limits.seconds:g} seconds."
            return outcome.model_copy(update={"timed_out": True, "lost": False, "reason": reason})
        if self._cancelled:
            reason = "The node was cancelled."
            return outcome.model_copy(update={"cancelled": True, "lost": False, "reason": reason})
        return outcome
