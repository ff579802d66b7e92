"""Another default is written into the file, and nothing else of it changes."""

from __future__ import annotations

import pytest

from hub.common.errors import InvalidError
from recipes.core.spec.defaults import with_default

FILE = """# top
values:
  a: {type: integer, default: 5, min: 0}  # five
  b:
    type: dictionary
    default:
      x: 1   # one
      y: [1, 2]
    # after
    description: words
  c: {type: text, default: "é # no"}  # c
  d: {type: date, required: true}
  e: {type: dictionary, default: {x: 1, "y": {z: 2}}}
nodes: {}
"""


@pytest.mark.parametrize(
    ("name", "value", "old", "new"),
    [
        ("a", 7, "default: 5", "default: 7"),
        ("c", 'ü: "q"', '"é # no"', '"ü: \\"q\\""'),
        ("b", {"x": 3, "y": [1, 2]}, "x: 1   # one", "x: 3   # one"),
        ("b", {"x": 1, "y": [1, 2], "z": True}, "      y: [1, 2]", '      "z": true\n      y: [1, 2]'),
        ("b", {"y": [1, 2]}, "x: 1   # one\n      y: [1, 2]", '{"y": [1, 2]}'),
        ("e", {"x": 1, "y": {"z": 4}}, "z: 2", "z: 4"),
        ("e", {"x": 1, "y": {"z": 2, "n": None}}, "{z: 2}", '{z: 2, "n": null}'),
        ("a", 5, "default: 5", "default: 5"),
    ],
)
def test_only_what_changes_is_written(name, value, old, new):
    assert with_default(FILE, name, value) == FILE.replace(old, new, 1)


@pytest.mark.parametrize("name", ["d", "z"])
def test_without_a_default_there_is_nothing_to_change(name):
    with pytest.raises(InvalidError, match="has no default"):
        with_default(FILE, name, 1)
