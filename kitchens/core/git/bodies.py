"""The body of a request of a git client: read into a file, unpacked, never more than its limit."""

from __future__ import annotations

import tempfile
import time
import zlib
from collections.abc import Iterator
from typing import IO, Protocol

from hub.common.errors import HubError, InvalidError, UnavailableError

AT_ONCE = 65536
READ_AWAY = 1024 * 1024 * 1024  # bytes beyond the limit that are read and thrown away
SECONDS = 120.0


class TooLargeError(HubError):
    """More came than is taken."""

    status = 413
    title = "Too large"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def spooled(source: Readable, length: int | None, encoding: str, limit: int) -> tuple[IO[bytes], int]:
    """Return a file with the body, at its start, and its size. `length` None: the body ends where the source does.

    TooLargeError above `limit` bytes, packed or not; InvalidError for another packing than gzip or a broken one.
    """
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise InvalidError(f"The hub cannot unpack {encoding[:40]!r}.", remedy="Send it plain or by gzip.")
    pieces = _pieces(source, length)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        size = 0
        for piece in _unpacked(pieces) if "gzip" in encoding else pieces:
            size += len(piece)
            if size > limit:
                _read_away(pieces)
                raise _too_large(limit)
            file.write(piece)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file, size


def _pieces(source: Readable, length: int | None) -> Iterator[bytes]:
    until = time.monotonic() + SECONDS
    left = length
    while left is None or left > 0:
        got = source.read(AT_ONCE if left is None else min(AT_ONCE, left))
        if not got:
            return
        if time.monotonic() > until:
            raise UnavailableError("The request took too long to arrive.", remedy="Try again.")
        left = None if left is None else left - len(got)
        yield got


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    unpack = zlib.decompressobj(31)
    for piece in pieces:
        rest = piece
        while rest:
            try:
                yield unpack.decompress(rest, AT_ONCE)
            except zlib.error as error:
                raise InvalidError("The request is not packed as it says.") from error
            rest = unpack.unconsumed_tail
    yield unpack.flush()


def _read_away(pieces: Iterator[bytes]) -> None:
    """Let the client send the rest: one that is cut off in the middle does not look at the answer."""
    left = READ_AWAY
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            return


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        f"The push is larger than {limit // 1024 // 1024} MB.",
        remedy="Keep data out of recipes; push less at a time.",
    )
