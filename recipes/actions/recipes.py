"""Changing one recipe as a whole, as the editor does: its files are given by their path in its folder."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from hub.common.errors import ConflictError, InvalidError
from kitchens.core.git import MeshRepository
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Revision
from kitchens.queries.data import newest
from recipes.actions.files import save_files
from recipes.core.drafts import Drafts, only_changed
from recipes.core.starters import starter_files

TRIES = 3


def save_recipe(
    kitchen: Kitchen,
    domain: str,
    name: str,
    drafts: Drafts,
    *,
    message: str,
    by: Actor,
    now: datetime,
    expected_commit: str,
    keep_draft: bool = False,
) -> Revision:
    """Commit drafts (path in the recipe's folder -> bytes, None: deleted) and return the revision.

    What others committed since `expected_commit` to other recipes stands in nobody's way: the change is put on top of
    it. ConflictError where they changed this recipe; else raises as `save_files` does.
    """
    repository = MeshRepository(settings.MESH_REPOSITORY)
    folder = f"domains/{domain}/recipes/{name}"
    base = repository.recipe_trees(expected_commit).get(f"{domain}/{name}", "")
    there = repository.read_tree(base) if base else {}
    changed = only_changed(drafts, there)
    if not changed:
        raise InvalidError("Nothing has changed.", remedy="Edit a file first.")
    said = message.strip() or _said(name, changed)
    changes = {f"{folder}/{path}": content for path, content in changed.items()}
    expected = expected_commit
    for attempt in range(TRIES):
        try:
            return save_files(
                kitchen,
                changes,
                message=said,
                by=by,
                now=now,
                expected_commit=expected,
                keep_draft=keep_draft,
            )
        except ConflictError:
            expected = newest(kitchen).commit
            moved = repository.recipe_trees(expected).get(f"{domain}/{name}", "") != base
            if moved or expected == expected_commit or attempt == TRIES - 1:
                raise
    raise AssertionError("the last try has raised")


def _said(name: str, changed: Drafts) -> str:
    """Return a message for somebody who gave none."""
    if len(changed) == 1:
        path, content = next(iter(changed.items()))
        return f"{'Remove' if content is None else 'Change'} {path} of {name}"
    return f"Change {len(changed)} files of {name}"


def start_recipe(
    kitchen: Kitchen, *, domain: str, name: str, starter: str, by: Actor, now: datetime
) -> Revision:
    """Commit the files of a starter as a new recipe; ConflictError where there is one of that name already."""
    by.require("recipe.change", kitchen.slug)
    files = starter_files(starter, domain, name)
    expected = newest(kitchen).commit
    if f"{domain}/{name}" in MeshRepository(settings.MESH_REPOSITORY).recipe_trees(expected):
        raise ConflictError(
            f"There is a recipe {domain}/{name} already.", remedy="Choose another name.", field="name"
        )
    return save_files(
        kitchen, files, message=f"Start the recipe {domain}/{name}", by=by, now=now, expected_commit=expected
    )
