"""Ingredients that provision kitchens name what takes away again what they make."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from recipes.core.spec import read_recipe, recipe_schema

HEAD = "nodes: {a: {kind: synchronise}}\nvariations: {up: {}, down: {}}\ningredients:\n"


def read(ingredients: str):
    return read_recipe({"recipe.yaml": (HEAD + ingredients).encode()}, domain="shop", name="infra")


def test_an_ingredient_and_its_rollback_are_read():
    result = read(
        "  queue: {variation: up, provisions: true, rollback: no queue}\n  no queue: {variation: down}\n"
    )

    assert result.faults == ()
    queue, without = result.spec.ingredients.values()
    assert (queue.provisions, queue.rollback, without.provisions, without.rollback) == (
        True,
        "no queue",
        False,
        "",
    )


@pytest.mark.parametrize(
    ("ingredients", "code", "line", "says"),
    [
        ("  queue: {variation: up, provisions: true}\n", "no-rollback", 4, "nothing takes away again"),
        ("  queue: {variation: up, rollback: queue}\n", "bad-rollback", 4, "names itself"),
        (
            "  queue: {variation: up, rollback: quoue}\n",
            "unknown-ingredient",
            4,
            "'quoue', which does not exist",
        ),
        (
            "  a: {variation: up, rollback: b}\n  b: {variation: up, rollback: c}\n  c: {variation: down}\n",
            "bad-rollback",
            4,
            "has a rollback of its own",
        ),
        ("  queue: {variation: up, provisions: maybe}\n", "wrong-type", 4, "provisions"),
    ],
)
def test_what_is_wrong_is_said_at_its_line(ingredients, code, line, says):
    (fault,) = read(ingredients).faults

    assert (fault.code, fault.line) == (code, line)
    assert says in fault.message


def test_the_schema_asks_for_the_rollback_too():
    schema = Draft202012Validator(recipe_schema())
    recipe = {"nodes": {"a": {"kind": "synchronise"}}, "variations": {"up": {}}}

    alone = recipe | {"ingredients": {"queue": {"variation": "up", "provisions": True}}}
    paired = recipe | {"ingredients": {"queue": {"variation": "up", "provisions": True, "rollback": "drop"}}}

    assert ["rollback" in error.message for error in schema.iter_errors(alone)] == [True]
    assert list(schema.iter_errors(paired)) == []
