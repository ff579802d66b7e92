"""A part of a recipe around one node."""

from __future__ import annotations

import pytest

from recipes.core.portions import in_words, portion_of

NEEDS = {"load": (), "clean": ("load",), "daily": ("clean",), "routes": ("clean",), "calendar": ()}
ALL = tuple(NEEDS)


@pytest.mark.parametrize(
    ("portion", "chosen"),
    [
        ("all", ALL),
        ("only", ("clean",)),
        ("after", ("clean", "daily", "routes")),
        ("before", ("load", "clean")),
        ("sideways", ALL),
    ],
)
def test_a_portion_is_what_is_around_a_node_in_the_order_of_the_recipe(portion, chosen):
    assert portion_of(ALL, NEEDS, "clean", portion) == chosen


def test_nodes_that_a_variation_leaves_out_are_passed_over_and_looked_through():
    assert portion_of(("load", "daily"), NEEDS, "load", "after") == ("load", "daily")
    assert portion_of(ALL, NEEDS, "nowhere", "only") == ALL


def test_a_choice_is_said_in_words():
    assert in_words([]) == ""
    assert in_words(["clean"]) == "only clean"
    assert in_words(list("abcdefgh")) == "only a, b, c, d, e, f and 2 more"
