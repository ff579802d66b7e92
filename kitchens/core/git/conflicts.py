"""What git could not merge by itself, read from the index of a merge, and put right there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pygit2
from pygit2.enums import DiffFind, FileMode

from kitchens.core.merging import (
    Clash,
    Conflict,
    Edit,
    Kind,
    Resolution,
    Side,
    clash_of,
    differing,
    resolved_text,
)

LINES = re.compile(r"[^\n]*\n|[^\n]+")
FILES = (FileMode.BLOB, FileMode.BLOB_EXECUTABLE)
NOWHERE = Side(text=None)
SENTENCES: Mapping[Kind, str] = {
    "content": "Both sides changed the same lines.",
    "binary": "Both sides changed this file, which is not text.",
    "add-add": "Both sides added this file, each with a content of its own.",
    "mode": "Both sides changed what kind of file this is.",
    "folder": "One side has a file where the other one has a folder.",
}


@dataclass(frozen=True)
class Found:
    """A file in conflict, as the index has it: its entries (base, target, source), and the paths they stand at."""

    path: str
    entries: tuple[Any, Any, Any]
    paths: tuple[str, ...]
    over_folder: bool = False  # elsewhere there is a folder of this name


def find(git: Any, index: Any, base: Any, target: Any, source: Any) -> list[Found]:
    """Return the files in conflict, by path; a file renamed on one side stands at its new name with all three sides."""
    if index.conflicts is None:
        return []
    found = {_path(entries): tuple(entries) for entries in index.conflicts}
    folders = {above for entry in index for above in _above(entry.path)} & found.keys()
    joined = [Found(path, entries, (path,), path in folders) for path, entries in found.items()]
    lonely = [one for one in joined if _lonely(one.entries)]
    if lonely and base is not None:
        joined = _join(joined, _renames(git, base, target), 1)
        joined = _join(joined, _renames(git, base, source), 2)
    return sorted(joined, key=lambda one: one.path)


def _above(path: str) -> Iterator[str]:
    at = path.find("/")
    while at > 0:
        yield path[:at]
        at = path.find("/", at + 1)


def _path(entries: Any) -> str:
    return next(str(entry.path) for entry in entries if entry is not None)


def _lonely(entries: tuple[Any, ...]) -> bool:
    return entries[0] is None and (entries[1] is None) != (entries[2] is None)


def _renames(git: Any, old: Any, new: Any) -> dict[str, str]:
    difference = git.diff(old, new)
    difference.find_similar(flags=DiffFind.FIND_RENAMES)
    return {
        delta.old_file.path: delta.new_file.path for delta in difference.deltas if delta.status_char() == "R"
    }


def _join(found: list[Found], renames: Mapping[str, str], side: int) -> list[Found]:
    """Put what one side renamed and both changed together: git lists the old and the new name on their own."""
    by_path = {one.path: one for one in found}
    for old, new in renames.items():
        left, moved = by_path.get(old), by_path.get(new)
        if left is None or moved is None or not _lonely(moved.entries) or moved.entries[side] is None:
            continue
        base, other = left.entries[0], left.entries[3 - side]
        if base is None or other is None or left.entries[side] is not None:
            continue
        sides = (base, moved.entries[1], other) if side == 1 else (base, other, moved.entries[2])
        by_path[new] = Found(new, sides, (old, new))
        del by_path[old]
    return list(by_path.values())


def settle_gone(index: Any, found: list[Found]) -> list[Found]:
    """Drop from the index what both sides have moved away or deleted, and return the rest."""
    rest = []
    for one in found:
        if one.entries[1] is None and one.entries[2] is None:
            del index.conflicts[one.path]
        else:
            rest.append(one)
    return rest


def as_conflict(git: Any, found: Found) -> Conflict:
    """Return the conflict with its three sides, and where its lines clash if it is text on both."""
    base, target, source = (_side(git, entry) for entry in found.entries)
    kind = _kind(found, base, target, source)
    clash = None
    if kind in ("content", "add-add"):
        clash = _clash(git, base, target, source)
    said = SENTENCES.get(kind) or _said(kind, base, target)
    return Conflict(found.path, kind, base, target, source, said, clash)


def _side(git: Any, entry: Any) -> Side:
    return NOWHERE if entry is None else side_of(git, str(entry.id), int(entry.mode))


def side_of(git: Any, blob_id: str, mode: int) -> Side:
    """Return one version of a file; links and foreign modules have no text."""
    if mode not in FILES:
        return Side(blob_id, mode, None)
    blob = git[blob_id]
    return Side(blob_id, mode, _text(blob), blob.size)


def _text(blob: Any) -> str | None:
    if blob.is_binary:
        return None
    try:
        return bytes(blob.data).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _kind(found: Found, base: Side, target: Side, source: Side) -> Kind:
    if found.over_folder:
        return "folder"
    if not target.there or not source.there:
        return "delete-modify" if base.there else "rename"
    if target.id == source.id or FileMode.LINK in (target.mode, source.mode):
        return "mode"
    if any(side.there and side.text is None for side in (base, target, source)):
        return "binary"
    return "content" if base.there else "add-add"


def _said(kind: Kind, base: Side, target: Side) -> str:
    who, other = ("The source", "the target") if target.there else ("The target", "the source")
    if kind == "delete-modify":
        return f"{who} deleted this file, {other} changed it."
    mover, other = ("The target", "the source") if target.there else ("The source", "the target")
    return f"{mover} gave a file this name; {other} renamed or deleted the same file."


def _below(index: Any, path: str) -> Iterator[str]:
    start = f"{path}/"
    return (entry.path for entry in index if entry.path.startswith(start))


def _clash(git: Any, base: Side, target: Side, source: Side) -> Clash:
    ours, theirs = lines_of(target.text), lines_of(source.text)
    if not base.there:
        return differing(ours, theirs, _edits(git, target, source))
    return clash_of(lines_of(base.text), ours, theirs, _edits(git, base, target), _edits(git, base, source))


def lines_of(text: str | None) -> list[str]:
    """Return the lines of a text as git counts them, each with its end."""
    return LINES.findall(text or "")


def _edits(git: Any, old: Side, new: Side) -> list[Edit]:
    patch = git[old.id].diff(git[new.id], context_lines=0, interhunk_lines=0)
    return [_edit(hunk) for hunk in patch.hunks]


def _edit(hunk: Any) -> Edit:
    """Return a hunk from 0 and half open; one without lines on a side stands behind the line git names there."""
    old = hunk.old_start - 1 if hunk.old_lines else hunk.old_start
    new = hunk.new_start - 1 if hunk.new_lines else hunk.new_start
    return old, old + hunk.old_lines, new, new + hunk.new_lines


def put_right(git: Any, index: Any, found: Found, conflict: Conflict, resolution: Resolution) -> None:
    """Write a resolution into the index; InvalidError where its choices do not fit the hunks."""
    entry = _entry(git, conflict, resolution)
    for path in found.paths:
        del index.conflicts[path]
    if entry is None:
        return
    for path in list(_below(index, conflict.path)) if conflict.kind == "folder" else ():
        index.remove(path)
    index.add(entry)


def keep_target(index: Any, found: Found, conflict: Conflict) -> None:
    """Leave an open conflict as the target has it, so that the rest can be shown."""
    for path in found.paths:
        del index.conflicts[path]
    if conflict.target.there and conflict.kind != "folder":
        index.add(pygit2.IndexEntry(conflict.path, pygit2.Oid(hex=conflict.target.id), conflict.target.mode))


def _entry(git: Any, conflict: Conflict, resolution: Resolution) -> Any:
    if resolution.take == "delete":
        return None
    if resolution.take in ("source", "target"):
        side = conflict.source if resolution.take == "source" else conflict.target
        if not side.there:
            return None
        return pygit2.IndexEntry(conflict.path, pygit2.Oid(hex=side.id), FileMode(side.mode))
    text = text_of(conflict, resolution)
    return pygit2.IndexEntry(conflict.path, git.create_blob(text.encode()), FileMode(_mode(conflict)))


def text_of(conflict: Conflict, resolution: Resolution) -> str:
    """Return the file as a resolution by hunks or by text makes it; InvalidError where there are no hunks to choose."""
    if resolution.take == "text":
        return resolution.text
    return resolved_text(conflict.clash or Clash(()), resolution.hunks)


def _mode(conflict: Conflict) -> int:
    modes = [side.mode for side in (conflict.source, conflict.target) if side.mode in FILES]
    changed = [mode for mode in modes if mode != conflict.base.mode]
    return (changed or modes or [int(FileMode.BLOB)])[0]
