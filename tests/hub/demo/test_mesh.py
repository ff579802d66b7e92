"""The demo's mesh says with few recipes what the hub can do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.demo.files import mesh_files
from recipes.core.checks import CHECKS
from recipes.core.spec import read_recipe
from recipes.core.spec.model import RecipeSpec


def recipes(files: dict[str, bytes]) -> Iterator[tuple[str, str, dict[str, bytes]]]:
    """Yield domain, name and files of every recipe."""
    for path in files:
        if path.endswith("/recipe.yaml"):
            folder = path.removesuffix("recipe.yaml")
            _, domain, _, name, _ = path.split("/")
            yield domain, name, {p.removeprefix(folder): files[p] for p in files if p.startswith(folder)}


def read(files: dict[str, bytes]) -> list[RecipeSpec]:
    found = [read_recipe(its, domain=domain, name=name) for domain, name, its in recipes(files)]
    assert [fault for result in found for fault in result.faults] == []
    return [result.spec for result in found if result.spec]


@pytest.fixture(scope="module")
def specs() -> list[RecipeSpec]:
    return read(mesh_files())


def test_every_recipe_is_without_fault(specs):
    assert 8 <= len(specs) <= 12
    assert all(3 <= len(spec.nodes) <= 8 for spec in specs)


def test_all_kinds_modes_and_severities_and_many_checks_are_used(specs):
    nodes = [node for spec in specs for node in spec.nodes.values()]
    tests = [test for spec in specs for test in spec.tests.values()]

    assert {node.kind for node in nodes} == {"sql", "python", "shell", "synchronise"}
    assert {write.mode for node in nodes for write in node.writes} == {
        "replace",
        "append",
        "replace_partition",
        "merge",
    }
    assert len({test.check for test in tests}) >= 14
    assert any(CHECKS[test.check].history for test in tests)
    assert {test.severity for test in tests} == {"stop", "warn", "log"}
    assert len(tests) >= 60


def test_domains_depend_on_one_another(specs):
    edges = {
        (read.split(".")[0], spec.domain)
        for spec in specs
        for node in spec.nodes.values()
        for read in node.reads
        if read.split(".")[0] != spec.domain
    }

    assert {"reference", "sales", "logistics"} <= {giver for giver, _ in edges}
    assert {"sales", "logistics", "finance", "marketing"} <= {taker for _, taker in edges}


def test_schedules_keep_to_several_zones_and_one_runs_all_the_time(specs):
    schedules = {(v.timezone, v.schedule) for spec in specs for v in spec.variations.values() if v.schedule}

    assert {zone for zone, _ in schedules} == {"Europe/London", "Europe/Amsterdam", "America/New_York", "UTC"}
    assert ("UTC", "*/2 * * * *") in schedules
