"""What the collector of a store takes, on both stores."""

from __future__ import annotations

from kitchens.core.stores.base import WriteMode


def test_parts_that_are_kept_or_young_stay(store, attempt):
    others = set(store.collect(set(), 0, dry_run=True).names)
    with store.session({}, attempt) as session:
        kept = session.stage_sql("a.t", "SELECT 1 AS n", WriteMode()).version.parts[0].name
        lost = session.stage_sql("a.t", "SELECT 2 AS n", WriteMode()).version.parts[0].name

    young = store.collect({kept} | others, 3600)
    planned = store.collect({kept} | others, 0, dry_run=True)
    done = store.collect({kept} | others, 0)
    again = store.collect({kept} | others, 0)

    assert (young.parts, planned.names, done.names, again.parts) == (0, (lost,), (lost,), 0)
    assert done.bytes > 0


def test_a_refused_write_leaves_no_part(store, attempt):
    import pytest

    from kitchens.core.stores.base import StoreError

    before = store.collect(set(), 0, dry_run=True).names
    with store.session({}, attempt) as session:
        for select in ("SELECT NULL AS k", "SELECT 1 AS k UNION ALL SELECT 1"):
            with pytest.raises(StoreError):
                session.stage_sql("a.t", select, WriteMode("merge", ("k",)))
        with pytest.raises(StoreError):
            session.stage_sql("a.t", "SELECT NULL AS k", WriteMode("replace_partition", ("k",)))
        session.stage_sql("a.t", "SELECT 1 AS k WHERE 1 = 2", WriteMode())

    assert store.collect(set(), 0, dry_run=True).names == before
