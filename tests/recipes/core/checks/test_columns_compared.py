"""Types under their several names, columns that moved, and guesses at renamed ones."""

import pytest

from kitchens.core.stores.base import Column
from recipes.core.checks.structure.compared import differences, same_type


@pytest.mark.parametrize(
    ("expected", "found", "same"),
    [
        ("INT8", "BIGINT", True),
        ("text", "VARCHAR", True),
        ("FLOAT8", "DOUBLE", True),
        ("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE", True),
        ("NUMERIC", "DECIMAL(12,2)", True),
        ("DECIMAL(12,2)", "DECIMAL(12,3)", False),
        ("INT8[]", "BIGINT[]", True),
        ("BIGINT", "BIGINT[]", False),
        ("STRUCT(a INT)", "STRUCT(a INTEGER)", True),
        ("INTEGER", "BIGINT", False),
        ("BIGINT", "VARINT", False),
    ],
)
def test_a_type_is_known_under_its_names(expected, found, same):
    assert same_type(expected, found) is same


def there(*names):
    return {name: Column(name, "BIGINT") for name in names}


def test_only_the_columns_that_moved_are_reordered():
    found = differences(dict.fromkeys("abcde", ""), there("b", "c", "d", "a", "e"), order=True)

    assert [(one.column, one.change, one.expected, one.found) for one in found] == [
        ("a", "reordered", "place 1", "place 4")
    ]
    assert differences(dict.fromkeys("abcde", ""), there("b", "c", "d", "a", "e"), order=False) == []


def test_a_renamed_column_is_guessed_by_type_and_name():
    found = differences({"customer_id": "BIGINT", "zip": "VARCHAR"}, there("customerid", "q"), order=True)

    dropped = {one.column: one.perhaps for one in found if one.change == "dropped"}
    assert dropped == {"customer_id": "customerid", "zip": ""}
