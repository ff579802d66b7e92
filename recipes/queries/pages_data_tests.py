"""What the form of one test shows: the nodes it may stand at, its lines in the file, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from hub.common.errors import InvalidError, MissingError
from kitchens.core.git import MeshRepository
from kitchens.core.roles import Actor
from kitchens.models import Kitchen
from kitchens.queries.data import resolve
from recipes.core.spec.faults import Faults
from recipes.core.spec.model import Fault
from recipes.core.spec.yaml import read_yaml, walk
from recipes.core.written.fields import fields_of
from recipes.core.written.file import lines_of, read_entries, with_test
from recipes.models import RecipeVersion
from recipes.queries.pages_edit import base_commit, closed, recipe_files
from recipes.queries.pages_recipes import read_spec
from recipes.queries.recipes import get_recipe, read_folder

NEEDS = re.compile(r"needs (\w+)[.:]")


@dataclass(frozen=True)
class FormPage:
    """A recipe as the form of its tests sees it; `entry` is the test that is changed, empty for a new one."""

    kitchen: Kitchen
    version: RecipeVersion
    commit: str
    text: str  # of recipe.yaml
    was: str
    entry: Mapping[str, Any]
    nodes: Sequence[str]
    writes: Mapping[str, Sequence[str]]  # node -> datasets
    closed: str

    @property
    def datasets(self) -> list[str]:
        """Return every dataset that a node writes, by name."""
        return sorted({dataset for of_node in self.writes.values() for dataset in of_node})

    def dataset_of(self, entry: Mapping[str, Any]) -> str:
        """Return the dataset a test is about: the one it names, else the only one of its node."""
        written = self.writes.get(str(entry.get("node", "")), ())
        return str(entry.get("dataset") or (written[0] if len(written) == 1 else ""))


@dataclass(frozen=True)
class Looked:
    """A test as it would stand in the file. `faults` are by key of the test ("" for the whole), `others` elsewhere."""

    lines: str = ""
    first: int = 0
    faults: Mapping[str, Sequence[str]] = field(default_factory=dict)
    others: Sequence[Fault] = ()

    @property
    def said(self) -> list[tuple[str, str]]:
        """Return (key, sentence) of each fault of the test."""
        return [(key, sentence) for key, sentences in self.faults.items() for sentence in sentences]


def form_page(kitchen: Kitchen, domain: str, recipe: str, was: str, *, by: Actor, commit: str) -> FormPage:
    """Return what the form of a test needs of its recipe, at a commit of the kitchen (its newest if none).

    MissingError where the recipe has no test that is called `was`. Four queries.
    """
    commit = base_commit(kitchen, commit)
    version = get_recipe(kitchen, domain, recipe, commit)
    text = recipe_files(commit, domain, recipe).get("recipe.yaml", b"").decode(errors="replace")
    entries = read_entries(text)
    if was and was not in entries:
        raise MissingError(
            f"The recipe {domain}/{recipe} has no test {was[:120]}.", remedy="Its tests are on its page."
        )
    spec = read_spec(version)
    writes = {name: [one.dataset for one in node.writes] for name, node in spec.nodes.items()} if spec else {}
    nodes = list(writes) or _names_of_nodes(text)
    return FormPage(
        kitchen, version, commit, text, was, entries.get(was, {}), nodes, writes, closed(kitchen, by)
    )


def _names_of_nodes(text: str) -> list[str]:
    """Return the nodes of a recipe that has faults."""
    root = read_yaml(text.encode(), "recipe.yaml", Faults())
    nodes = root.value.get("nodes") if root and isinstance(root.value, dict) else None
    return list(nodes.value) if nodes and isinstance(nodes.value, dict) else []


def columns_of(kitchen: Kitchen, dataset: str) -> list[tuple[str, str]]:
    """Return (name, type) of the columns that a dataset has in the kitchen; none where it has no version. Three queries."""
    version = resolve(kitchen, [dataset]).get(dataset) if dataset else None
    return [(column.name, column.type) for column in version.columns] if version else []


def look_at(page: FormPage, name: str, entry: Mapping[str, Any]) -> Looked:
    """Return the lines of a test and everything wrong with it, as the recipe would be read. Reads git, no query."""
    if not name or not {"node", "check"} <= entry.keys():
        return Looked()
    try:
        text = with_test(page.text, name, entry, was=page.was)
    except InvalidError as error:
        return Looked(faults={error.field: [str(error)]})
    domain, recipe = page.version.domain, page.version.name
    key = (domain, recipe, page.version.tree)
    drafts = {"recipe.yaml": text.encode()}
    found = read_folder(MeshRepository(settings.MESH_REPOSITORY), key, drafts, page.kitchen.store).faults
    first, lines = lines_of(text, name)
    mine, others = _sorted(found, text, name, str(entry["check"]))
    return Looked(lines, first, mine, others)


def _sorted(
    faults: Sequence[Fault], text: str, name: str, check: str
) -> tuple[dict[str, list[str]], list[Fault]]:
    """Return the faults of one test by its keys, and those of everything else."""
    places, last = _places(text, name)
    begins = min((line for line, _ in places), default=0)
    mine: dict[str, list[str]] = {}
    others = []
    for fault in faults:
        in_test = fault.file == "recipe.yaml" and begins <= fault.line <= last
        if not places or not (in_test or f"est {name}" in fault.message):
            others.append(fault)
            continue
        key = places.get((fault.line, fault.column), "") if in_test else ""
        key = "name" if fault.code == "bad-name" else key
        if key in ("", "check") and (needed := NEEDS.search(fault.message)):
            key = needed[1] if any(one.name == needed[1] for one in fields_of(check)) else key
        mine.setdefault(key, []).append(f"{fault.message} {fault.remedy}".strip())
    return mine, others


def _places(text: str, name: str) -> tuple[dict[tuple[int, int], str], int]:
    """Return (line, column) -> key of a test, of its keys and what stands there, and the last line of it."""
    root = read_yaml(text.encode(), "recipe.yaml", Faults())
    tests = root.value.get("tests") if root and isinstance(root.value, dict) else None
    if tests is None or not isinstance(tests.value, dict) or name not in tests.value:
        return {}, 0
    test = tests.value[name]
    places = {(tests.keys[name].line, tests.keys[name].column): ""}
    for key, node in test.value.items():
        places |= {
            (place.line, place.column): key for place in (test.keys[key], *(one.place for one in walk(node)))
        }
    return places, max(line for line, _ in places)
