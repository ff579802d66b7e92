"""What git and the file system say, as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pygit2

from hub.common.errors import HubError, UnavailableError


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what git and the file system say into a sentence; errors of the hub pass."""
    try:
        yield
    except HubError:
        raise
    except (pygit2.GitError, OSError, KeyError, ValueError, UnicodeError) as error:
        raise UnavailableError(
            f"The mesh repository cannot be read or written: {error}.",
            remedy="Check the folder of the repository, its rights and free space; git fsck tells more.",
        ) from error
