"""Putting two changes of one text together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pygit2
from pygit2.enums import FileMode


@dataclass(frozen=True)
class Merged:
    """The text with both changes; where they touch the same lines both stand there, between marks."""

    content: bytes
    clean: bool


def merge_texts(git: Any, path: str, base: bytes, ours: bytes, theirs: bytes) -> Merged:
    """Return `base` with what changed in both, as git merges it. Writes three blobs that nothing names."""
    entries = [
        pygit2.IndexEntry(path, git.create_blob(content), FileMode.BLOB) for content in (base, ours, theirs)
    ]
    found = git.merge_file_from_index(*entries, use_deprecated=False)
    return Merged(found.contents.encode(), bool(found.automergeable))
