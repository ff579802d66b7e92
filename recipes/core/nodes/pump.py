"""Carries what a node process and its children print from two pipes into the log, whole lines at a time."""

from __future__ import annotations

import os
import selectors
import sys
from threading import Event, Thread

from recipes.core.nodes.log import ERROR, OUT, LogFile
from recipes.core.nodes.masking import Masker

LONGEST_LINE = 64 * 1024


class Pump:
    """Reads the pipes in a thread. Lines are put together before masking, so a secret in two writes is found too."""

    _log: LogFile
    _mask: Masker

    def __init__(self, out: int, error: int) -> None:
        self._begun = Event()
        self._pending = {out: b"", error: b""}
        self._marks = {out: OUT, error: ERROR}
        self._stop = (-1, -1)
        self._thread = Thread(target=self._run, name="log", daemon=True)
        self.last_error = ""  # the last line on standard error that is not empty

    def start(self) -> None:
        """Start the thread, which reads nothing before it is told where that goes."""
        self._stop = os.pipe()
        self._thread.start()

    def begin(self, log: LogFile, mask: Masker) -> None:
        """Say where the lines go."""
        self._log = log
        self._mask = mask
        self._begun.set()

    def stop(self) -> None:
        """Take what is in the pipes now and end; a grandchild that still holds them is not waited for. May be repeated."""
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(self._stop[1], b"x")
        self._thread.join()

    def drain(self) -> None:
        """Take what is in the pipes now, in this thread: for the fork server, when the process has died."""
        for pipe in self._pending:
            os.set_blocking(pipe, False)
            while self._take(pipe):
                pass
            self._flush(pipe)

    def _run(self) -> None:
        self._begun.wait()
        with selectors.DefaultSelector() as selector:
            for pipe in (*self._pending, self._stop[0]):
                selector.register(pipe, selectors.EVENT_READ)
            while True:
                ready = [key.fd for key, _ in selector.select()]
                if self._stop[0] in ready:
                    break
                for pipe in ready:
                    if not self._take(pipe):
                        selector.unregister(pipe)
        self.drain()

    def _take(self, pipe: int) -> bool:
        try:
            data = os.read(pipe, 64 * 1024)
        except BlockingIOError:
            return False
        *lines, rest = (self._pending[pipe] + data).split(b"\n")
        if len(rest) > LONGEST_LINE:  # whole secrets go first; then keep as much as one cut in two may need
            rest = self._mask(rest.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
            kept = len(rest) - self._mask.longest
            lines.append(rest[:kept])
            rest = rest[kept:]
        self._pending[pipe] = rest
        self._write(pipe, lines)
        return bool(data)

    def _flush(self, pipe: int) -> None:
        if rest := self._pending[pipe]:
            self._pending[pipe] = b""
            self._write(pipe, [rest])

    def _write(self, pipe: int, lines: list[bytes]) -> None:
        if not lines:
            return
        texts = [self._mask(line.decode("utf-8", "replace")) for line in lines]
        self._log.write(self._marks[pipe], texts)
        if self._marks[pipe] == ERROR:
            self.last_error = next((text for text in reversed(texts) if text.strip()), self.last_error)
