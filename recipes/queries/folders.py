"""Recipe folders as the impact looks at them, kept in the process: the content of a folder never changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from django.conf import settings

from hub.common.errors import MissingError
from kitchens.core.git import MeshRepository
from kitchens.core.git.rough import recipe_folders, tree_of
from recipes.core.impact import Folder, Side
from recipes.models import RecipeVersion
from recipes.queries.recipes import Key, as_row, known_versions, read_folder

MOST_KEPT = 20_000  # some KB each, and only what was looked at
_kept: OrderedDict[tuple[str, Key], Folder] = OrderedDict()


def side_of(tree: str) -> Side:
    """Return all recipes below a git tree. No query for folders seen before, else two for every 500; others are parsed."""
    keys = {
        recipe: (*recipe.split("/", 1), folder)
        for recipe, folder in recipe_folders(settings.MESH_REPOSITORY, tree).items()
    }
    where = str(settings.MESH_REPOSITORY)
    _load(where, [key for key in keys.values() if (where, key) not in _kept])
    for key in keys.values():
        _kept.move_to_end((where, key))
    side = Side({recipe: _kept[where, key] for recipe, key in keys.items()})
    while len(_kept) > max(MOST_KEPT, len(keys)):
        _kept.popitem(last=False)
    return side


def folder_of(commit: str, recipe: str) -> Folder:
    """Return one recipe of a commit; MissingError where it has none of that name."""
    folder = side_of(tree_of(settings.MESH_REPOSITORY, commit)).folders.get(recipe)
    if folder is None:
        raise MissingError(f"The commit {commit[:10]} has no recipe {recipe}.")
    return folder


def _load(where: str, keys: Iterable[Key]) -> None:
    known = known_versions(keys)
    rows = RecipeVersion.objects.in_bulk(known.values())
    repository = MeshRepository(settings.MESH_REPOSITORY)
    for key in keys:
        row = rows[known[key]] if key in known else as_row(key, read_folder(repository, key))
        _kept[where, key] = _folder(row)


def _folder(row: RecipeVersion) -> Folder:
    faults = tuple(
        f"{fault.get('file', 'recipe.yaml')} line {fault.get('line', 1)}: {fault['message']}"
        for fault in row.faults
    )
    return Folder(f"{row.domain}/{row.name}", row.tree, row.spec, texts_of, ids_of, faults)


@lru_cache(maxsize=2048)
def _texts_of(where: str, tree: str) -> Mapping[str, str]:
    texts = {}
    for path, content in MeshRepository(settings.MESH_REPOSITORY).read_tree(tree).items():
        try:
            texts[path] = content.decode()
        except UnicodeDecodeError:
            continue
    return texts


def texts_of(tree: str) -> Mapping[str, str]:
    """Return path -> text of the files below a folder; what is no text is left out. No query."""
    return _texts_of(str(settings.MESH_REPOSITORY), tree)


@lru_cache(maxsize=4096)
def _ids_of(where: str, tree: str) -> Mapping[str, str]:
    return {entry.path: entry.id for entry in MeshRepository(settings.MESH_REPOSITORY).entries(tree)}


def ids_of(tree: str) -> Mapping[str, str]:
    """Return path -> git id of the files below a folder. No query."""
    return _ids_of(str(settings.MESH_REPOSITORY), tree)
