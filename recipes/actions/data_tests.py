"""Writing tests into a recipe: each change is a commit on the kitchen's branch by the person who made it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from hub.common.errors import InvalidError, MissingError
from kitchens.core.git import MeshRepository
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Revision
from recipes.actions.files import check_open
from recipes.actions.recipes import save_recipe
from recipes.core.written.file import with_test, without_test

RECIPE_FILE = "recipe.yaml"
Entry = Mapping[str, Any]


def save_tests(
    kitchen: Kitchen,
    domain: str,
    recipe: str,
    entries: Mapping[str, Entry],
    *,
    was: str = "",
    by: Actor,
    now: datetime,
    expected_commit: str,
) -> Revision:
    """Commit tests (name -> keys as in the file) to a recipe: new ones, or one in the place of the one that `was` there.

    Raises as `save_recipe` does: ConflictError where others changed the recipe since `expected_commit` or the kitchen is
    closed, FaultyRecipeError where it could not be read afterwards; InvalidError where the file cannot be changed so.
    """
    by.require("recipe.change", kitchen.slug)
    check_open(kitchen)
    text = _text(expected_commit, domain, recipe)
    for name, entry in entries.items():
        text = with_test(text, name, entry, was=was)
    first, *others = entries
    said = f"the test {first}" if not others else f"{len(entries)} tests"
    drafts = {RECIPE_FILE: text.encode()}
    return save_recipe(
        kitchen,
        domain,
        recipe,
        drafts,
        message=f"{'Change' if was else 'Add'} {said} of {recipe}",
        by=by,
        now=now,
        expected_commit=expected_commit,
    )


def remove_test(
    kitchen: Kitchen, domain: str, recipe: str, name: str, *, by: Actor, now: datetime, expected_commit: str
) -> Revision:
    """Commit the recipe without a test. Raises as `save_tests` does."""
    by.require("recipe.change", kitchen.slug)
    check_open(kitchen)
    drafts = {RECIPE_FILE: without_test(_text(expected_commit, domain, recipe), name).encode()}
    message = f"Take the test {name} out of {recipe}"
    return save_recipe(
        kitchen, domain, recipe, drafts, message=message, by=by, now=now, expected_commit=expected_commit
    )


def _text(commit: str, domain: str, recipe: str) -> str:
    """Return the recipe.yaml of a commit."""
    path = f"domains/{domain}/recipes/{recipe}/{RECIPE_FILE}"
    try:
        return MeshRepository(settings.MESH_REPOSITORY).read_file(commit, path).decode()
    except MissingError:
        raise MissingError(f"There is no recipe {domain[:60]}/{recipe[:60]} here.") from None
    except UnicodeDecodeError:
        raise InvalidError("recipe.yaml is not UTF-8 text.", remedy="Save it as UTF-8.") from None
