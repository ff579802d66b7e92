"""The keyed difference of two versions, on both stores."""

from __future__ import annotations

import pytest

from kitchens.core.stores.base import StoreError, WriteMode

REPLACE, APPEND = WriteMode(), WriteMode("append")


def versions(store, attempt, old: str, new: str):
    with store.session({}, attempt) as session:
        first = session.stage_sql("a.t", f"SELECT * FROM (VALUES {old}) AS v(id, name, n)", REPLACE).version
        second = session.stage_sql("a.t", f"SELECT * FROM (VALUES {new}) AS v(id, name, n)", REPLACE).version
    return first, second


def test_counts_columns_and_sample(store, attempt):
    old, new = versions(
        store,
        attempt,
        "(1,'a',1), (2,'b',2), (3,'c',3), (4,NULL,4)",
        "(2,'B',2), (3,'c',3), (4,'d',5), (9,'z',9)",
    )

    diff = store.diff(old, new, ["id"])

    assert (diff.added, diff.removed, diff.changed, diff.unchanged) == (1, 1, 2, 1)
    assert diff.changed_columns == {"name": 2, "n": 1}
    assert [(row["change"], row["key"]["id"]) for row in diff.sample] == [
        ("removed", 1), ("changed", 2), ("changed", 4), ("added", 9),
    ]  # fmt: skip
    assert diff.sample[2]["before"] == {"id": 4, "name": None, "n": 4}
    assert diff.sample[2]["after"] == {"id": 4, "name": "d", "n": 5}
    assert diff.sample[0]["after"] is None
    assert len(store.diff(old, new, ["id"], limit=1).sample) == 1


def test_equal_versions_differ_in_nothing(store, attempt):
    old, new = versions(store, attempt, "(1,'a',1), (2,'b',2)", "(1,'a',1), (2,'b',2)")

    diff = store.diff(old, new, ["id"])

    assert (diff.added, diff.removed, diff.changed, diff.unchanged, diff.sample) == (0, 0, 0, 2, ())


def test_parts_that_both_hold_are_not_read(embedded, attempt):
    old, _ = versions(embedded, attempt, "(1,'a',1), (2,'b',2)", "(1,'a',1)")
    with embedded.session({"a.t": old}, attempt) as session:
        new = session.stage_sql("a.t", "SELECT 3 AS id, 'c' AS name, 3 AS n", APPEND).version
    (embedded.root / old.parts[0].name).unlink()

    diff = embedded.diff(old, new, ["id"])

    assert (diff.added, diff.removed, diff.unchanged) == (1, 0, 2)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (["name"], "does not identify the rows"),
        (["nope"], "has no column nope"),
        ([], "needs a key"),
    ],
)
def test_a_key_has_to_identify_the_rows(store, attempt, key, told):
    old, new = versions(store, attempt, "(1,'a',1), (2,'a',2)", "(1,'a',1)")

    with pytest.raises(StoreError, match=told):
        store.diff(old, new, key)


def test_columns_that_only_one_version_has_count_where_they_hold_something(store, attempt):
    old, _ = versions(store, attempt, "(1,'a',1), (2,'b',2)", "(1,'a',1)")
    with store.session({}, attempt) as session:
        both = "SELECT * FROM (VALUES (1, 'a', 'x'), (2, 'b', NULL)) AS v(id, name, extra)"
        new = session.stage_sql("a.t", both, REPLACE).version

    diff = store.diff(old, new, ["id"])

    assert diff.changed == 2
    assert diff.changed_columns == {"n": 2, "extra": 1}
