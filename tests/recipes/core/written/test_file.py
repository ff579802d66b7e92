"""One test is put into a recipe.yaml, and every other character of it stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.common.errors import InvalidError
from recipes.core.written.file import read_entries, with_test, without_test
from recipes.core.written.scalars import written

ENTRY = {"node": "load", "check": "not_null", "column": "day"}
FLOW = """\
# What the day brings
nodes:
  load: {kind: sql, file: load.sql, writes: flights.raw}   # the only one

# Do not move these.
tests:
  enough rows:  {node: load, check: row_count, min: 150}  # 150 by contract
  # about keys
  one of each:  {node: load, check: unique, column: number, severity: warn}

variations:
  production: {}
"""
BLOCK = """\
nodes:
  load:
    kind: sql
    file: load.sql
tests:
  enough rows:
    node: load   # first
    check: row_count
    min: 150
    description: |
      By contract.
      See there.
  last:
    check: unique
    node: load
    columns:
      - day
      - number
# the end
"""


def test_a_new_test_stands_below_the_last_one_in_the_way_of_the_others():
    assert with_test(FLOW, "day is set", ENTRY) == FLOW.replace(
        "severity: warn}\n", "severity: warn}\n  day is set: {node: load, check: not_null, column: day}\n"
    )
    assert with_test(BLOCK, "day is set", ENTRY) == BLOCK.replace(
        "      - number\n",
        "      - number\n  day is set:\n    node: load\n    check: not_null\n    column: day\n",
    )


def test_the_first_test_makes_the_section_below_the_nodes():
    plain = FLOW[: FLOW.index("\n# Do not move")] + FLOW[FLOW.index("\nvariations") :]

    found = with_test(plain, "day is set", ENTRY)

    assert (
        "# the only one\ntests:\n  day is set: {node: load, check: not_null, column: day}\n\nvariations:"
        in found
    )
    assert without_test(found, "day is set") == plain
    empty = plain.replace("variations:", "tests: {}\nvariations:")
    assert read_entries(with_test(empty, "a", ENTRY)) == {"a": ENTRY}
    assert read_entries(with_test("tests:\n" + plain, "a", ENTRY)) == {"a": ENTRY}


def test_a_change_touches_the_keys_that_differ_and_nothing_else():
    entry = {"node": "load", "check": "row_count", "min": 200, "severity": "warn"}

    assert with_test(FLOW, "enough rows", entry, was="enough rows") == FLOW.replace(
        "min: 150}", "min: 200, severity: warn}"
    )
    found = with_test(BLOCK, "enough", entry | {"description": "By contract."}, was="enough rows")
    assert found == BLOCK.replace("enough rows:", "enough:").replace("min: 150", "min: 200").replace(
        "|\n      By contract.\n      See there.\n", "By contract.\n    severity: warn\n"
    )


def test_keys_that_go_take_their_commas_and_lines_along():
    bare = {"node": "load", "check": "unique"}

    assert "one of each:  {node: load, check: unique}\n" in with_test(
        FLOW, "one of each", bare, was="one of each"
    )
    first = {"check": "unique", "column": "number", "severity": "warn"}
    assert "{check: unique, column: number, severity: warn}" in with_test(
        FLOW, "one of each", first, was="one of each"
    )
    assert with_test(BLOCK, "last", bare, was="last") == BLOCK.replace(
        "    columns:\n      - day\n      - number\n", ""
    )


def test_taking_one_away_leaves_the_others_and_the_comments():
    assert without_test(FLOW, "enough rows") == FLOW.replace(
        "  enough rows:  {node: load, check: row_count, min: 150}  # 150 by contract\n", ""
    )
    assert (
        without_test(BLOCK, "enough rows")
        == BLOCK[: BLOCK.index("  enough")] + BLOCK[BLOCK.index("  last") :]
    )


@pytest.mark.parametrize(
    ("text", "name", "was", "why"),
    [
        (FLOW, "one of each", "", "There is a test one of each already"),
        (FLOW, "one of each", "enough rows", "There is a test one of each already"),
        (FLOW, "x", "gone", "has no test gone"),
        ("nodes: [", "x", "", "cannot be read"),
        ("values: {}\n", "x", "", "has no nodes"),
        ("nodes: &n {a: {kind: sql}}\ntests: *n\n", "x", "", "without touching other parts"),
        (
            "nodes: {a: {}}\ntests:\n  a: &t {node: a, check: b}\n  b: *t\n",
            "b",
            "b",
            "without touching other parts",
        ),
    ],
)
def test_what_cannot_be_written_is_refused_in_words(text, name, was, why):
    with pytest.raises(InvalidError, match=why):
        with_test(text, name, ENTRY, was=was)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
values = st.recursive(
    texts | st.integers(-(10**20), 10**20) | st.booleans() | st.floats(-1e6, 1e6, allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(texts, values, max_size=4), st.sampled_from([FLOW, BLOCK]))
def test_whatever_is_written_is_read_back_as_it_was_and_taken_away_without_a_trace(given_keys, text):
    entry = {**given_keys, "node": "load", "check": "unique"}
    found = with_test(text, "new one", entry)

    assert read_entries(found)["new one"] == entry
    assert without_test(found, "new one") == text
    assert with_test(found, "new one", entry, was="new one") == found
    assert read_entries(with_test(found, "new one", ENTRY, was="new one"))["new one"] == ENTRY


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("origin", "origin"),
        ("1987-10-01", "1987-10-01"),
        ("NO", "NO"),
        ("true", '"true"'),
        ("12", '"12"'),
        ("> 1 %", '"> 1 %"'),
        ("{{ day }}", '"{{ day }}"'),
        ("a: b", '"a: b"'),
        ([1, "a", None], "[1, a, null]"),
        ({"day": "DATE"}, "{day: DATE}"),
    ],
)
def test_values_are_quoted_only_where_they_must_be(value, said):
    assert written(value) == said
