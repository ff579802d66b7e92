"""Processes that wait for a job: forked and made ready while others work, so that no node waits for its process."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

KEPT = 2  # of each sort, while nodes of that sort come in
BUSY_SECONDS = (
    0.05  # a node that has just got its job gets the processor first, where there is a spare process left
)
KEPT_SECONDS = 20.0  # after the last node of the sort; an idle hub keeps none


@dataclass(frozen=True)
class Spare:
    """A forked process without a job, and the fork server's ends of what leads to it."""

    pid: int
    watch: int  # pidfd
    line: socket.socket  # the job goes here, as a file that lives in memory only
    result: int
    out: int
    error: int

    def hand(self, job: bytes) -> None:
        """Give it the job; never blocks, whatever its size. OSError where the process has died meanwhile."""
        memory = os.memfd_create("job")
        try:
            with open(memory, "wb", closefd=False) as file:
                file.write(job)
            socket.send_fds(self.line, [b"j"], [memory])
        finally:
            os.close(memory)
        self.line.close()

    def close(self) -> None:
        """Close all descriptors: the process reads that there will be no job, and ends."""
        self.line.close()
        for descriptor in (self.watch, self.result, self.out, self.error):
            os.close(descriptor)


def job_of(line: socket.socket) -> bytes | None:
    """Wait, in the spare process, for its job; None where none will come."""
    _, memories, _, _ = socket.recv_fds(line, 1, 1, socket.MSG_CMSG_CLOEXEC)
    line.close()
    if not memories:
        return None
    with open(memories[0], "rb") as file:
        file.seek(0)
        return file.read()


class Spares:
    """The spare processes of a fork server. One sort has a data engine open, the other has not."""

    def __init__(self, start: Callable[[bool, bool], Spare]) -> None:
        """`start(engine, rehearse)` forks one; OSError where the machine has no room for it."""
        self._start = start
        self._waiting: dict[bool, list[Spare]] = {False: [], True: []}
        self._wanted_until = {False: 0.0, True: 0.0}
        self._refill_at = 0.0

    def take(self, *, engine: bool) -> Spare:
        """Return a process of that sort, at best one that is ready; OSError where the machine has no room for one."""
        self._wanted_until[engine] = time.monotonic() + KEPT_SECONDS
        self._refill_at = time.monotonic() + BUSY_SECONDS
        waiting = self._waiting[engine]
        return waiting.pop(0) if waiting else self._start(engine, False)

    def calm(self) -> None:
        """Hear that a node has ended: its worker is busy with what came of it, so there is time for new processes."""
        self._refill_at = 0.0

    def refill(self) -> None:
        """Fork one process where one is wanted and missing: one at a time, others may want the fork server meanwhile."""
        for engine in self._missing():
            if self._waiting[engine] and time.monotonic() < self._refill_at:
                continue
            try:
                self._waiting[engine].append(self._start(engine, True))
            except OSError as error:
                print(f"fork server: no spare process: {error}", file=sys.stderr, flush=True)
                self._wanted_until[engine] = 0.0
            return

    def dismiss_unwanted(self) -> list[int]:
        """Let the processes end that nobody has wanted for a while; return their numbers, still to be reaped."""
        now, dismissed = time.monotonic(), []
        for engine, until in self._wanted_until.items():
            if until <= now:
                dismissed += self._waiting[engine]
                self._waiting[engine] = []
        for spare in dismissed:
            spare.close()
        return [spare.pid for spare in dismissed]

    def patience(self) -> list[float]:
        """Return the times at which there is something to do."""
        missing = self._missing()
        when = 0.0 if any(not self._waiting[engine] for engine in missing) else self._refill_at
        kept = [until for engine, until in self._wanted_until.items() if self._waiting[engine]]
        return kept + [when] * bool(missing)

    def pids(self) -> list[int]:
        return [spare.pid for waiting in self._waiting.values() for spare in waiting]

    def close(self) -> None:
        """Close all descriptors (in a forked child, where they are only copies)."""
        for waiting in self._waiting.values():
            for spare in waiting:
                spare.close()

    def _missing(self) -> list[bool]:
        now = time.monotonic()
        return [
            engine
            for engine, until in self._wanted_until.items()
            if until > now and len(self._waiting[engine]) < KEPT
        ]


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
