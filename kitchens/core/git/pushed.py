"""Looking at commits that are pushed, before they are taken in: only what the hub itself would have written passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pygit2
from pygit2.enums import FileMode, SortMode

from hub.common.errors import InvalidError
from kitchens.core.git.paths import check_clashes, check_path
from kitchens.core.git.repository import FILE_LIMIT, MeshRepository

MOST_COMMITS, MOST_CHANGES = 1_000, 20_000
PLAIN = (FileMode.BLOB, FileMode.BLOB_EXECUTABLE)


@dataclass(frozen=True)
class Pushed:
    """What a push brings: the number of its commits, and each path that differs in the end -> git id, None: deleted."""

    commits: int
    changes: dict[str, str | None]


def look_at(repository: MeshRepository, old: str, new: str) -> Pushed:
    """Return what leads from `old` to `new`; InvalidError for the first thing in any commit that the mesh does not take."""
    git = repository.handle
    walk = git.walk(git[new].id, SortMode.TOPOLOGICAL)
    walk.hide(git[old].id)
    commits = list(islice(walk, MOST_COMMITS + 1))
    if len(commits) > MOST_COMMITS:
        raise InvalidError(f"These are more than {MOST_COMMITS:,} commits.", remedy="Push them in portions.")
    sizes: dict[str, int] = {}
    for commit in commits:
        before = commit.parents[0].tree if commit.parents else None
        for path, mode, blob in _changes(git, before, commit.tree):
            _check(git, commit, path, mode, blob, sizes)
    there = git[new].tree
    changes = {path: blob for path, _, blob in _changes(git, git[old].tree, there)}
    for folder in sorted({path.rpartition("/")[0] for path, blob in changes.items() if blob}):
        check_clashes([item.name for item in (there[folder] if folder else there)], f"{folder}/".lstrip("/"))
    return Pushed(len(commits), changes)


def _changes(git: Any, old: Any, new: Any) -> Iterator[tuple[str, int, str | None]]:
    """Yield path, mode and git id (None: deleted) of everything in which two trees differ."""
    difference = new.diff_to_tree(swap=True) if old is None else git.diff(old, new)
    for count, delta in enumerate(difference.deltas):
        if count >= MOST_CHANGES:
            raise InvalidError(
                f"A commit changes more than {MOST_CHANGES:,} files.", remedy="Change less at a time."
            )
        gone = delta.status_char() == "D"
        side = delta.old_file if gone else delta.new_file
        try:
            path = side.raw_path.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidError(
                f"The name {side.raw_path!r} is not text in UTF-8.", remedy="Rename the file."
            ) from error
        yield path, side.mode, None if gone else str(side.id)


def _check(git: Any, commit: Any, path: str, mode: int, blob: str | None, sizes: dict[str, int]) -> None:
    if blob is None:
        return
    where = f"commit {str(commit.id)[:10]}"
    check_path(path)
    if mode not in PLAIN:
        what = {int(FileMode.LINK): "a symbolic link", int(FileMode.COMMIT): "a submodule"}
        raise InvalidError(
            f"{path} in {where} is {what.get(int(mode), 'no plain file')}.",
            remedy="The mesh holds plain files only. Take it out of that commit and push again.",
        )
    if blob not in sizes:
        found = git.get(pygit2.Oid(hex=blob))
        sizes[blob] = found.size if found is not None else 0
    if sizes[blob] > FILE_LIMIT:
        raise InvalidError(
            f"{path} in {where} is larger than {FILE_LIMIT // 1024} KB.",
            remedy="Keep data out of recipes: take it out of that commit and push again.",
        )
