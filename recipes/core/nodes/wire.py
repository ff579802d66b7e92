"""Messages between a queue worker, the fork server and a node process: a length, then that many bytes."""

from __future__ import annotations

import struct

LENGTH = struct.Struct(">I")
GRACE_SECONDS = 2.0  # from SIGTERM to SIGKILL of a node that is cancelled
LARGEST = 256 * 1024 * 1024  # a manifest of many thousand parts is a few megabytes


class WireError(Exception):
    """The other side sent something that is not a message."""


def framed(payload: bytes) -> bytes:
    """Return the payload as one message."""
    return LENGTH.pack(len(payload)) + payload


class Frames:
    """Puts messages together from bytes as they arrive."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Return the messages that are whole now; WireError for one that claims to be too large."""
        self._bytes += data
        whole = []
        while len(self._bytes) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._bytes)
            if length > LARGEST:
                raise WireError(f"A message of {length} bytes is larger than the limit of {LARGEST}.")
            end = LENGTH.size + length
            if len(self._bytes) < end:
                break
            whole.append(bytes(self._bytes[LENGTH.size : end]))
            del self._bytes[:end]
        return whole
