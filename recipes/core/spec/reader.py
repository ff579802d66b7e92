"""From the files of a recipe folder to a RecipeSpec, or to all of its faults at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from recipes.core.spec.data_test_specs import needs_of_tests, read_tests
from recipes.core.spec.fixture_specs import read_fixtures
from recipes.core.spec.keys import RECIPE
from recipes.core.spec.model import Fault, Place, RecipeSpec
from recipes.core.spec.monitor_specs import read_monitors
from recipes.core.spec.node_specs import read_nodes
from recipes.core.spec.reading import IDENTIFIER, SLUG, Reading
from recipes.core.spec.section import Section
from recipes.core.spec.source_specs import read_sources
from recipes.core.spec.value_specs import read_values
from recipes.core.spec.variation_specs import read_ingredients, read_variations
from recipes.core.spec.yaml import Node, read_yaml

RECIPE_FILE = "recipe.yaml"
FILES_LIMIT = 500


@dataclass(frozen=True)
class ReadResult:
    """A recipe, or why there is none: with any fault `spec` is None."""

    spec: RecipeSpec | None
    faults: tuple[Fault, ...]


def read_recipe(
    files: Mapping[str, bytes], *, domain: str, name: str, links: Collection[str] = (), store: str = ""
) -> ReadResult:
    """Read a recipe folder; `files` maps paths below it to bytes, `links` names what is no regular file.

    With the kind of a store, SQL that this store cannot run is a fault too.
    Never raises for what stands in the files: everything wrong is a fault with file, line and the way out.
    """
    reading = Reading(domain=domain, name=name, files=files, links=frozenset(links), store=store)
    _check_folder(reading)
    root = _root(reading)
    spec = _recipe(reading, root) if root is not None else None
    faults = reading.faults.sorted()
    return ReadResult(spec=None if faults else spec, faults=faults)


def _check_folder(reading: Reading) -> None:
    if not IDENTIFIER.fullmatch(reading.domain) or reading.domain == "source":
        message = f"{reading.domain[:80]!r} cannot be the name of a domain."
        reading.faults.add("bad-name", message, "Use small letters, digits and _; source is taken.")
    if not SLUG.fullmatch(reading.name):
        message = f"{reading.name[:80]!r} cannot be the name of a recipe."
        reading.faults.add("bad-name", message, "Use small letters, digits, _ and -.")
    if len(reading.files) > FILES_LIMIT:
        reading.faults.add(
            "too-much", f"The folder holds more than {FILES_LIMIT} files.", "Split the recipe."
        )
    for link in sorted(reading.links)[:20]:
        message = f"{link!r} is a link or a foreign module."
        reading.faults.add("linked-file", message, "Put the file itself into the folder.", Place(file=link))


def _root(reading: Reading) -> Node | None:
    content = reading.files.get(RECIPE_FILE)
    if content is None:
        message = f"The folder has no {RECIPE_FILE}."
        reading.faults.add("missing-file", message, "Every recipe folder holds one; see docs/recipes.md.")
        return None
    before = len(reading.faults)
    root = read_yaml(content, RECIPE_FILE, reading.faults)
    if root is None and len(reading.faults) == before:
        reading.faults.add("missing-key", f"{RECIPE_FILE} is empty.", "Write at least nodes.")
    return root


def _recipe(reading: Reading, root: Node) -> RecipeSpec:
    top = Section("The recipe", root, RECIPE, reading.faults, Place(file=RECIPE_FILE))
    top.unknown()
    reading.dialect = top.get("dialect")
    reading.values = read_values(reading, top)
    reading.source_names = frozenset(top.inside("sources"))
    sources = read_sources(reading, top)
    nodes = read_nodes(reading, top)
    tests = read_tests(reading, top, nodes)
    nodes = needs_of_tests(reading, top, nodes, tests)
    variations = read_variations(reading, top, nodes)
    return RecipeSpec(
        domain=reading.domain,
        name=reading.name,
        description=top.get("description") or "",
        dialect=reading.dialect,
        values=reading.values,
        sources=sources,
        nodes=nodes,
        tests=tests,
        variations=variations,
        ingredients=read_ingredients(reading, top, variations),
        fixtures=read_fixtures(reading, top),
        monitors=read_monitors(reading, top, nodes),
        files=tuple(sorted(reading.files)),
    )
