"""Files that a merge changes, both versions side by side, and those in conflict in three panes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from hub.common.errors import HubError, MissingError
from kitchens.core.git import Change, Hunk
from kitchens.core.git.conflicts import text_of
from kitchens.core.merging import Conflict
from kitchens.models import Comment, MergeRequest
from kitchens.queries.merges.pages import seen_of
from kitchens.queries.merges.shown import Block, ChangesPage, ConflictPage, FileChange, Line


def changes_page(request: MergeRequest) -> ChangesPage:
    """Return every file the merge changes in the target, with its lines and what was said about them. Five queries."""
    found = seen_of(request).preview
    said: dict[str, list[Comment]] = {}
    for comment in request.comments.exclude(path="").select_related("person"):
        said.setdefault(comment.path, []).append(comment)
    clashing = {conflict.path for conflict in found.open}
    files = [
        file_change(change, change.path in clashing, said.get(change.path, ())) for change in found.changes
    ]
    listed = {file.path for file in files}
    files += [_only_clashing(conflict) for conflict in found.open if conflict.path not in listed]
    files.sort(key=lambda file: file.path)
    return ChangesPage(
        request=request,
        files=tuple(files),
        added=sum(file.added for file in files),
        removed=sum(file.removed for file in files),
        preview=found,
    )


def _only_clashing(conflict: Conflict) -> FileChange:
    """Return a file that stands as the target has it because its conflict is open."""
    return FileChange(
        conflict.path, conflict.path, "changed", 0, 0, conflict.kind == "binary", False, True, ()
    )


def file_change(change: Change, conflict: bool = False, comments: Sequence[Comment] = ()) -> FileChange:
    """Return a file's change as it is shown side by side. No query."""
    return FileChange(
        path=change.path,
        old_path=change.old_path,
        status=change.status,
        added=change.added,
        removed=change.removed,
        binary=change.binary,
        cut=change.cut,
        conflict=conflict,
        blocks=tuple(_block(hunk) for hunk in change.hunks),
        comments=tuple(comments),
    )


def _block(hunk: Hunk) -> Block:
    return Block(hunk.header, tuple(_lines(hunk)))


def _lines(hunk: Hunk) -> Iterator[Line]:
    """Yield the lines of a hunk side by side: what was taken out stands beside what was put in its place."""
    left, right = hunk.old_start, hunk.new_start
    removed: list[str] = []
    added: list[str] = []
    for origin, text in (*hunk.lines, (" ", None)):
        if origin == "-":
            removed.append(text or "")
            continue
        if origin == "+":
            added.append(text or "")
            continue
        if origin != " ":
            continue  # what git says about the end of a file
        yield from _paired(removed, added, left, right)
        left, right = left + len(removed), right + len(added)
        removed, added = [], []
        if text is not None:
            yield Line("same", left, text, right, text)
            left, right = left + 1, right + 1


def _paired(removed: list[str], added: list[str], left: int, right: int) -> Iterator[Line]:
    for number, (old, new) in enumerate(zip_longest(removed, added)):
        kind = "removed" if new is None else "added" if old is None else "changed"
        yield Line(
            kind,
            None if old is None else left + number,
            old or "",
            None if new is None else right + number,
            new or "",
        )


def conflict_page(request: MergeRequest, path: str) -> ConflictPage:
    """Return one file in conflict; MissingError where it is in none. Four queries."""
    found = seen_of(request).preview.conflicts
    paths = tuple(conflict.path for conflict in found)
    if path not in paths:
        raise MissingError(f"{path[:200]} is not in conflict.", remedy="Look at the list of conflicts.")
    at = paths.index(path)
    conflict = found[at]
    return ConflictPage(
        request=request,
        conflict=conflict,
        paths=paths,
        left=sum(not one.resolved for one in found),
        before=paths[at - 1] if at else "",
        after=paths[at + 1] if at + 1 < len(paths) else "",
        merged=_merged(conflict),
    )


def _merged(conflict: Conflict) -> str | None:
    resolution = conflict.resolution
    if resolution is None or resolution.take == "delete":
        return None
    if resolution.take in ("source", "target"):
        return (conflict.source if resolution.take == "source" else conflict.target).text
    try:
        return text_of(conflict, resolution)
    except HubError:
        return None
