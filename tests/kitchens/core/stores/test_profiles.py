"""What is known of a version: right on both stores, counted once for each part, gone with its part."""

from __future__ import annotations

import pytest

from kitchens.core.stores.base import WriteMode

ROWS = """
SELECT i AS id, i % 7 AS kind, CASE WHEN i % 4 = 0 THEN NULL ELSE 'name ' || (i % 1000) END AS name,
       CAST(i AS DOUBLE) / 2 AS half, CAST(i AS DECIMAL(12,2)) AS price,
    i % 2 = 0 AS even, DATE '2026-01-01' + CAST(i % 31 AS INTEGER) AS day
FROM range({start}, {end}) r(i)
"""


def staged(store, attempt, start, end, base=None, mode="replace"):
    manifest = {"shop.sales": base} if base else {}
    with store.session(manifest, attempt) as session:
        return session.stage_sql("shop.sales", ROWS.format(start=start, end=end), WriteMode(mode)).version


def test_counts_nulls_distinct_smallest_and_largest(store, attempt):
    found = store.profile(staged(store, attempt, 0, 400))

    facts = {name: (c.nulls, c.distinct, c.exact, c.low, c.high) for name, c in found.columns.items()}
    assert found.rows == 400
    assert facts["id"] == (0, 400, True, "0", "399")
    assert facts["kind"] == (0, 7, True, "0", "6")
    assert facts["name"] == (100, 300, True, "name 1", "name 99")
    assert facts["price"] == (0, 400, True, "0.00", "399.00")
    assert facts["even"] == (0, 2, True, "false", "true")
    assert facts["day"] == (0, 31, True, "2026-01-01", "2026-01-31")


def test_many_distinct_values_are_estimated_within_a_tenth(store, attempt):
    found = store.profile(staged(store, attempt, 0, 60_000)).columns

    assert not found["id"].exact
    assert found["id"].distinct == pytest.approx(60_000, rel=0.15)
    assert found["name"].distinct == pytest.approx(750, rel=0.15)
    assert found["kind"].distinct == 7


def test_numbers_are_compared_as_numbers_over_parts(store, attempt):
    first = staged(store, attempt, 5, 10)
    both = staged(store, f"{attempt}b", 10, 101, first, "append")

    found = store.profile(both).columns

    assert (found["id"].low, found["id"].high) == ("5", "100")
    assert (float(found["half"].low), float(found["half"].high)) == (2.5, 50)


def test_a_version_that_shares_parts_reads_only_the_others(store, attempt):
    first = staged(store, attempt, 0, 5000)
    store.profile(first)
    both = staged(store, f"{attempt}b", 5000, 5100, first, "append")

    read: list[str] = []
    found = store.profile(both, read.append)

    assert read == [part.name for part in both.parts if part not in first.parts]
    assert found.rows == 5100
    assert found.columns["id"].high == "5099"
    assert sum(part.bytes for part in both.parts if part.name in read) < both.bytes / 3
    assert store.profiles(both).keys() == {part.name for part in both.parts}


def test_a_column_that_became_wider_counts_the_same_values_once(store, attempt):
    with store.session({}, attempt) as session:
        narrow = session.stage_sql(
            "shop.sales", "SELECT CAST(i AS INTEGER) AS id FROM range(9) r(i)", WriteMode()
        )
    with store.session({"shop.sales": narrow.version}, f"{attempt}b") as session:
        wide = session.stage_sql(
            "shop.sales", "SELECT CAST(i AS BIGINT) AS id FROM range(9) r(i)", WriteMode("append")
        )

    assert store.profile(wide.version).columns["id"].distinct == 9


def test_an_empty_version_has_nothing(store, attempt):
    found = store.profile(staged(store, attempt, 0, 0)).columns["id"]

    assert (found.nulls, found.distinct, found.low, found.high) == (0, 0, None, None)


def test_the_profile_goes_with_its_part_and_is_kept_with_it(store, attempt):
    version = staged(store, attempt, 0, 10)
    store.profile(version)
    names = {part.name for part in version.parts}

    kept = {name for name in store.collect(names, -1, dry_run=True).names if name in names}
    store.discard(sorted(names))

    assert kept == set()
    assert store.profiles(version) == {}
