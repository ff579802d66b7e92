"""The mesh repository: its references first, then the objects they need, which never change."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import pygit2
from pygit2.enums import ObjectType, SortMode

from hub.backup.manifest import Alive

FOLDER = "mesh.git"
TRIES = 5


def copy(source: Path, target: Path, alive: Alive) -> dict[str, str]:
    """Copy the repository and return its references as they were at the start.

    Loose objects come before packs, and all again where git has packed them meanwhile.
    """
    git = pygit2.Repository(str(source))
    refs = {
        name: str(ref.target)
        for name in git.references
        if isinstance((ref := git.references[name]).target, pygit2.Oid)
    }
    pygit2.init_repository(str(target), bare=True, initial_head="main")
    for attempt in range(TRIES):
        try:
            for folder in ("objects/[0-9a-f][0-9a-f]", "objects/pack"):
                _copy_folder(source, target, folder, alive)
            break
        except FileNotFoundError:
            if attempt == TRIES - 1:
                raise
    return refs


def _copy_folder(source: Path, target: Path, pattern: str, alive: Alive) -> None:
    for path in sorted(source.glob(f"{pattern}/*")):
        there = target / path.relative_to(source)
        if not path.name.startswith("tmp_") and not there.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, there)
        alive()


def put_refs(repository: Path, refs: Mapping[str, str]) -> None:
    """Set the references of a repository to these, and no others."""
    git = pygit2.Repository(str(repository))
    for name in list(git.references):
        if name not in refs:
            git.references.delete(name)
    for name, commit in refs.items():
        git.references.create(name, git[commit].id, force=True)


def broken(repository: Path, commits: Iterable[str], alive: Alive) -> list[str]:
    """Return in words what cannot be read of these commits and all before them; every object is checked by its hash."""
    git = pygit2.Repository(str(repository))
    seen: set[str] = set()
    found = []
    for start in sorted(set(commits)):
        try:
            for commit in git.walk(pygit2.Oid(hex=start), SortMode.NONE):
                if str(commit.id) in seen:
                    break
                seen.add(str(commit.id))
                _read(git, commit.tree.id, seen)
                alive()
        except (KeyError, ValueError, pygit2.GitError) as error:
            found.append(f"The commit {start[:10]} cannot be read: {error}.")
    return found


def _read(git: pygit2.Repository, tree: pygit2.Oid, seen: set[str]) -> None:
    """Read a tree and what it holds, each object once."""
    line = [tree]
    while line:
        at = line.pop()
        if str(at) in seen:
            continue
        seen.add(str(at))
        thing = git[at]
        if thing.type == ObjectType.TREE:
            line += [entry.id for entry in thing if entry.type != ObjectType.COMMIT]
