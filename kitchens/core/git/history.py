"""What changed, when and by whom: log entries and differences with hunks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from typing import Any

from pygit2.enums import DiffFind, SortMode

WALK_LIMIT = 20_000  # commits looked at for the history of one path
COUNTED = 10_000  # files of a difference that are counted
LINE_LIMIT = 4_000  # changed lines of one file that are shown
STATUS = {"A": "added", "D": "deleted", "M": "changed", "R": "renamed", "T": "changed"}


@dataclass(frozen=True)
class LogEntry:
    """One commit: who, when, why."""

    commit: str
    parents: tuple[str, ...]
    author: str
    email: str
    at: datetime
    message: str

    @property
    def title(self) -> str:
        return self.message.split("\n", 1)[0]


@dataclass(frozen=True)
class Hunk:
    """Lines that changed together; each line is (origin, text) with origin " ", "+" or "-"."""

    header: str
    old_start: int
    new_start: int
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Change:
    """What happened to one file; `hunks` is empty for binary files and cut above 4,000 lines (`cut`)."""

    path: str
    old_path: str
    status: str  # added, deleted, changed, renamed
    added: int
    removed: int
    binary: bool
    hunks: tuple[Hunk, ...]
    cut: bool = False


def log_entry(commit: Any) -> LogEntry:
    author = commit.author
    zone = timezone(timedelta(minutes=author.offset)) if author.offset else UTC
    return LogEntry(
        commit=str(commit.id),
        parents=tuple(str(parent) for parent in commit.parent_ids),
        author=author.raw_name.decode("utf-8", "replace"),
        email=author.raw_email.decode("utf-8", "replace"),
        at=datetime.fromtimestamp(author.time, zone),
        message=commit.raw_message.decode("utf-8", "replace").strip(),
    )


def entries_of_log(git: Any, start: Any, limit: int, path: str | None) -> Iterator[LogEntry]:
    """Yield commits from `start` back, newest first; with `path`, those in which it differs from every parent."""
    walk = islice(git.walk(start.id, SortMode.TOPOLOGICAL | SortMode.TIME), WALK_LIMIT)
    touching = (commit for commit in walk if path is None or _touches(commit, path))
    yield from (log_entry(commit) for commit in islice(touching, limit))


def oldest_change(git: Any, newest: Any, since: str | None) -> LogEntry | None:
    """Return the first commit after `since` on the way to `newest`."""
    walk = git.walk(newest.id, SortMode.TOPOLOGICAL)
    if since and since in git:
        walk.hide(since)
    last = None
    for commit in islice(walk, WALK_LIMIT):
        last = commit
    return log_entry(last) if last is not None else None


def _touches(commit: Any, path: str) -> bool:
    here = _id_at(commit, path)
    if not commit.parents:
        return here is not None
    return all(_id_at(parent, path) != here for parent in commit.parents)


def _id_at(commit: Any, path: str) -> Any:
    try:
        return commit.tree[path].id
    except KeyError:
        return None


def changes_between(git: Any, old: Any, new: Any) -> Iterator[Change]:
    """Yield what turns the tree `old` (None: nothing) into `new`, by path."""
    difference = new.diff_to_tree(swap=True) if old is None else git.diff(old, new)
    difference.find_similar(flags=DiffFind.FIND_RENAMES)
    for patch in sorted(difference, key=lambda patch: patch.delta.new_file.raw_path):
        yield _change(patch)


def _change(patch: Any) -> Change:
    delta = patch.delta
    _, added, removed = patch.line_stats
    cut = added + removed > LINE_LIMIT
    return Change(
        path=_text(delta.new_file.raw_path),
        old_path=_text(delta.old_file.raw_path),
        status=STATUS.get(delta.status_char(), "changed"),
        added=added,
        removed=removed,
        binary=delta.is_binary,
        hunks=() if cut else tuple(_hunk(hunk) for hunk in patch.hunks),
        cut=cut,
    )


def _hunk(hunk: Any) -> Hunk:
    lines = tuple((line.origin, _text(line.raw_content).rstrip("\r\n")) for line in hunk.lines)
    return Hunk(hunk.header.strip(), hunk.old_start, hunk.new_start, lines)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def changed_paths(git: Any, old: str, new: str, most: int) -> tuple[tuple[str, ...], int]:
    """Return the first `most` paths in which two commits differ, and how many there are; without looking into files."""
    if old == new:
        return (), 0
    deltas = git.diff(git[old].tree, git[new].tree).deltas
    paths = [_text(delta.new_file.raw_path) for delta, _ in zip(deltas, range(COUNTED), strict=False)]
    return tuple(paths[:most]), len(paths)
