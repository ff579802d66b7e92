"""One request at the fork server: its connection, its process, and the files of its job and its result.

The fork server never reads a job or a result: both are files in memory that the worker made and the node process uses.
What lay in the fork server's own memory, every process forked from it would find there: other kitchens' secrets.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import traceback

from recipes.core.nodes import processes
from recipes.core.nodes.log import LogFile
from recipes.core.nodes.masking import Masker, secrets_of
from recipes.core.nodes.pump import Pump
from recipes.core.nodes.spares import Spare
from recipes.core.nodes.wire import Frames, WireError, framed

CHUNK = 64 * 1024
FILES = 2  # of a request: its job and its result


class Fork:
    """State of one request. The fork server decides; this keeps the descriptors."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.connected = True
        self.pid = 0  # 0 before the process is started and after it was reaped
        self.kill_at = 0.0
        self.answered = self.handed_back = False
        self.result = self.watch = -1
        self.outgoing = bytearray()
        self._frames = Frames()
        self._prints = (-1, -1)
        self._files: list[int] = []

    def receive(self) -> list[bytes] | None:
        """Return the messages that have arrived; None where the other side has closed."""
        messages: list[bytes] = []
        while True:
            try:
                data, files, _, _ = socket.recv_fds(self.connection, CHUNK, FILES, socket.MSG_CMSG_CLOEXEC)
            except BlockingIOError:
                return messages
            self._files += files
            if not data:
                return None
            if len(self._files) > FILES:
                raise WireError("more files than a request has")
            messages += self._frames.feed(data)

    def send(self) -> bool:
        """Send what is left to send and has room now; say whether all is out."""
        with contextlib.suppress(BlockingIOError):
            del self.outgoing[: self.connection.send(self.outgoing)]
        return not self.outgoing

    def begin(self, process: Spare) -> None:
        """Hand the job to the process; OSError where it has died while it waited."""
        if len(self._files) != FILES:
            raise WireError("a request without its files")
        os.lseek(self._files[0], 0, os.SEEK_SET)  # shared with the process: it moves on as that reads
        process.hand(*self._files)
        self.pid = process.pid
        self.watch = process.watch
        self.result = process.result
        self._prints = (process.out, process.error)
        os.set_blocking(self.result, False)

    @property
    def unread(self) -> bool:
        """Say whether nobody has read the job: the process was killed while it waited, just before it was handed on."""
        return bool(self._files) and not self.answered and os.lseek(self._files[0], 0, os.SEEK_CUR) == 0

    def let_go(self) -> None:
        """Reap a process that has not read its job; the request may be begun by another."""
        processes.kill_group(self.pid)
        os.wait4(self.pid, 0)
        self.pid = 0
        for descriptor in (self.result, self.watch, *self._prints):
            os.close(descriptor)

    def take_result(self) -> bool:
        """Hear that the process has handed its result back; say whether it may still say so."""
        try:
            said = os.read(self.result, CHUNK)
        except BlockingIOError:
            return False
        self.handed_back |= bool(said)
        return bool(said)

    def answer_early(self) -> bool:
        """Make the answer ready where the process has handed its result back, although it has not ended yet.

        It has ended all it had started by then; taking its own memory apart is all that is left to it.
        """
        if not self.answered and self.handed_back:
            self._answer({})
        return self.answered

    def end(self) -> None:
        """End the rest of the process group and reap the process; make the answer ready where it is not yet."""
        processes.kill_group(self.pid)
        _, status, used = os.wait4(self.pid, 0)
        self.pid = 0
        if not self.answered:
            if not self.handed_back:
                self._keep_last_words()
            facts = {
                "status": os.waitstatus_to_exitcode(status),
                "cpu_seconds": used.ru_utime + used.ru_stime,
                "peak_memory": used.ru_maxrss * 1024,
            }
            self._answer(facts)
        for descriptor in (self.result, self.watch, *self._prints):
            os.close(descriptor)
        self.forget_files()

    def forget_files(self) -> None:
        """Close the files of the request: nobody asks for them any more."""
        while self._files:
            os.close(self._files.pop())

    def close(self) -> None:
        """Close all descriptors (in a forked child, where they are only copies)."""
        self.connection.close()
        self.forget_files()
        if self.pid:
            for descriptor in (self.result, self.watch, *self._prints):
                os.close(descriptor)

    def _answer(self, facts: dict[str, float]) -> None:
        self.outgoing += framed(json.dumps(facts).encode())
        self.answered = True

    def _keep_last_words(self) -> None:
        """Put what a crashed process had printed, but its own thread could not write any more, into its log.

        In a process of its own: what is read here must not stay in the fork server's memory.
        """
        pid = os.fork()
        if pid:
            os.waitpid(pid, 0)
            return
        try:
            size = os.fstat(self._files[0]).st_size
            job = json.loads(os.pread(self._files[0], size, 0))
            log = LogFile(job.get("log") or os.devnull)
            pump = Pump(*self._prints)
            pump.begin(log, Masker(secrets_of(job.get("secrets", {}), job.get("connections", {}))))
            pump.drain()
            log.close()
        except BaseException:  # noqa: BLE001 - the border of the process
            print("fork server: a node's last words are lost", file=sys.stderr, flush=True)
            traceback.print_exc()
        finally:
            os._exit(0)
