"""One request at the fork server: its connection, its process, and what the process has handed back so far."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys

from recipes.core.nodes import processes
from recipes.core.nodes.log import LogFile
from recipes.core.nodes.masking import Masker, secrets_of
from recipes.core.nodes.outcomes import LARGEST
from recipes.core.nodes.pump import Pump
from recipes.core.nodes.spares import Spare
from recipes.core.nodes.wire import LENGTH, Frames, WireError, framed

CHUNK = 256 * 1024


class Fork:
    """State of one request. The fork server decides; this keeps the descriptors and the bytes."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.connected = True
        self.pid = 0  # 0 before the process is started and after it was reaped
        self.kill_at = 0.0
        self.answered = False
        self.result = self.watch = -1
        self.outgoing = bytearray()
        self._frames = Frames()
        self._prints = (-1, -1)
        self._result = bytearray()
        self._job = b""

    def receive(self) -> list[bytes] | None:
        """Return the messages that have arrived; None where the other side has closed."""
        messages: list[bytes] = []
        while True:
            try:
                data = self.connection.recv(CHUNK)
            except BlockingIOError:
                return messages
            if not data:
                return None
            messages += self._frames.feed(data)

    def send(self) -> bool:
        """Send what is left to send and has room now; say whether all is out."""
        with contextlib.suppress(BlockingIOError):
            del self.outgoing[: self.connection.send(self.outgoing)]
        return not self.outgoing

    def begin(self, process: Spare, job: bytes) -> None:
        """Hand the job to the process; OSError where it has died while it waited."""
        process.hand(job)
        self.pid = process.pid
        self.watch = process.watch
        self.result = process.result
        self._prints = (process.out, process.error)
        self._job = job
        os.set_blocking(self.result, False)

    def take_result(self) -> bool:
        """Take what the process has written of its result; say whether there may be more."""
        try:
            data = os.read(self.result, CHUNK)
        except BlockingIOError:
            return False
        if (
            len(self._result) <= LARGEST + LENGTH.size
        ):  # what is more is read and dropped, and the whole is no result
            self._result += data
        return bool(data)

    def answer_early(self) -> bool:
        """Make the answer ready where the process has handed its result back, although it has not ended yet.

        It has ended all it had started by then; taking its own memory apart is all that is left to it.
        """
        if not self.answered and (result := self._handed_back()):
            self._answer({}, result)
        return self.answered

    def end(self) -> None:
        """End the rest of the process group and reap the process; make the answer ready where it is not yet."""
        processes.kill_group(self.pid)
        _, status, used = os.wait4(self.pid, 0)
        self.pid = 0
        if not self.answered:
            if not (result := self._handed_back()):
                self._keep_last_words()
            facts = {
                "status": os.waitstatus_to_exitcode(status),
                "cpu_seconds": used.ru_utime + used.ru_stime,
                "peak_memory": used.ru_maxrss * 1024,
            }
            self._answer(facts, result)
        for descriptor in (self.result, self.watch, *self._prints):
            os.close(descriptor)

    def _answer(self, facts: dict[str, float], result: bytes) -> None:
        self.outgoing += framed(json.dumps(facts).encode()) + framed(result)
        self.answered = True
        self._result.clear()
        self._job = b""

    def _handed_back(self) -> bytes:
        """Return the one message that the process has sent; empty where it sent none, or something else."""
        try:
            messages = Frames().feed(bytes(self._result))
        except WireError:
            return b""
        return messages[0] if len(messages) == 1 else b""

    def close(self) -> None:
        """Close all descriptors (in a forked child, where they are only copies)."""
        self.connection.close()
        if self.pid:
            for descriptor in (self.result, self.watch, *self._prints):
                os.close(descriptor)

    def _keep_last_words(self) -> None:
        """Put what a crashed process had printed, but its own thread could not write any more, into its log."""
        try:
            job = json.loads(self._job)
            log = LogFile(job.get("log") or os.devnull)
            pump = Pump(*self._prints)
            pump.begin(log, Masker(secrets_of(job.get("secrets", {}), job.get("connections", {}))))
            pump.drain()
            log.close()
        except (OSError, ValueError) as error:
            print(f"fork server: a node's last words are lost: {error}", file=sys.stderr, flush=True)
