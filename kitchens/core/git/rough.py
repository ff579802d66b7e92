"""Trees of commits and of rough merges, for looking ahead: conflicts are taken from the source, nothing is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pygit2
from pygit2.enums import MergeFavor, ObjectType


def tree_of(repository: Path, commit: str) -> str:
    """Return the git id of a commit's tree. KeyError for an unknown commit."""
    return str(pygit2.Repository(str(repository))[commit].peel(pygit2.Tree).id)


def merge_roughly(repository: Path, target: str, source: str) -> str:
    """Return the tree of a merge in memory in which the source's version stands wherever both sides changed the same.

    The tree is written, no branch names it: git collects it some day.
    """
    git: Any = pygit2.Repository(str(repository))
    ours, theirs = git[target].peel(pygit2.Tree), git[source].peel(pygit2.Tree)
    base = git.merge_base(target, source)
    ancestor = git[base].peel(pygit2.Tree) if base else git[git.TreeBuilder().write()]
    index = git.merge_trees(ancestor, ours, theirs, favor=MergeFavor.THEIRS)
    for sides in list(index.conflicts or ()):
        for path in {side.path for side in sides if side}:
            del index.conflicts[path]
        if sides[2]:
            index.add(sides[2])
    return str(index.write_tree(git))


def recipe_folders(repository: Path, tree: str) -> dict[str, str]:
    """Return "<domain>/<recipe>" -> git id of the folder for every recipe folder below a tree, sorted."""
    git: Any = pygit2.Repository(str(repository))
    found = {
        f"{domain}/{recipe}": str(folder.id)
        for domain, inside in _folders(_folder(git[tree], "domains")).items()
        for recipe, folder in _folders(_folder(inside, "recipes")).items()
        if len(domain) <= 60 and len(recipe) <= 60
    }
    return dict(sorted(found.items()))


def _folder(tree: Any, name: str) -> Any:
    return tree[name] if tree is not None and name in tree else None


def _folders(tree: Any) -> dict[str, Any]:
    if tree is None or tree.type != ObjectType.TREE:
        return {}
    return {item.name: item for item in tree if item.type == ObjectType.TREE and item.name}
