"""Keys of overrides, and how the layers of kitchens lie over each other."""

from __future__ import annotations

import pytest

from hub.common.errors import InvalidError
from kitchens.core.overrides import Key, Layer, changed, covers, laid_over, parse

LIMITS = {"min": 1, "max": 9, "inner": {"a": 1, "b": 2}}


def over(base, *layers, name="limits", recipe="sales/daily"):
    return laid_over(base, [Layer(kitchen, given) for kitchen, given in layers], name, recipe)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("day", Key("day")),
        ("limits.max", Key("limits", path=("max",))),
        ("limits!", Key("limits", whole=True)),
        ("sales/daily:limits.inner.a", Key("limits", "sales/daily", ("inner", "a"))),
    ],
)
def test_a_key_is_read_and_written_the_same(text, key):
    assert parse(text) == key
    assert str(key) == text


@pytest.mark.parametrize(
    "text", ["", "a b", "1day", "sales:day", "limits.max!", "limits.", "x" * 400, "a/b/c:d"]
)
def test_what_is_no_key_is_refused_with_the_way_out(text):
    with pytest.raises(InvalidError, match="not the key of an override"):
        parse(text)


def test_the_nearest_kitchen_counts():
    assert over(1, ("production", {"limits": 2}), ("dev", {"limits": 3})) == (3, {"": "dev"})


def test_one_recipe_comes_before_all_recipes_in_the_same_kitchen():
    given = ("dev", {"sales/daily:limits": 3, "limits": 2})

    assert over(1, given)[0] == 3
    assert over(1, given, recipe="sales/other")[0] == 2


def test_a_path_changes_one_key_and_leaves_the_base_alone():
    value, origins = over(LIMITS, ("dev", {"limits.inner.a": 7}))

    assert value == {"min": 1, "max": 9, "inner": {"a": 7, "b": 2}}
    assert origins == {"inner.a": "dev"}
    assert LIMITS["inner"]["a"] == 1


def test_a_dictionary_is_laid_over_key_by_key():
    value, origins = over(
        LIMITS, ("production", {"limits": {"max": 5}}), ("dev", {"limits": {"inner": {"b": 0}}})
    )

    assert value == {"min": 1, "max": 5, "inner": {"a": 1, "b": 0}}
    assert origins == {"max": "production", "inner.b": "dev"}


def test_with_a_mark_nothing_is_inherited():
    assert over(LIMITS, ("dev", {"limits!": {"max": 5}, "limits.min": 0})) == (
        {"max": 5, "min": 0},
        {"": "dev", "min": "dev"},
    )


def test_only_what_takes_the_place_of_the_whole_hides_what_is_below():
    assert covers([Layer("dev", {"limits": 3})], "limits", "sales/daily")
    assert covers([Layer("dev", {"limits!": {}})], "limits", "sales/daily")
    assert not covers([Layer("dev", {"limits": {"a": 1}, "limits.b": 1})], "limits", "sales/daily")


def test_setting_the_whole_removes_what_was_set_inside():
    before = {"limits.max": 5, "limits.min": 1, "sales/daily:limits.max": 2, "day": "x"}

    assert changed(before, {"limits!": {}}, ["day"]) == {"sales/daily:limits.max": 2, "limits!": {}}
