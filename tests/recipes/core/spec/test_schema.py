"""The published JSON Schema agrees with the reader on every recipe there is, and explains every key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from recipes.core.checks import CHECKS
from recipes.core.spec import read_recipe, recipe_schema
from recipes.core.spec.faults import Faults
from recipes.core.spec.yaml import read_yaml

ROOT = Path(__file__).parents[4]
MESHES = (ROOT / "hub" / "demo" / "mesh", ROOT / "tests" / "meshes" / "aviation")
RECIPES = sorted(path for mesh in MESHES for path in mesh.rglob("recipe.yaml"))


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return recipe_schema()


def plain(content: bytes) -> Any:
    node = read_yaml(content, "recipe.yaml", Faults())
    assert node is not None
    return node.plain()


def test_it_is_a_schema(schema):
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", RECIPES, ids=[f"{p.parents[2].name}-{p.parent.name}" for p in RECIPES])
def test_every_sample_recipe_fits_schema_and_reader(schema, path):
    content = path.read_bytes()
    files = {
        p.relative_to(path.parent).as_posix(): p.read_bytes() for p in path.parent.rglob("*") if p.is_file()
    }

    assert [e.message for e in Draft202012Validator(schema).iter_errors(plain(content))] == []
    assert read_recipe(files, domain=path.parents[2].name, name=path.parent.name).faults == ()


@pytest.mark.parametrize(
    "text",
    [
        "nodes: {}",
        "description: x",
        "nodes: {a: {kind: sqll}}",
        "nodes: {a: {kind: sql, file: a.sql}}",
        "nodes: {a: {kind: shell}}",
        "nodes: {a: {kind: shell, file: a, command: b}}",
        "nodes: {a: {kind: synchronise, file: a.sql}}",
        "nodes: {A: {kind: synchronise}}",
        "nodes: {a: {kind: synchronise, need: []}}",
        "nodes: {a: {kind: synchronise, needs: [b, b]}}",
        "nodes: {a: {kind: python, file: a.py, writes: orders}}",
        "nodes: {a: {kind: python, file: a.py, writes: {s.a: merge}}}",
        "nodes: {a: {kind: python, file: a.py, writes: {s.a: {append: x}}}}",
        "nodes: {a: {kind: python, file: a.py, retries: -1}}",
        "nodes: {a: {kind: python, file: a.py, timeout: soon}}",
        "nodes: {a: {kind: synchronise}}\nvalues: {x: {type: int}}",
        "nodes: {a: {kind: synchronise}}\nvalues: {x: {}}",
        "nodes: {a: {kind: synchronise}}\nsources: {x: {location: a.csv, connection: b}}",
        "nodes: {a: {kind: synchronise}}\ntests: {x: {node: a}}",
        "nodes: {a: {kind: synchronise}}\ntests: {x: {node: a, check: row_cuont}}",
        "nodes: {a: {kind: synchronise}}\ntests: {x: {node: a, check: row_count, mni: 1}}",
        "nodes: {a: {kind: synchronise}}\nvariations: {x: {catch_up: never}}",
        "nodes: {a: {kind: synchronise}}\ningredients: {x: {takes: [a]}}",
        "node: {a: {kind: synchronise}}",
    ],
)
def test_what_the_schema_refuses_the_reader_refuses_too(schema, text):
    assert list(Draft202012Validator(schema).iter_errors(plain(text.encode())))
    assert read_recipe({"recipe.yaml": text.encode()}, domain="s", name="r").faults


def test_every_key_is_explained_and_choices_are_listed(schema):
    entries = {"recipe": schema} | {
        name: schema["properties"][name]["additionalProperties"]
        for name in ("values", "sources", "nodes", "tests", "variations", "ingredients")
    }
    for entry in entries.values():
        assert all(len(found["description"]) > 10 for found in entry["properties"].values())
    assert entries["nodes"]["properties"]["kind"]["enum"] == ["sql", "python", "shell", "synchronise"]
    assert {check["const"] for check in entries["tests"]["properties"]["check"]["oneOf"]} == set(CHECKS)
    assert len(entries["tests"]["allOf"]) == len(CHECKS)
