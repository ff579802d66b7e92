"""Recipes whose lines clash while their keys do not are merged by key, with comments and spelling as they were."""

from __future__ import annotations

import pytest

from kitchens.core.git.keywise import merged_by_key
from kitchens.core.merging import Conflict, Side

BASE = """\
description: One day of flights
# what is run
nodes:
  load: {kind: python, file: load.py}
  clean:
    kind: sql
    file: clean.sql
tests:
  enough flights: {node: load, check: row_count, min: 150}
"""


def merged(target: str, source: str, base: str = BASE, path: str = "recipe.yaml") -> str | None:
    sides = (Side(name, 0o100644, text) for name, text in (("b", base), ("t", target), ("s", source)))
    return merged_by_key(Conflict(path, "content", *sides, sentence=""))


def with_node(text: str, name: str) -> str:
    return text.replace("tests:\n", f"  # {name} is new\n  {name}: {{kind: sql, file: {name}.sql}}\ntests:\n")


def test_nodes_put_in_at_the_same_place_both_stay():
    found = merged(with_node(BASE, "daily"), with_node(BASE, "routes"))

    assert found is not None
    assert found.index("daily.sql") < found.index("# routes is new") or found.index(
        "routes.sql"
    ) < found.index("# daily is new")
    assert found.count("file: ") == 4
    assert found.startswith(BASE[: BASE.index("tests:")])


def test_tests_added_at_the_end_of_the_file_both_stay():
    target = BASE + "  no flight twice: {node: clean, check: unique}\n"
    source = BASE + "  airports exist: {node: clean, check: not_null}\n\n# the end\n"

    found = merged(target, source)

    assert found is not None
    assert "no flight twice" in found
    assert "airports exist" in found
    assert found.endswith("\n# the end\n")


def test_neighbouring_keys_of_one_node_are_two_changes():
    target = BASE.replace("kind: sql\n", "kind: python\n")
    source = BASE.replace("file: clean.sql", "file: better.sql")

    found = merged(target, source)

    assert found == target.replace("file: clean.sql", "file: better.sql")


def test_a_key_deleted_beside_one_that_is_changed():
    target = BASE.replace("    kind: sql\n", "")
    source = BASE.replace("file: clean.sql", "file: better.sql")

    assert merged(target, source) == target.replace("file: clean.sql", "file: better.sql")


@pytest.mark.parametrize(
    ("target", "source"),
    [
        (BASE.replace("min: 150", "min: 1"), BASE.replace("min: 150", "min: 2")),  # one value, two opinions
        (
            BASE.replace("  clean:\n    kind: sql\n    file: clean.sql\n", ""),
            BASE.replace("clean.sql", "x.sql"),
        ),
        (
            with_node(BASE, "daily"),
            with_node(BASE, "daily").replace("daily.sql", "other.sql"),
        ),  # one name, two nodes
        (BASE.replace("nodes:", "nodes: ["), BASE),  # no YAML any more
    ],
)
def test_where_keys_clash_it_stays_in_conflict(target, source):
    assert merged(target, source) is None


def test_text_that_looks_like_keys_is_left_alone():
    base = "sql: |\n  a: 1\n  b: 2\nlast: 1\n"

    assert merged(base.replace("a: 1", "a: 9"), base.replace("b: 2", "b: 9"), base) is None
    assert (
        merged(base + "x: 1\n", base.replace("b: 2", "b: 9"), base) == base.replace("b: 2", "b: 9") + "x: 1\n"
    )


def test_lists_are_taken_as_a_whole():
    base = "needs:\n- a\n- b\nkind: sql\n"

    assert merged(base.replace("- a", "- c"), base.replace("- b", "- d"), base) is None
    assert merged(base.replace("- b\n", "- b\n- c\n"), base.replace("kind: sql", "kind: x"), base) == (
        "needs:\n- a\n- b\n- c\nkind: x\n"
    )


@pytest.mark.parametrize("path", ["clean.sql", "load.py", "README"])
def test_other_files_are_merged_by_line_only(path):
    assert merged(with_node(BASE, "daily"), with_node(BASE, "routes"), path=path) is None
