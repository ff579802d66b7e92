"""Processes that wait for a job: forked and made ready while others work, so that no node waits for its process."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

KEPT = 2  # while nodes come in
BUSY_SECONDS = (
    0.05  # a node that has just got its job gets the processor first, where there is a spare process left
)
KEPT_SECONDS = 20.0  # after the last node; an idle hub keeps none


@dataclass(frozen=True)
class Spare:
    """A forked process without a job, and the fork server's ends of what leads to it."""

    pid: int
    watch: int  # pidfd
    line: socket.socket  # the job goes here, as a file that lives in memory only, with one for the result
    result: int
    out: int
    error: int

    def hand(self, job: int, result: int) -> None:
        """Give it the files of the job and of its result. OSError where the process has died meanwhile."""
        socket.send_fds(self.line, [b"j"], [job, result])
        self.line.close()

    def close(self) -> None:
        """Close all descriptors: the process reads that there will be no job, and ends."""
        self.line.close()
        for descriptor in (self.watch, self.result, self.out, self.error):
            os.close(descriptor)


def job_of(line: socket.socket) -> tuple[bytes, int] | None:
    """Wait, in the spare process, for its job, and the file for its result; None where none will come."""
    _, memories, _, _ = socket.recv_fds(line, 1, 2, socket.MSG_CMSG_CLOEXEC)
    line.close()
    if not memories:
        return None
    job, result = memories
    with os.fdopen(job, "rb") as file:
        file.seek(0)
        return file.read(), result


class Spares:
    """The spare processes of a fork server."""

    def __init__(self, start: Callable[[bool], Spare]) -> None:
        """`start(ahead)` forks one, ahead of its job or for one that is there; OSError where the machine has no room."""
        self._start = start
        self._waiting: list[Spare] = []
        self._wanted_until = 0.0
        self._refill_at = 0.0

    def take(self) -> Spare:
        """Return a process, at best one that is ready; OSError where the machine has no room for one."""
        now = time.monotonic()
        self._wanted_until, self._refill_at = now + KEPT_SECONDS, now + BUSY_SECONDS
        return self._waiting.pop(0) if self._waiting else self._start(False)

    def calm(self) -> None:
        """Hear that a node has ended: its worker is busy with what came of it, so there is time for new processes."""
        self._refill_at = 0.0

    def refill(self) -> None:
        """Fork one process where one is due: one at a time, others may want the fork server meanwhile."""
        due = self._due()
        if due is None or due > time.monotonic():
            return
        try:
            self._waiting.append(self._start(True))
        except OSError as error:
            print(f"fork server: no spare process: {error}", file=sys.stderr, flush=True)
            self._refill_at = time.monotonic() + KEPT_SECONDS

    def dismiss_unwanted(self) -> list[int]:
        """Let the processes end when no node has come for a while; return their numbers, still to be reaped."""
        if not self._waiting or self._wanted_until > time.monotonic():
            return []
        dismissed = self.pids()
        self.close()
        self._waiting = []
        return dismissed

    def patience(self) -> list[float]:
        """Return the times at which there is something to do."""
        due = self._due()
        return [self._wanted_until] * bool(self._waiting) + ([] if due is None else [due])

    def pids(self) -> list[int]:
        return [spare.pid for spare in self._waiting]

    def close(self) -> None:
        """Close all descriptors (in a forked child they are only copies)."""
        for spare in self._waiting:
            spare.close()

    def _due(self) -> float | None:
        """Return when the next process is to be forked; None where none is missing."""
        if self._wanted_until <= time.monotonic() or len(self._waiting) >= KEPT:
            return None
        return self._refill_at


def fork(
    leave: Callable[[], None], live: Callable[[socket.socket, int, tuple[int, int], tuple[int, int]], None]
) -> Spare:
    """Fork a process that leaves what is its parent's and then lives; return the parent's ends. OSError where it cannot."""
    ours, theirs = socket.socketpair()
    pipes = os.pipe(), os.pipe(), os.pipe()
    result, out, error = pipes
    try:
        pid = os.fork()
    except OSError:
        for end in (*result, *out, *error):
            os.close(end)
        ours.close()
        theirs.close()
        raise
    if pid == 0:
        with contextlib.suppress(OSError):
            leave()
            ours.close()
            os.close(result[0])
        live(theirs, result[1], out, error)
    theirs.close()
    for pipe in pipes:
        os.close(pipe[1])
    return Spare(pid, os.pidfd_open(pid), ours, result[0], out[0], error[0])
