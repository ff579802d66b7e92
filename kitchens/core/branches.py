"""The branches of kitchens, seen by whoever holds the kitchen's name: made, taken over, listed, removed.

Commits move branches by compare-and-swap (`core.git`). Here no swap is needed: the caller holds the kitchen's
unique name in an open transaction, so nobody else may touch the branch.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pygit2

PREFIX = "kitchens/"
ARCHIVE = "refs/hub/archived/"  # branches of retired kitchens


def put_branch(repository: Path, branch: str, commit: str) -> None:
    """Make the branch at the commit, or move a leftover of that name there. KeyError for an unknown commit."""
    git = pygit2.Repository(str(repository))
    git.references.create(f"refs/heads/{branch}", git[commit].id, force=True)


def drop_branch(repository: Path, branch: str) -> None:
    """Remove the branch if it is there; its commits stay until git collects them."""
    git = pygit2.Repository(str(repository))
    if f"refs/heads/{branch}" in git.references:
        git.references.delete(f"refs/heads/{branch}")


def archive_branch(repository: Path, branch: str, slug: str, commit: str) -> str:
    """Move the branch to where no clone sees it, and return where it stands there. May be done again after a crash.

    Where the branch is gone already the archive stays as it is; where there is neither, it begins at `commit`.
    """
    git = pygit2.Repository(str(repository))
    tip = git.references.get(f"refs/heads/{branch}")
    there = git.references.get(f"{ARCHIVE}{slug}")
    target = tip.target if tip else there.target if there else git[commit].id
    git.references.create(f"{ARCHIVE}{slug}", target, force=True)
    return str(target)


def archived_commit(repository: Path, slug: str) -> str | None:
    """Return where the archived branch of a kitchen stands, None where there is none."""
    there = pygit2.Repository(str(repository)).references.get(f"{ARCHIVE}{slug}")
    return str(there.target) if there else None


def drop_archived(repository: Path, slug: str) -> None:
    """Remove the archived branch of a kitchen if it is there."""
    git = pygit2.Repository(str(repository))
    if f"{ARCHIVE}{slug}" in git.references:
        git.references.delete(f"{ARCHIVE}{slug}")


def archived_slugs(repository: Path) -> Iterator[str]:
    """Yield the names of all kitchens that have an archived branch; none where there is no repository."""
    if repository.is_dir():
        for name in pygit2.Repository(str(repository)).references:
            if name.startswith(ARCHIVE):
                yield name.removeprefix(ARCHIVE)


def kitchen_branches(repository: Path) -> Iterator[str]:
    """Yield the names of all kitchens that have a branch, without the prefix; none where there is no repository."""
    if not repository.is_dir():
        return
    start = f"refs/heads/{PREFIX}"
    for name in pygit2.Repository(str(repository)).references:
        if name.startswith(start):
            yield name.removeprefix(start)


def domain_files(repository: Path, commit: str) -> dict[str, bytes]:
    """Return `domains/<slug>/domain.yaml` of every folder below domains/, empty where a folder has none."""
    git = pygit2.Repository(str(repository))
    tree = git[commit].peel(pygit2.Tree)
    if "domains" not in tree or not isinstance(tree["domains"], pygit2.Tree):
        return {}
    found = {}
    for folder in tree["domains"]:
        if isinstance(folder, pygit2.Tree) and folder.name:
            files = {entry.name: entry for entry in folder}
            file = files.get("domain.yaml")
            found[folder.name] = file.data if isinstance(file, pygit2.Blob) else b""
    return found
