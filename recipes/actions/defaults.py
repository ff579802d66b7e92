"""Propose an override as default: the recipe in the kitchen says from then on what the override said."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from hub.common.errors import ConflictError, InvalidError, MissingError
from kitchens.actions.overrides import change_overrides, check_open
from kitchens.core.git import MeshRepository
from kitchens.core.overrides import Key, parse, put
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Revision
from kitchens.queries.data import newest
from recipes.actions.files import save_files
from recipes.core.spec.defaults import with_default
from recipes.queries.declared import declared_values
from recipes.queries.recipes import recipe_versions


def propose_default(kitchen: Kitchen, key: str, *, by: Actor, now: datetime) -> tuple[Revision, bool]:
    """Commit an override of the kitchen as the default of every recipe it is about; return the revision.

    Only the default changes in the files, comments and layout stay. The override is taken back where no variation
    sets the value (the second of what is returned says so); else it stays, because the variation would win. The merge
    takes the commit along, as any other. MissingError where the kitchen has no such override.
    """
    by.require("recipe.change", kitchen.slug)
    check_open(kitchen)
    before = newest(kitchen)
    if key not in before.overrides:
        raise MissingError(f"{key[:80]} is not set in the kitchen {kitchen.slug}.")
    wanted, value = parse(key), before.overrides[key]
    about = [one for one in declared_values(before.commit) if wanted.about(one.name, one.recipe)]
    if not about:
        raise InvalidError(f"No recipe here has a value {wanted.name}.", remedy="Unset it.")
    repository = MeshRepository(settings.MESH_REPOSITORY)
    changes: dict[str, bytes | None] = {}
    for one in about:
        domain, recipe = one.recipe.split("/")
        path = f"domains/{domain}/recipes/{recipe}/recipe.yaml"
        text = repository.read_file(before.commit, path).decode()
        changes[path] = with_default(text, one.name, _whole(wanted, value, one.default)).encode()
    revision = save_files(
        kitchen,
        changes,
        message=f"Make what {kitchen.slug} sets for {wanted.value} the default",
        by=by,
        now=now,
        expected_commit=before.commit,
    )
    if _in_a_variation(before.commit, wanted):
        return revision, False
    return change_overrides(kitchen, unset=[key], by=by, now=now), True


def _whole(key: Key, value: object, default: object) -> object:
    """Return the default with the override in it: of a dictionary, the keys that it does not name stay."""
    if key.whole or not (key.path or isinstance(value, dict)):
        return value
    if not isinstance(default, dict):
        raise ConflictError(f"{key.name} has no dictionary as default.", remedy="Write it into recipe.yaml.")
    if key.path:
        return put(default, key.path, value)
    found: object = default
    for name, item in (value if isinstance(value, dict) else {}).items():
        found = put(
            found, (name,), _whole(Key(name), item, default.get(name)) if _both(item, default, name) else item
        )
    return found


def _both(item: object, default: dict[str, object], name: str) -> bool:
    return isinstance(item, dict) and isinstance(default.get(name), dict)


def _in_a_variation(commit: str, key: Key) -> bool:
    """Say whether a variation of a recipe that the key is about sets the value itself."""
    return any(
        key.name in variation.get("values", {})
        for recipe, version in recipe_versions(commit).items()
        if version.spec and key.recipe in ("", recipe) and key.name in version.spec.get("values", {})
        for variation in version.spec["variations"].values()
    )
