"""What the editor shows: the files of a recipe with what is typed into them, their faults, and what would come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from hub.common.errors import ConflictError, HubError, MissingError
from kitchens.core.git import Change, MeshRepository
from kitchens.core.git.texts import merge_texts
from kitchens.core.roles import Actor
from kitchens.models import Dataset, Domain, Kitchen
from kitchens.queries.data import newest
from recipes.core.drafts import Drafts
from recipes.core.pictures import Graph
from recipes.core.plan import Value
from recipes.core.planning import make_plan
from recipes.core.spec import ReadResult
from recipes.core.spec.model import Fault, NodeSpec, RecipeSpec, TestSpec
from recipes.core.templates import FILTERS
from recipes.core.values import SYSTEM_VALUES
from recipes.queries.pages_orders import effective_values
from recipes.queries.pages_recipes import recipe_graph
from recipes.queries.recipes import read_folder

TEXT_LIMIT = 256 * 1024  # bytes of a file that is edited in the browser
NAMES_TOLD = 50


@dataclass(frozen=True)
class EditFile:
    """A file in the editor: `base` as it is committed (None: new), `text` as it would be (None: deleted)."""

    name: str
    base: str | None
    text: str | None
    why_not: str = ""  # why it cannot be edited here


@dataclass(frozen=True)
class Conflict:
    """What others did meanwhile to the same recipe, in words and as a difference."""

    sentence: str
    commit: str
    changes: Sequence[Change]
    both: tuple[str, ...]  # files that were changed by both sides


@dataclass(frozen=True)
class EditPage:
    """The editor on one recipe; `closed` says why nothing can be committed here, `commit` what the drafts stand on."""

    domain: str
    recipe: str
    commit: str
    name: str
    files: Sequence[EditFile]
    closed: str

    def as_data(self) -> dict[str, Any]:
        """What the script of the editor starts from."""
        files = {f.name: {"base": f.base, "text": f.text, "why": f.why_not} for f in self.files}
        words = {"system": list(SYSTEM_VALUES), "filters": list(FILTERS)}
        return {"files": files, "file": self.name, "closed": bool(self.closed), "words": words}


@dataclass(frozen=True)
class Preview:
    """What a variation would be: values, nodes and tests after their templates, or why that cannot be said."""

    variation: str
    values: Sequence[Value] = ()
    nodes: Sequence[NodeSpec] = ()
    tests: Sequence[TestSpec] = ()
    trouble: str = ""


@dataclass(frozen=True)
class Checked:
    """The drafts as the hub reads them."""

    faults: Sequence[Fault]
    variations: Sequence[str] = ()
    graph: Graph | None = None
    preview: Preview | None = None
    by_file: Mapping[str, int] = field(default_factory=dict)


def folder_of(domain: str, recipe: str) -> str:
    return f"domains/{domain}/recipes/{recipe}"


def edit_page(
    kitchen: Kitchen, domain: str, recipe: str, file: str, *, by: Actor, drafts: Drafts, commit: str = ""
) -> EditPage:
    """Return the editor with drafts on the files of a commit (the newest if none). One query at most."""
    commit = base_commit(kitchen, commit)
    there = recipe_files(commit, domain, recipe)
    names = sorted({*there, *drafts}, key=lambda name: (name != "recipe.yaml", name))
    name = file or names[0]
    if name not in names:
        raise MissingError(
            f"The recipe {domain}/{recipe} has no file {file[:200]}.", remedy="Its files are on its page."
        )
    files = [_edit_file(name, there.get(name), drafts) for name in names]
    return EditPage(domain, recipe, commit, name, files, closed(kitchen, by))


def base_commit(kitchen: Kitchen, given: str) -> str:
    """Return the commit that drafts stand on: the one given, if the kitchen has ever been there, else its newest. One query.

    ConflictError for a commit of elsewhere: what other kitchens hold is not told by it.
    """
    now = newest(kitchen).commit
    if given in ("", now):
        return now
    repository = MeshRepository(settings.MESH_REPOSITORY)
    with suppress(MissingError):
        if repository.contains(now, given):
            return given
    raise ConflictError(
        f"{kitchen} has never been at the commit {given[:10]}.", remedy="Load the page again."
    )


def recipe_files(commit: str, domain: str, recipe: str) -> dict[str, bytes]:
    """Return path -> bytes of the files of a recipe at a commit; MissingError where it has none. No query."""
    repository = MeshRepository(settings.MESH_REPOSITORY)
    tree = repository.recipe_trees(commit).get(f"{domain}/{recipe}")
    if tree is None:
        raise MissingError(
            f"There is no recipe {domain[:60]}/{recipe[:60]} here.", remedy="Look at the list of recipes."
        )
    return repository.read_tree(tree)


def closed(kitchen: Kitchen, by: Actor) -> str:
    """Say why this person cannot commit in this kitchen, or "". No query."""
    if kitchen.state != "ready":
        retired = kitchen.state in ("retired", "gone")
        return (
            f"{kitchen} is retired: nothing changes here any more."
            if retired
            else f"{kitchen} is not ready yet."
        )
    if kitchen.merges_only:
        return f"{kitchen.merges_only} Make a kitchen of it and edit there."
    return (
        "" if by.may("recipe.change", kitchen.slug) else "Your role does not allow changes to recipes here."
    )


def _edit_file(name: str, there: bytes | None, drafts: Drafts) -> EditFile:
    text = _text(there)
    why = ""
    if there is not None and text is None:
        why = (
            "This file is no text." if b"\0" in there[:8000] else "This file is too large to be edited here."
        )
    drafted = _text(drafts[name]) if name in drafts else text
    return EditFile(name, text, drafted, why)


def _text(raw: bytes | None) -> str | None:
    if raw is None or len(raw) > TEXT_LIMIT or b"\0" in raw[:8000]:
        return None
    return raw.decode("utf-8", "replace")


def check_drafts(
    kitchen: Kitchen, domain: str, recipe: str, drafts: Drafts, *, commit: str, variation: str, now: datetime
) -> Checked:
    """Return the faults of a recipe with its drafts, and without any what it would do. Two queries. Nothing is kept."""
    repository = MeshRepository(settings.MESH_REPOSITORY)
    commit = base_commit(kitchen, commit)
    tree = repository.recipe_trees(commit).get(f"{domain}/{recipe}", "")
    result: ReadResult = read_folder(repository, (domain, recipe, tree), drafts)
    if result.spec is None:
        counts: dict[str, int] = {}
        for fault in result.faults:
            counts[fault.file] = counts.get(fault.file, 0) + 1
        return Checked(faults=result.faults, by_file=counts)
    names = list(result.spec.variations)
    chosen = variation if variation in names else names[0] if names else ""
    preview = _preview(result.spec, chosen, kitchen, commit, now) if chosen else None
    return Checked(faults=(), variations=names, graph=recipe_graph(result.spec), preview=preview)


def _preview(spec: RecipeSpec, variation: str, kitchen: Kitchen, commit: str, now: datetime) -> Preview:
    overrides, system = newest(kitchen).overrides, {"as_of": now, "kitchen": kitchen.slug}
    try:
        plan = make_plan(
            spec, variation, commit=commit, tree="", order_values={}, overrides=overrides, system=system
        )
    except HubError as error:
        known = effective_values(spec, variation, overrides, system)
        return Preview(variation, list(known.values()), tuple(spec.nodes.values()), (), str(error))
    tests = [test for of_node in plan.tests.values() for test in of_node]
    return Preview(variation, list(plan.values.values()), plan.nodes, tests)


def conflict_of(kitchen: Kitchen, domain: str, recipe: str, drafts: Drafts, base: str) -> Conflict | None:
    """Return what others committed to the recipe since `base`, or None where that is nothing. Two queries."""
    now, base = newest(kitchen).commit, base_commit(kitchen, base)
    repository = MeshRepository(settings.MESH_REPOSITORY)
    folder = folder_of(domain, recipe)
    changes = repository.diff(base, now, folder)
    if not changes:
        return None
    entry = repository.log(now, 1, folder)[0]
    paths = {change.path.removeprefix(f"{folder}/") for change in changes}
    paths |= {change.old_path.removeprefix(f"{folder}/") for change in changes}
    return Conflict(
        f"{entry.author} changed this recipe while you were editing it: {entry.title}",
        now,
        changes,
        tuple(sorted(paths & drafts.keys())),
    )


def merged_drafts(
    domain: str, recipe: str, drafts: Drafts, base: str, now: str
) -> tuple[dict[str, bytes | None], list[str]]:
    """Return the drafts with what others did since `base`, and the files where both changed the same lines. No query."""
    before, after = recipe_files(base, domain, recipe), recipe_files(now, domain, recipe)
    git = MeshRepository(settings.MESH_REPOSITORY).handle
    merged: dict[str, bytes | None] = {}
    to_look_at = []
    for path, mine in drafts.items():
        theirs = after.get(path)
        if theirs == before.get(path) or mine is None or theirs is None:
            merged[path] = mine
            continue
        found = merge_texts(git, path, before.get(path, b""), mine, theirs)
        merged[path] = found.content
        if not found.clean:
            to_look_at.append(path)
    return merged, to_look_at


def dataset_names(begins: str) -> list[str]:
    """Return the first names of datasets that begin so, for completion. One query."""
    names = Dataset.objects.filter(name__startswith=begins[:160]).order_by("name")
    return list(names.values_list("name", flat=True)[:NAMES_TOLD])


def domain_names() -> list[str]:
    """Return the names of all domains, for choosing. One query."""
    return list(Domain.objects.order_by("slug").values_list("slug", flat=True))


def recipe_names(commit: str) -> list[str]:
    """Return `"<domain>/<recipe>"` of every recipe of a commit. No query."""
    return list(MeshRepository(settings.MESH_REPOSITORY).recipe_trees(commit))
