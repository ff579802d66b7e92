"""The log file of a node attempt: written line by line with the time, bounded, read from any place.

A line is `<UTC time> <mark> <text>`; the mark says where it came from: `|` standard output, `!` standard
error, `>` the hub and `context.log`.
"""

from __future__ import annotations

import errno
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

LARGEST = 20 * 1024 * 1024
OUT, ERROR, HUB = "|", "!", ">"

# Terminal colours and titles, then every other control character and the marks that reverse reading direction.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_OVERWRITTEN = re.compile(r"(?<=\S [|!>] )[^\n]*\r(?=[^\n])", re.MULTILINE)


class LogFile:
    """Appends lines to the file; past the limit it says so once and counts what it drops."""

    def __init__(self, path: str, limit: int = LARGEST) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._room = limit - os.fstat(self._descriptor).st_size
        self._limit = limit
        self._lock = Lock()
        self.dropped = 0

    def write(self, mark: str, lines: list[str]) -> None:
        """Append the lines, all with the present time. Never raises: a full disk must not fail a node's work."""
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
        data = "".join(f"{stamp} {mark} {line}\n" for line in lines).encode("utf-8", "replace")
        with self._lock:
            if self._room >= len(data):
                self._room -= len(data)
                self._append(data)
                return
            if self._room > 0:
                self._append(data[: data.rfind(b"\n", 0, self._room) + 1])
                words = f"The log is cut here: it has reached {self._limit // 1024} KB."
                self._append(f"{stamp} {HUB} {words}\n".encode())
            self._room = 0
            self.dropped += len(lines)

    def close(self) -> None:
        if self.dropped:
            stamp = datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
            self._append(f"{stamp} {HUB} About {self.dropped} further lines were dropped.\n".encode())
        os.close(self._descriptor)

    def _append(self, data: bytes) -> None:
        try:
            os.write(self._descriptor, data)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}:
                raise
            self.dropped += data.count(b"\n")


def tail(path: Path, offset: int, limit: int = 64 * 1024) -> tuple[str, int]:
    """Return at most `limit` bytes of whole lines from `offset` as clean text, and the offset to ask for next.

    A negative offset counts from the end and starts at a line. Memory is bounded by `limit`; a missing file is
    an empty one. Of a line longer than `limit` the beginning is returned as if it were a line.
    """
    try:
        with path.open("rb") as file:
            return _tail(file.fileno(), offset, limit)
    except FileNotFoundError:
        return "", 0


def _tail(descriptor: int, offset: int, limit: int) -> tuple[str, int]:
    size = os.fstat(descriptor).st_size
    start = max(size + offset, 0) if offset < 0 else min(offset, size)
    data = os.pread(descriptor, limit, start)
    if offset < 0 and start > 0:
        skipped = data.find(b"\n") + 1
        data, start = data[skipped:], start + skipped
    end = data.rfind(b"\n") + 1
    if end == 0 and len(data) == limit:
        end = limit
    return clean(data[:end].decode("utf-8", "replace")), start + end


def clean(text: str) -> str:
    """Return text that is safe to show: no terminal escapes, no control characters, overwritten parts gone."""
    text = _ESCAPES.sub("", text).replace("\r\n", "\n")
    return _CONTROLS.sub("�", _OVERWRITTEN.sub("", text).replace("\r", ""))
