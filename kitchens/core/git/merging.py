"""Merging two commits in memory: nothing is checked out, no branch moves, and the same call previews and merges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pygit2
from pygit2.enums import MergeFlag

from hub.common.errors import ConflictError, HubError, InvalidError
from kitchens.core.git import conflicts
from kitchens.core.git.author import Author
from kitchens.core.git.conflicts import Found
from kitchens.core.git.history import Change, LogEntry, changes_between, log_entry
from kitchens.core.git.keywise import merged_by_key
from kitchens.core.git.paths import check_clashes
from kitchens.core.git.repository import MeshRepository
from kitchens.core.git.words import in_words
from kitchens.core.merging import Conflict, Preview, Resolution

MOST_COMMITS = 2_000


def preview(
    repository: MeshRepository,
    *,
    target: str,
    source: str,
    base: str | None = None,
    resolutions: Mapping[str, Resolution] | None = None,
) -> Preview:
    """Return what merging the commit `source` into the commit `target` gives, with the conflicts that are resolved or not.

    `base` overrules what git finds as the common beginning. MissingError for unknown commits. Blobs and trees of the
    result are written, which no branch names yet. Resolutions of other versions than those at hand are ignored, and named.
    """
    git = repository.handle
    with in_words():
        ours, theirs = repository.commit_object(target), repository.commit_object(source)
        common = repository.commit_object(base).id if base else git.merge_base(ours.id, theirs.id)
        index, base_tree = _merged(git, ours, theirs, common, given=base is not None)
        found = conflicts.find(git, index, base_tree, ours.tree, theirs.tree)
        found = conflicts.settle_gone(index, found)
        settled, structural = _settle(git, index, found, resolutions or {})
        tree = index.write_tree(git)
        changes = tuple(changes_between(git, ours.tree, git[tree]))
    settled += _capitals(git, git[tree], changes)
    left = [one for one in settled if not one.resolved]
    return Preview(
        base=str(common) if common else "",
        target=target,
        source=source,
        tree="" if left else str(tree),
        changes=changes,
        conflicts=tuple(settled),
        structural=tuple(structural),
        ignored=tuple(_ignored(settled, structural, resolutions or {})),
    )


def _merged(git: Any, ours: Any, theirs: Any, common: Any, *, given: bool) -> tuple[Any, Any]:
    """Return the index of the merge and the tree both sides began with; several beginnings are merged by git itself."""
    base_tree = git[common].tree if common else None
    if given:
        return git.merge_trees(base_tree, ours.tree, theirs.tree, flags=MergeFlag.FIND_RENAMES), base_tree
    return git.merge_commits(ours, theirs, flags=MergeFlag.FIND_RENAMES), base_tree


def _settle(
    git: Any, index: Any, found: list[Found], resolutions: Mapping[str, Resolution]
) -> tuple[list[Conflict], list[str]]:
    """Put right in the index what is resolved, by somebody or by key; return the conflicts, and files merged by key."""
    settled: list[Conflict] = []
    structural: list[str] = []
    for one in found:
        conflict = conflicts.as_conflict(git, one)
        resolution = resolutions.get(one.path)
        if resolution is not None and resolution.sides == conflict.sides:
            settled.append(_resolve(git, index, one, conflict, resolution))
        elif (text := merged_by_key(conflict)) is not None:
            by_key = Resolution("text", conflict.sides, text=text)
            conflicts.put_right(git, index, one, conflict, by_key)
            structural.append(one.path)
        else:
            conflicts.keep_target(index, one, conflict)
            settled.append(conflict)
    return settled, structural


def _resolve(git: Any, index: Any, found: Found, conflict: Conflict, resolution: Resolution) -> Conflict:
    try:
        conflicts.put_right(git, index, found, conflict, resolution)
    except InvalidError as fault:
        conflicts.keep_target(index, found, conflict)
        return replace(conflict, resolution=resolution, fault=str(fault))
    return replace(conflict, resolution=resolution)


def _ignored(
    settled: list[Conflict], structural: list[str], resolutions: Mapping[str, Resolution]
) -> list[tuple[str, str]]:
    at = {conflict.path: conflict for conflict in settled}
    said = []
    for path in sorted(resolutions):
        if path not in at:
            said.append((path, "This file is no longer in conflict."))
        elif at[path].resolution is None:
            said.append((path, "A side has changed since this was resolved; look at it once more."))
    return said


def _capitals(git: Any, tree: Any, changes: tuple[Change, ...]) -> list[Conflict]:
    """Return files that the merge adds beside one whose name differs in capitals only: half of all systems keep one."""
    clashing = []
    for change in changes:
        if change.status not in ("added", "renamed"):
            continue
        folder, _, _ = change.path.rpartition("/")
        names = [entry.name for entry in (tree[folder] if folder else tree)]
        try:
            check_clashes(sorted(names), folder)
        except InvalidError as fault:
            entry = tree[change.path]
            side = conflicts.side_of(git, str(entry.id), int(entry.filemode))
            nowhere = conflicts.NOWHERE
            clashing.append(Conflict(change.path, "name", nowhere, nowhere, side, fault.message))
    return clashing


def commit_merge(
    repository: MeshRepository, merge: Preview, *, author: Author, message: str, at: datetime
) -> str:
    """Write the merge commit of a preview without conflicts, and return its id; no branch names it yet.

    Its first parent is the target. ConflictError while conflicts are open.
    """
    if not merge.tree:
        paths = ", ".join(conflict.path for conflict in merge.open[:5])
        raise ConflictError(f"Both sides changed {paths}.", remedy="Resolve the conflicts first.")
    return commit_tree(
        repository, merge.tree, parents=(merge.target, merge.source), author=author, message=message, at=at
    )


def commit_tree(
    repository: MeshRepository,
    tree: str,
    *,
    parents: tuple[str, ...],
    author: Author,
    message: str,
    at: datetime,
) -> str:
    """Write a commit of a tree that is there already, and return its id; no branch names it yet."""
    git = repository.handle
    with in_words():
        signature = author.signature(at)
        text = message.strip()[:10_000] or "Merge"
        above = [pygit2.Oid(hex=parent) for parent in parents]
        return str(git.create_commit(None, signature, signature, text, pygit2.Oid(hex=tree), above))


def tree_of(repository: MeshRepository, commit: str) -> str:
    """Return the id of the files of a commit; MissingError where there is none."""
    return str(repository.commit_object(commit).tree.id)


def common_base(repository: MeshRepository, one: str, other: str) -> str:
    """Return the commit that both began with, "" where they have nothing in common."""
    ours, theirs = repository.commit_object(one), repository.commit_object(other)
    with in_words():
        return str(repository.handle.merge_base(ours.id, theirs.id) or "")


def domains_between(repository: MeshRepository, old: str, new: str) -> frozenset[str]:
    """Return the domains of which a file differs between two commits; none where one of them is not there."""
    try:
        before, after = repository.commit_object(old), repository.commit_object(new)
    except HubError:
        return frozenset()
    with in_words():
        deltas = repository.handle.diff(before.tree, after.tree).deltas
        paths = [file.path.split("/") for delta in deltas for file in (delta.old_file, delta.new_file)]
    return frozenset(parts[1] for parts in paths if len(parts) > 2 and parts[0] == "domains")


def brought(repository: MeshRepository, *, source: str, target: str) -> tuple[LogEntry, ...]:
    """Return the commits that the source has and the target has not, newest first; at most 2,000."""
    git = repository.handle
    with in_words():
        walk = git.walk(repository.commit_object(source).id)
        walk.hide(repository.commit_object(target).id)
        found = []
        for commit in walk:
            found.append(log_entry(commit))
            if len(found) >= MOST_COMMITS:
                break
    return tuple(found)
