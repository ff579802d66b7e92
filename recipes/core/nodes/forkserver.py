"""The fork server: one process with one thread that has everything loaded, and forks a node process per request.

A queue worker connects, sends a job and keeps the connection open. While the node runs it may send `cancel`
(SIGTERM to the node's process group, SIGKILL after a grace time). When the connection ends before the node does,
its worker is gone or gave the node back: the group is killed at once. What the node's processes leave behind,
also outside of their group, becomes a child of this process and is killed.

Where nodes run as other users (`users.py`), an answer waits until all the node's processes have ended: what they
wrote is then nobody's to change any more.
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

from recipes.core.nodes import child, processes, rehearsal, spares
from recipes.core.nodes.fork import Fork
from recipes.core.nodes.spares import Spare, Spares
from recipes.core.nodes.users import NodeUsers, Seats
from recipes.core.nodes.wire import GRACE_SECONDS, WireError

CREDENTIALS = struct.Struct("3i")


class ForkServer:
    """Serves connections until it is killed, or, without a listener, until its only connection has ended."""

    def __init__(self, listener: socket.socket | None, scratch: Path, users: NodeUsers | None = None) -> None:
        self._listener = listener
        self._scratch = scratch
        self._selector = selectors.DefaultSelector()
        self._forks: list[Fork] = []
        self._spares = Spares(self._fork)
        self._tidying: set[int] = set()
        self._seats = Seats(users) if users else None
        if listener:
            listener.setblocking(False)
            self._selector.register(listener, selectors.EVENT_READ, self._accept)

    def serve(self) -> None:
        while self._listener or self._forks or self._tidying:
            for key, events in self._selector.select(self._patience()):
                if self._is_current(key):
                    key.data(events)
            self._kill_overdue()
            if self._listener:
                self._spares.refill()
                self._tidying.update(self._spares.dismiss_unwanted())
            self._reap_tidying()

    def _is_current(self, key: selectors.SelectorKey) -> bool:
        """Say whether nobody has closed or reused the descriptor since the events of this round were asked for."""
        current = self._selector.get_map().get(key.fileobj)
        return current is not None and current.data is key.data

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
        for _ in messages:
            if not fork.pid and not fork.answered:
                self._start(fork)
            elif fork.pid and not fork.kill_at:
                processes.kill_group(fork.pid, signal.SIGTERM)
                fork.kill_at = time.monotonic() + GRACE_SECONDS

    def _start(self, fork: Fork) -> None:
        while not fork.pid:
            process = self._spares.take()
            try:
                fork.begin(process)
            except (BrokenPipeError, ConnectionResetError):  # it was killed while it waited
                process.close()
                self._tidying.add(process.pid)
        self._selector.register(fork.result, selectors.EVENT_READ, partial(self._take_result, fork))
        self._selector.register(fork.watch, selectors.EVENT_READ, partial(self._bury, fork))

    def _fork(self, ahead: bool) -> Spare:
        """Fork a process. `ahead`: its job will come later, so it has time to rehearse."""
        parent = os.getpid()
        rehearse = rehearsal.rehearse if ahead else None
        seat = self._seats.next() if self._seats else None

        def live(line: socket.socket, result: int, out: tuple[int, int], error: tuple[int, int]) -> None:
            place = child.Place(parent, self._scratch, seat)
            child.live(place, line, child.Pipes(result, out, error), rehearse)

        spare = spares.fork(self._leave_to_parent, live)
        if self._seats and seat:
            self._seats.took(spare.pid, seat)
        return spare

    def _leave_to_parent(self) -> None:
        """In the child: close what belongs to the fork server. Closing leaves the parent's own side as it is."""
        self._selector.close()
        if self._listener:
            self._listener.close()
        self._spares.close()
        for fork in self._forks:
            fork.close()

    def _take_result(self, fork: Fork, events: int) -> None:
        more = fork.take_result()
        if fork.handed_back:
            fork.kill_at = fork.kill_at or time.monotonic() + GRACE_SECONDS
        if not self._seats and fork.answer_early():
            self._answer(fork)
            self._spares.calm()
        if not more:
            self._selector.unregister(fork.result)

    def _bury(self, fork: Fork, events: int) -> None:
        """The process has ended: end its group while its number is still its own, reap it, report."""
        while fork.take_result():
            pass
        if fork.result in self._selector.get_map():
            self._selector.unregister(fork.result)
        self._selector.unregister(fork.watch)
        pid = fork.pid
        again = fork.connected and not fork.kill_at and fork.unread
        if again:
            fork.let_go()
        else:
            fork.end()
        processes.end_orphans({*(other.pid for other in self._forks), *self._spares.pids(), *self._tidying})
        self._leave_seat(pid)
        self._clear(child.folder_of(self._scratch, pid))
        if again:
            self._start(fork)
        elif fork.connected:
            self._answer(fork)
        else:
            self._forks.remove(fork)

    def _answer(self, fork: Fork) -> None:
        """Send what can be sent of the answer now, and the rest when there is room."""
        if fork.connected:
            self._selector.modify(
                fork.connection, selectors.EVENT_READ | selectors.EVENT_WRITE, partial(self._talk, fork)
            )
            self._talk(fork, selectors.EVENT_WRITE)

    def _hang_up(self, fork: Fork) -> None:
        """The worker is gone: nobody wants the result any more."""
        if fork.pid:
            processes.kill_group(fork.pid)
        self._forget(fork)

    def _forget(self, fork: Fork) -> None:
        """Close the connection; where the process has not ended yet, what is left of it is watched to its end."""
        self._selector.unregister(fork.connection)
        fork.connected = False
        fork.connection.close()
        if not fork.pid:
            fork.forget_files()
            self._forks.remove(fork)

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for fork in self._forks:
            if fork.pid and fork.kill_at and fork.kill_at <= now:
                processes.kill_group(fork.pid)
                fork.kill_at = now + GRACE_SECONDS

    def _patience(self) -> float | None:
        """Return how long to wait for something to happen: until the next kill is due, a process is missing, or for good."""
        due = [fork.kill_at for fork in self._forks if fork.pid and fork.kill_at]
        if self._listener:
            due += self._spares.patience()
        if self._tidying:
            due.append(time.monotonic() + 0.2)
        return max(min(due) - time.monotonic(), 0.0) if due else None

    def _leave_seat(self, pid: int) -> None:
        if self._seats:
            self._seats.left(pid)
            self._spares.calm()

    def _clear(self, folder: Path) -> None:
        """Remove what a process left in its folder, without keeping others waiting."""
        try:
            folder.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:  # not empty
            pass
        if self._seats:
            os.chown(folder, 0, 0)  # the next process of this user is somebody else
        pid = os.fork()
        if pid == 0:
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(0)
        self._tidying.add(pid)

    def _reap_tidying(self) -> None:
        for pid in list(self._tidying):
            if os.waitpid(pid, os.WNOHANG)[0]:
                self._tidying.discard(pid)
                self._leave_seat(pid)
