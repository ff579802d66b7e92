"""Reading and writing the mesh repository by pygit2; no git binary is needed."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pygit2
from pygit2.enums import FileMode, ObjectType

from hub.common.errors import ConflictError, InvalidError, MissingError, UnavailableError
from kitchens.core.git.author import Author
from kitchens.core.git.history import (
    Change,
    LogEntry,
    changes_between,
    entries_of_log,
    oldest_change,
)
from kitchens.core.git.hooks import put_hooks
from kitchens.core.git.paths import check_branch, check_path
from kitchens.core.git.trees import changed_tree
from kitchens.core.git.words import in_words

FILE_LIMIT = 2 * 1024 * 1024  # bytes of one file
ENTRY_LIMIT = 2_000  # files of one recipe folder that are looked at
STALE_LOCK_SECONDS = 60.0  # moving a ref takes microseconds; an older lock was left by a killed process


@dataclass(frozen=True)
class Entry:
    """Something in a folder: its path from there, its git id, and whether it is a file, a link or a foreign module."""

    path: str
    id: str
    kind: str  # file, link, module
    executable: bool = False


class MeshRepository:
    """The bare repository at `path`. Make one per request or call: the underlying handle belongs to one thread.

    `objects` is a folder of more objects to read: of a push that is looked at before it is taken in.
    """

    def __init__(self, path: Path, objects: Path | None = None) -> None:
        self.path = Path(path)
        self.objects = objects

    @classmethod
    def create(cls, path: Path) -> MeshRepository:
        """Make an empty repository, or open the one that is there."""
        with in_words():
            pygit2.init_repository(str(path), bare=True, initial_head="main")
            put_hooks(path)
        return cls(path)

    @cached_property
    def handle(self) -> Any:
        """The repository as pygit2 knows it, for the modules of this package."""
        if not self.path.is_dir():
            raise UnavailableError(
                "There is no mesh repository yet.", remedy="Start the hub once with manage.py up."
            )
        git = pygit2.Repository(str(self.path))
        if self.objects is not None:
            git.odb.add_disk_alternate(str(self.objects))
        return git

    def head(self, branch: str) -> str | None:
        """Return the newest commit of a branch, or None where there is no such branch."""
        with in_words():
            reference = self.handle.references.get(_ref(branch))
            return str(reference.target) if reference else None

    def heads(self) -> dict[str, str]:
        """Return branch -> newest commit of every branch, by name."""
        with in_words():
            start = "refs/heads/"
            names = [name for name in self.handle.references if name.startswith(start)]
            return {name.removeprefix(start): str(self.handle.references[name].target) for name in names}

    def create_branch(self, branch: str, commit: str) -> None:
        """Make a branch that starts at `commit`; ConflictError where it is there already."""
        with in_words():
            target = self._commit(commit).id
            try:
                self.handle.references.create(_ref(branch), target)
            except pygit2.AlreadyExistsError as error:
                raise ConflictError(f"The branch {branch} is there already.") from error

    def commit(
        self,
        branch: str,
        *,
        expected: str | None,
        changes: Mapping[str, bytes | None],
        author: Author,
        message: str,
        at: datetime,
    ) -> str:
        """Write a commit on top of `expected` and return its id; `changes` maps a path to its bytes (None: delete).

        `expected` is None for the first commit of a branch. ConflictError where the branch has moved on, InvalidError
        for a bad path or where nothing changes, MissingError for deleting what is not there.
        """
        with in_words(), self.one_at_a_time(branch):
            if self.head(branch) != expected:
                raise _moved(branch)
            made = self.prepare(expected=expected, changes=changes, author=author, message=message, at=at)
            self._swap(branch, expected, made)
            return made

    def prepare(
        self,
        *,
        expected: str | None,
        changes: Mapping[str, bytes | None],
        author: Author,
        message: str,
        at: datetime,
    ) -> str:
        """Write a commit on top of `expected` that no branch names yet, and return its id; raises as `commit` does."""
        for path, content in changes.items():
            check_path(path)
            if content is not None and len(content) > FILE_LIMIT:
                raise InvalidError(
                    f"{path} is larger than {FILE_LIMIT // 1024} KB.", remedy="Keep data out of recipes."
                )
        with in_words():
            base = self._commit(expected).tree if expected else None
            tree = changed_tree(self.handle, base, changes)
            if base is not None and tree == base.id:
                raise InvalidError("Nothing has changed.", remedy="Edit a file first.")
            parents = [self._commit(expected).id] if expected else []
            text = message.strip()[:10_000] or "Change"
            signature = author.signature(at)
            return str(self.handle.create_commit(None, signature, signature, text, tree, parents))

    def move(self, branch: str, *, expected: str | None, to: str) -> None:
        """Move a branch from one commit to another by compare-and-swap; ConflictError where it stands elsewhere."""
        with in_words(), self.one_at_a_time(branch):
            if self.head(branch) != expected:
                raise _moved(branch)
            self._swap(branch, expected, to)

    def _swap(self, branch: str, expected: str | None, to: str) -> None:
        # libgit2 compares and sets: it refuses where the branch is no longer what was just read.
        try:
            if expected is None:
                self.handle.references.create(_ref(branch), self._commit(to).id)
            else:
                self.handle.references[_ref(branch)].set_target(self._commit(to).id)
        except (pygit2.GitError, KeyError) as error:
            if self.head(branch) != expected:
                raise _moved(branch) from error
            raise

    def read_file(self, commit: str, path: str) -> bytes:
        """Return one file as it was at a commit; MissingError where it is not there or is no regular file."""
        with in_words():
            try:
                found = self._commit(commit).tree[check_path(path)]
            except KeyError as error:
                raise MissingError(f"There is no file {path} at commit {commit[:10]}.") from error
            if found.type != ObjectType.BLOB or found.filemode == FileMode.LINK:
                raise MissingError(f"{path} is not a regular file.")
            return bytes(found.data)

    def recipe_trees(self, commit: str) -> dict[str, str]:
        """Return `"<domain>/<recipe>"` -> git id of the folder, sorted, for every recipe folder at a commit."""
        with in_words():
            domains = _folders(self._commit(commit).tree).get("domains")
            found = {
                f"{domain}/{recipe}": str(tree.id)
                for domain, folder in (_folders(domains).items() if domains else ())
                if "recipes" in folder and folder["recipes"].type == ObjectType.TREE
                for recipe, tree in _folders(folder["recipes"]).items()
            }
        return dict(sorted(found.items()))

    def entries(self, tree: str) -> tuple[Entry, ...]:
        """Return everything below a folder but folders, by path; at most 2,000 entries."""
        with in_words():
            found: list[Entry] = []
            open_folders = [("", self.handle[tree])]
            while open_folders:
                above, folder = open_folders.pop()
                for item in folder:
                    path = f"{above}{_name(item)}"
                    if item.type == ObjectType.TREE:
                        open_folders.append((f"{path}/", item))
                    else:
                        found.append(_entry(path, item))
                    if len(found) + len(open_folders) > ENTRY_LIMIT:
                        raise InvalidError(f"A recipe folder holds more than {ENTRY_LIMIT} files.")
            return tuple(sorted(found, key=lambda entry: entry.path))

    def read_tree(self, tree: str, limit: int = FILE_LIMIT) -> dict[str, bytes]:
        """Return path -> bytes of every regular file below a folder; a file above `limit` is cut one byte after it."""
        files = [entry for entry in self.entries(tree) if entry.kind == "file"]
        with in_words():
            read = self.handle.odb.read
            return {entry.path: bytes(read(entry.id)[1][: limit + 1]) for entry in files}

    def read_blob(self, blob: str, limit: int = FILE_LIMIT) -> bytes:
        """Return the bytes of a file by its git id, cut one byte after `limit`."""
        with in_words():
            return bytes(self.handle.odb.read(pygit2.Oid(hex=blob))[1][: limit + 1])

    def log(self, commit: str, limit: int = 50, path: str | None = None) -> tuple[LogEntry, ...]:
        """Return the newest `limit` commits from `commit` back; with `path`, those that changed it (file or folder)."""
        with in_words():
            return tuple(entries_of_log(self.handle, self._commit(commit), limit, path))

    def last_change(self, commit: str, since: str | None) -> LogEntry | None:
        """Return the first commit after `since` on the way to `commit`: who changed what in between."""
        with in_words():
            return oldest_change(self.handle, self._commit(commit), since)

    def contains(self, commit: str, ancestor: str) -> bool:
        """Say whether `ancestor` is the commit or one that led to it."""
        with in_words():
            start, end = self._commit(ancestor).id, self._commit(commit).id
            return start == end or bool(self.handle.descendant_of(end, start))

    def diff(self, old: str | None, new: str, path: str = "") -> tuple[Change, ...]:
        """Return what changed between two commits, by path, with hunks; `old` None stands for nothing at all."""
        with in_words():
            before = self._commit(old).tree if old else None
            return tuple(
                change
                for change in changes_between(self.handle, before, self._commit(new).tree)
                if change.path == path or change.path.startswith(f"{path.rstrip('/')}/" if path else "")
            )

    def commit_object(self, commit: str) -> Any:
        """Return a commit as pygit2 has it; MissingError where there is none."""
        return self._commit(commit)

    def _commit(self, commit: str) -> Any:
        try:
            found = self.handle[commit]
        except (KeyError, ValueError) as error:
            raise MissingError(f"There is no commit {commit[:40]!r}.") from error
        if found.type != ObjectType.COMMIT:
            raise MissingError(f"{commit[:40]!r} is not a commit.")
        return found

    @contextmanager
    def one_at_a_time(self, branch: str) -> Iterator[None]:
        """Let one process of the hub move refs at a time; the system frees the lock of a process that dies.

        It keeps writers from wearing each other out. What makes losing a commit impossible is compare-and-swap.
        """
        if not self.path.is_dir():
            raise UnavailableError("There is no mesh repository yet.")
        with (self.path / "hub.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            left = self.path / "refs" / "heads" / f"{branch}.lock"
            if left.exists() and time.time() - left.stat().st_mtime > STALE_LOCK_SECONDS:
                left.unlink(missing_ok=True)
            yield


def _ref(branch: str) -> str:
    return f"refs/heads/{check_branch(branch)}"


def _name(item: Any) -> str:
    return bytes(item.raw_name).decode("utf-8", "backslashreplace")


def _folders(tree: Any) -> dict[str, Any]:
    return {_name(item): item for item in tree if item.type == ObjectType.TREE}


def _entry(path: str, item: Any) -> Entry:
    if item.type != ObjectType.BLOB:
        return Entry(path, str(item.id), "module")
    kind = "link" if item.filemode == FileMode.LINK else "file"
    return Entry(path, str(item.id), kind, item.filemode == FileMode.BLOB_EXECUTABLE)


def _moved(branch: str) -> ConflictError:
    return ConflictError(
        f"The branch {branch} has moved on since you opened it.",
        remedy="Look at what changed, then make your change again on top of it.",
    )
