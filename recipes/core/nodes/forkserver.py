"""The fork server: one process with one thread that has everything loaded, and forks a node process per request.

A queue worker connects, sends a job and keeps the connection open. While the node runs it may send `cancel`
(SIGTERM to the node's process group, SIGKILL after a grace time). When the connection ends before the node does,
its worker is gone or gave the node back: the group is killed at once. What the node's processes leave behind,
also outside of their group, becomes a child of this process and is killed.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import socket
import struct
import sys
import time
from functools import partial
from pathlib import Path

from recipes.core.nodes import child, processes
from recipes.core.nodes.fork import Fork
from recipes.core.nodes.wire import GRACE_SECONDS, WireError

CREDENTIALS = struct.Struct("3i")


class ForkServer:
    """Serves connections until it is killed, or, without a listener, until its only connection has ended."""

    def __init__(self, listener: socket.socket | None, scratch: Path) -> None:
        self._listener = listener
        self._scratch = scratch
        self._selector = selectors.DefaultSelector()
        self._forks: list[Fork] = []
        self._tidying: set[int] = set()
        if listener:
            listener.setblocking(False)
            self._selector.register(listener, selectors.EVENT_READ, self._accept)

    def serve(self) -> None:
        while self._listener or self._forks or self._tidying:
            for key, events in self._selector.select(self._patience()):
                key.data(events)
            self._kill_overdue()
            self._reap_tidying()

    def adopt(self, connection: socket.socket) -> None:
        """Take a connection whose other side is known."""
        connection.setblocking(False)
        fork = Fork(connection)
        self._forks.append(fork)
        self._selector.register(connection, selectors.EVENT_READ, partial(self._talk, fork))

    def _accept(self, events: int) -> None:
        assert self._listener is not None  # noqa: S101 - only registered where there is one
        try:
            connection, _ = self._listener.accept()
        except OSError as error:  # the client has gone again, or there are too many open files
            print(f"fork server: {error}", file=sys.stderr, flush=True)
            time.sleep(0.01)
            return
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
        _, user, _ = CREDENTIALS.unpack(raw)
        if user == os.geteuid():
            self.adopt(connection)
        else:
            connection.close()

    def _talk(self, fork: Fork, events: int) -> None:
        """Read from, and write to, a worker's connection."""
        try:
            if events & selectors.EVENT_WRITE and fork.send():
                self._forget(fork)
                return
            if events & selectors.EVENT_READ:
                self._listen(fork)
        except (OSError, WireError) as error:  # the worker has gone, or the machine has no room for a process
            print(f"fork server: {error}", file=sys.stderr, flush=True)
            self._hang_up(fork)

    def _listen(self, fork: Fork) -> None:
        messages = fork.receive()
        if messages is None:
            self._hang_up(fork)
            return
        for message in messages:
            if not fork.pid and not fork.outgoing:
                self._start(fork, message)
            elif fork.pid and not fork.kill_at:
                processes.kill_group(fork.pid, signal.SIGTERM)
                fork.kill_at = time.monotonic() + GRACE_SECONDS

    def _start(self, fork: Fork, message: bytes) -> None:
        pipes = os.pipe(), os.pipe(), os.pipe()
        result, out, error = pipes
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError:
            for end in (*result, *out, *error):
                os.close(end)
            raise
        if pid == 0:
            self._leave_to_parent()
            child.live(parent, message, child.Pipes(result[1], out, error), self._scratch)
        for pipe in pipes:
            os.close(pipe[1])
        fork.begin(pid, message, result[0], out[0], error[0])
        self._selector.register(result[0], selectors.EVENT_READ, partial(self._take_result, fork))
        self._selector.register(fork.watch, selectors.EVENT_READ, partial(self._bury, fork))

    def _leave_to_parent(self) -> None:
        """In the child: close what belongs to the fork server. Closing leaves the parent's own side as it is."""
        self._selector.close()
        if self._listener:
            self._listener.close()
        for fork in self._forks:
            fork.close()

    def _take_result(self, fork: Fork, events: int) -> None:
        if not fork.take_result():
            self._selector.unregister(fork.result)

    def _bury(self, fork: Fork, events: int) -> None:
        """The process has ended: end its group while its number is still its own, reap it, report."""
        while fork.take_result():
            pass
        if fork.result in self._selector.get_map():
            self._selector.unregister(fork.result)
        self._selector.unregister(fork.watch)
        folder = child.folder_of(self._scratch, fork.pid)
        fork.end()
        processes.end_orphans({*(other.pid for other in self._forks), *self._tidying})
        if folder.exists():
            self._tidy(folder)
        if fork.connected:
            self._selector.modify(
                fork.connection, selectors.EVENT_READ | selectors.EVENT_WRITE, partial(self._talk, fork)
            )
        else:
            self._forks.remove(fork)

    def _hang_up(self, fork: Fork) -> None:
        """The worker is gone: nobody wants the result any more."""
        self._selector.unregister(fork.connection)
        fork.connected = False
        fork.connection.close()
        if fork.pid:
            processes.kill_group(fork.pid)
        else:
            self._forks.remove(fork)

    def _forget(self, fork: Fork) -> None:
        self._selector.unregister(fork.connection)
        fork.connection.close()
        self._forks.remove(fork)

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for fork in self._forks:
            if fork.pid and fork.kill_at and fork.kill_at <= now:
                processes.kill_group(fork.pid)
                fork.kill_at = now + GRACE_SECONDS

    def _patience(self) -> float | None:
        """Return how long to wait for something to happen: until the next kill is due, or for good."""
        due = [fork.kill_at for fork in self._forks if fork.pid and fork.kill_at]
        if self._tidying:
            due.append(time.monotonic() + 0.2)
        return max(min(due) - time.monotonic(), 0.0) if due else None

    def _tidy(self, folder: Path) -> None:
        """Remove what a killed process left in its folder, without keeping others waiting."""
        pid = os.fork()
        if pid == 0:
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(0)
        self._tidying.add(pid)

    def _reap_tidying(self) -> None:
        for pid in list(self._tidying):
            if os.waitpid(pid, os.WNOHANG)[0]:
                self._tidying.discard(pid)
