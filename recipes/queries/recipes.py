"""Recipes as a commit has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from django.conf import settings

from hub.common.errors import MissingError
from kitchens.core.git import MeshRepository
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from recipes.core.spec import Fault, ReadResult, read_recipe
from recipes.models import CommitIndex, RecipeVersion

Key = tuple[str, str, str]  # domain, recipe, git id of the folder
AT_ONCE = 500  # parameters of one query


def recipe_versions(commit: str) -> dict[str, RecipeVersion]:
    """Return `"<domain>/<recipe>"` -> version for every recipe of a commit, by name.

    Two queries. A commit that nobody indexed yet is read from git: folders that are known cost nothing more, others
    are parsed for this call and not kept.
    """
    index = CommitIndex.objects.filter(commit=commit).values_list("recipes", flat=True).first()
    if index is None:
        return _read_from_git(commit)
    found = RecipeVersion.objects.in_bulk(index.values())
    return {name: found[version] for name, version in index.items() if version in found}


def get_recipe(kitchen: Kitchen, domain: str, name: str, commit: str | None = None) -> RecipeVersion:
    """Return one recipe of a kitchen's newest revision, or of the commit; MissingError where it has none. Three queries."""
    commit = commit or newest(kitchen).commit
    index = CommitIndex.objects.filter(commit=commit).values_list("recipes", flat=True).first()
    wanted = f"{domain}/{name}"
    if index is None:
        version = _read_from_git(commit, wanted).get(wanted)
    else:
        version = RecipeVersion.objects.filter(pk=index.get(wanted)).first()
    if version is None:
        raise MissingError(
            f"The kitchen {kitchen.slug} has no recipe {domain[:60]}/{name[:60]}.",
            remedy="Look at the list of its recipes.",
        )
    return version


def known_versions(keys: Iterable[Key]) -> dict[Key, int]:
    """Return the ids of the folders that were parsed before. One query for every 500 of them."""
    wanted = set(keys)
    trees = sorted({tree for _, _, tree in wanted})
    found: dict[Key, int] = {}
    for start in range(0, len(trees), AT_ONCE):
        rows = RecipeVersion.objects.filter(tree__in=trees[start : start + AT_ONCE])
        for domain, name, tree, pk in rows.values_list("domain", "name", "tree", "pk"):
            if (domain, name, tree) in wanted:
                found[domain, name, tree] = pk
    return found


def recipe_keys(repository: MeshRepository, commit: str) -> dict[str, Key]:
    """Return `"<domain>/<recipe>"` -> key of every recipe folder of a commit; names too long to keep are left out."""
    found = {}
    for path, tree in repository.recipe_trees(commit).items():
        domain, _, name = path.partition("/")
        if len(domain) <= 60 and len(name) <= 60:
            found[path] = (domain, name, tree)
    return found


def read_folder(
    repository: MeshRepository,
    key: Key,
    changes: Mapping[str, bytes | None] | None = None,
    store: str = "",
) -> ReadResult:
    """Parse a recipe folder of the repository, with changes (paths from the folder on) that are not committed yet.

    `store` is the kind of the kitchen's store: what cannot run there is a fault.
    """
    domain, name, tree = key
    files = repository.read_tree(tree) if tree else {}
    links = {entry.path for entry in repository.entries(tree) if entry.kind != "file"} if tree else set()
    for path, content in (changes or {}).items():
        links.discard(path)
        if content is None:
            files.pop(path, None)
        else:
            files[path] = content
    return read_recipe(files, domain=domain, name=name, links=links, store=store)


@lru_cache(maxsize=512)
def faults_on_store(key: Key, store: str) -> tuple[Fault, ...]:
    """Return what a recipe without faults has that a kind of store cannot run. No query; kept, as a tree never changes."""
    if store != "postgresql":
        return ()
    return read_folder(MeshRepository(settings.MESH_REPOSITORY), key, store=store).faults


def as_row(key: Key, result: ReadResult) -> RecipeVersion:
    """Return what was parsed as a row that is not stored yet."""
    domain, name, tree = key
    return RecipeVersion(
        domain=domain,
        name=name,
        tree=tree,
        description=result.spec.description if result.spec else "",
        spec=result.spec.model_dump(mode="json") if result.spec else None,
        faults=[fault.model_dump() for fault in result.faults],
    )


def _read_from_git(commit: str, only: str = "") -> dict[str, RecipeVersion]:
    repository = MeshRepository(settings.MESH_REPOSITORY)
    keys = {path: key for path, key in recipe_keys(repository, commit).items() if only in ("", path)}
    known = known_versions(keys.values())
    stored = RecipeVersion.objects.in_bulk(known.values())
    return {
        path: stored[known[key]] if key in known else as_row(key, read_folder(repository, key))
        for path, key in keys.items()
    }
