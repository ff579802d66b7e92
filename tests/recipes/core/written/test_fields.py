"""Each parameter of each check has a field, and what the file holds comes back out of it as it was."""

from __future__ import annotations

import pytest

from recipes.core.checks.catalogue import CHECKS
from recipes.core.spec.data_test_specs import TEST
from recipes.core.written.fields import as_typed, fields_of, typed
from recipes.core.written.file import read_entries
from recipes.core.written.shelves import SHELVES

COMMON = {key.name for key in TEST}


def test_every_check_stands_on_one_shelf():
    placed = [name for names in SHELVES.values() for name in names]

    assert sorted(placed) == sorted(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_the_example_of_a_check_goes_through_its_fields_unchanged(name):
    entry = read_entries(f"tests:\n  a: {CHECKS[name].example}\n")["a"]
    kinds = {field.name: field.kind for field in fields_of(name)}

    params = {key: value for key, value in entry.items() if key not in COMMON or key in kinds}

    assert params.keys() <= kinds.keys()
    assert {key: typed(kinds[key], as_typed(kinds[key], value)) for key, value in params.items()} == params


def test_a_field_says_what_it_takes_and_whether_it_is_needed():
    fields = {field.name: field for field in fields_of("foreign_key")}

    assert (fields["column"].kind, fields["columns"].kind, fields["to"].required) == ("text", "texts", True)
    assert "reference.airports.iata" in fields["to"].about
    assert fields_of("no_such_check") == ()


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "12", "12"),
        ("scalar", "12", 12),
        ("scalar", "1.5", 1.5),
        ("scalar", "1987-10-01", "1987-10-01"),
        ("scalar", "twelve", "twelve"),
        ("scalar", "{{ least }}", "{{ least }}"),
        ("flag", "true", True),
        ("texts", "day, 12\nNO", ["day", "12", "NO"]),
        ("scalars", "day, 12, null", ["day", 12, None]),
        ("scalars", '["a, b", 1]', ["a, b", 1]),
        ("mapping", "day: DATE\nfare: DECIMAL(12,2)", {"day": "DATE", "fare": "DECIMAL(12,2)"}),
        ("mapping", "{a: [", "{a: ["),
    ],
)
def test_what_is_typed_becomes_what_the_file_would_hold(kind, text, value):
    found = typed(kind, text)

    assert (found, type(found)) == (value, type(value))
