"""The pointer log: publish, conflicts, restore, forks and what the collector may take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.common.errors import ConflictError, InvalidError, MissingError, NotAllowedError
from kitchens.actions import data, revisions
from kitchens.core.roles import THE_HUB, Actor
from kitchens.core.stores import open_store
from kitchens.core.stores.base import Column, Part, Staged, StoreAddress, Version, WriteMode
from kitchens.models import Dataset, Domain, Kitchen, Pointer, Revision, Snapshot
from kitchens.queries.data import heads, history, newest, resolve, resolve_ids

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
COMMIT = "c" * 40

pytestmark = pytest.mark.django_db


@pytest.fixture
def production() -> Kitchen:
    Domain.objects.create(slug="sales", title="Sales", created_at=NOW)
    return new_kitchen("production", None, tier="production", branch="main")


def new_kitchen(slug: str, parent: Kitchen | None, tier: str = "development", branch: str = "") -> Kitchen:
    kitchen = Kitchen.objects.create(
        slug=slug,
        parent=parent,
        tier=tier,
        branch=branch or f"kitchens/{slug}",
        store="embedded",
        created_at=NOW,
    )
    pinned = newest(parent) if parent else None
    revisions.append(kitchen, cause="created", by=THE_HUB, at=NOW, commit=COMMIT, parent_revision=pinned)
    return kitchen


def staged(dataset: str, *parts: str, rows: int = 1) -> Staged:
    written = tuple(Part(f"parts/00/t/{name}.parquet", rows, 10) for name in parts)
    version = Version(dataset, "embedded", (Column("id", "BIGINT"),), written)
    return Staged(dataset, WriteMode(), version, "", written, rows_written=rows, attempt="t")


def put(kitchen: Kitchen, *ones: Staged) -> Revision:
    """Publish over whatever is there."""
    snapshots = data.record(ones, node_run=None, attempt="t", at=NOW)
    expected = heads(resolve(kitchen, snapshots), snapshots)
    return data.publish(kitchen, snapshots, expected=expected, by=THE_HUB, at=NOW, run=7)


def parts_of(kitchen: Kitchen, at: Revision | None = None) -> dict[str, list[str]]:
    found = resolve(kitchen, at=at)
    return {
        name: [part.name.split("/")[-1][:-8] for part in version.parts] for name, version in found.items()
    }


def test_publish_moves_all_pointers_in_one_revision(production):
    revision = put(production, staged("sales.orders", "o1"), staged("sales.items", "i1"))

    assert revision.number == 2
    assert revision.made_by_run == 7
    assert revision.commit == COMMIT
    assert parts_of(production) == {"sales.items": ["i1"], "sales.orders": ["o1"]}
    assert Pointer.objects.filter(revision=revision).count() == 2


def test_record_creates_datasets_of_known_domains_only(production):
    data.record([staged("sales.orders", "o1")], node_run=1, attempt="1-1-1", at=NOW)

    assert Dataset.objects.get().domain.slug == "sales"
    with pytest.raises(InvalidError, match="no domain finance"):
        data.record([staged("finance.costs", "c1")], node_run=1, attempt="1-1-1", at=NOW)


def test_publish_names_the_datasets_whose_head_has_moved_and_publishes_nothing(production):
    put(production, staged("sales.orders", "o1"), staged("sales.items", "i1"))
    seen = heads(resolve(production), ["sales.orders", "sales.items"])
    put(production, staged("sales.orders", "o2"))
    late = data.record(
        [staged("sales.orders", "o3"), staged("sales.items", "i3")], node_run=1, attempt="t", at=NOW
    )

    with pytest.raises(data.HeadMoved, match=r"sales\.orders changed") as moved:
        data.publish(production, late, expected=seen, by=THE_HUB, at=NOW, run=8)

    assert moved.value.datasets == ("sales.orders",)
    assert parts_of(production) == {"sales.items": ["i1"], "sales.orders": ["o2"]}
    assert newest(production).number == 3


def test_publish_needs_to_be_told_what_each_dataset_was(production):
    new = data.record([staged("sales.orders", "o1")], node_run=1, attempt="t", at=NOW)

    with pytest.raises(InvalidError, match=r"which version of sales\.orders"):
        data.publish(production, new, expected={}, by=THE_HUB, at=NOW, run=1)


def test_a_developer_may_publish_in_a_kitchen_but_not_in_production(production):
    developer = Actor(None, "Dora", "developer")
    kitchen = new_kitchen("mine", production)
    new = data.record([staged("sales.orders", "o1")], node_run=1, attempt="t", at=NOW)
    expected = {"sales.orders": None}

    data.publish(kitchen, new, expected=expected, by=developer, at=NOW, run=1)
    with pytest.raises(NotAllowedError):
        data.publish(production, new, expected=expected, by=developer, at=NOW, run=1)


def test_a_kitchen_mirrors_its_parent_as_it_was_and_keeps_its_own_writes(production):
    put(production, staged("sales.orders", "o1"), staged("sales.items", "i1"))
    kitchen = new_kitchen("mine", production)
    grandchild = new_kitchen("deep", kitchen)

    put(production, staged("sales.orders", "o2"))
    put(kitchen, staged("sales.items", "k1"))

    assert parts_of(production) == {"sales.items": ["i1"], "sales.orders": ["o2"]}
    assert parts_of(kitchen) == {"sales.items": ["k1"], "sales.orders": ["o1"]}
    assert parts_of(grandchild) == {"sales.items": ["i1"], "sales.orders": ["o1"]}


def test_a_fork_writes_no_data_rows(production, django_assert_num_queries):
    put(production, *(staged(f"sales.t{i}", f"p{i}") for i in range(50)))
    before = Pointer.objects.count(), Snapshot.objects.count()

    kitchen = new_kitchen("mine", production)

    assert (Pointer.objects.count(), Snapshot.objects.count()) == before
    with django_assert_num_queries(5):
        assert len(resolve(kitchen)) == 50


def test_a_canary_follows_its_parent_and_a_run_pins_what_it_saw(production):
    put(production, staged("sales.orders", "o1"))
    canary = new_kitchen("canary", production, tier="canary")
    put(production, staged("sales.orders", "o2"))

    pinned = revisions.pin(canary, by=THE_HUB, at=NOW)
    put(production, staged("sales.orders", "o3"))

    assert parts_of(canary) == {"sales.orders": ["o3"]}
    assert parts_of(canary, at=pinned) == {"sales.orders": ["o2"]}
    assert revisions.pin(canary, by=THE_HUB, at=NOW).number == pinned.number + 1
    assert revisions.pin(canary, by=THE_HUB, at=NOW).number == pinned.number + 1


def test_time_travel_shows_every_revision_as_it_was(production):
    seen = [(put(production, staged("sales.orders", f"o{i}")), [f"o{i}"]) for i in range(5)]

    for revision, parts in seen:
        assert parts_of(production, at=revision) == {"sales.orders": parts}
    assert [change.revision.number for change in history(production, "sales.orders")] == [6, 5, 4, 3, 2]


def test_restore_brings_the_data_back_and_removes_what_was_added_since(production):
    first = put(production, staged("sales.orders", "o1"))
    put(production, staged("sales.orders", "o2"), staged("sales.items", "i1"))

    back = data.restore(production, first, by=THE_HUB, at=NOW)

    assert parts_of(production) == {"sales.orders": ["o1"]}
    assert back.cause == "restore"
    again = data.restore(production, Revision.objects.get(number=3), by=THE_HUB, at=NOW)
    assert parts_of(production, at=again) == {"sales.items": ["i1"], "sales.orders": ["o2"]}


def test_restore_in_a_kitchen_brings_back_what_it_had_inherited(production):
    put(production, staged("sales.orders", "o1"))
    kitchen = new_kitchen("mine", production)
    clean = newest(kitchen)
    put(kitchen, staged("sales.orders", "k1"))

    data.restore(kitchen, clean, by=THE_HUB, at=NOW)

    assert parts_of(kitchen) == {"sales.orders": ["o1"]}
    assert parts_of(production) == {"sales.orders": ["o1"]}


def test_restore_takes_revisions_of_the_same_kitchen_and_needs_an_operator(production):
    first = put(production, staged("sales.orders", "o1"))
    kitchen = new_kitchen("mine", production)

    with pytest.raises(InvalidError, match="not a revision of the kitchen mine"):
        data.restore(kitchen, first, by=THE_HUB, at=NOW)
    with pytest.raises(NotAllowedError):
        data.restore(production, first, by=Actor(None, "Dora", "developer"), at=NOW)


def test_a_removed_dataset_is_gone_from_here_on_and_hides_the_parents(production):
    put(production, staged("sales.orders", "o1"))
    kitchen = new_kitchen("mine", production)

    data.remove_datasets(kitchen, ["sales.orders"], by=THE_HUB, at=NOW)

    assert parts_of(kitchen) == {}
    assert resolve_ids(kitchen) == {"sales.orders": None}
    assert parts_of(production) == {"sales.orders": ["o1"]}
    with pytest.raises(MissingError):
        data.remove_datasets(kitchen, ["sales.orders"], by=THE_HUB, at=NOW)


def test_append_refuses_when_another_revision_came_first(production):
    with pytest.raises(ConflictError, match="is at revision 1, not 0"):
        revisions.append(production, cause="commit", by=THE_HUB, at=NOW, commit="d" * 40, expected_head=0)

    taken = revisions.append(production, cause="commit", by=THE_HUB, at=NOW, commit="d" * 40, expected_head=1)
    assert (taken.number, newest(production).commit) == (2, "d" * 40)


def test_append_carries_over_what_is_not_given(production):
    revisions.append(production, cause="override", by=THE_HUB, at=NOW, overrides={"day": "2001-01-01"})

    after = put(production, staged("sales.orders", "o1"))

    assert after.overrides == {"day": "2001-01-01"}
    assert after.commit == COMMIT


def test_resolve_costs_the_same_for_any_number_of_datasets(production, django_assert_num_queries):
    put(production, *(staged(f"sales.t{i}", f"p{i}") for i in range(300)))

    with django_assert_num_queries(3):
        assert len(resolve(production)) == 300
    with django_assert_num_queries(3):
        assert list(resolve(production, ["sales.t7", "sales.none"])) == ["sales.t7"]


@pytest.fixture
def store(tmp_path):
    return open_store(StoreAddress("embedded", str(tmp_path / "snapshots")))


def test_collect_removes_only_what_nothing_names_and_nobody_may_still_need(production, store, age_parts):
    ones = {}
    for name in ("published", "replaced", "staged_new", "staged_old"):
        with store.session({}, name.replace("_", "-")) as session:
            ones[name] = session.stage_sql("sales.orders", "SELECT 1 AS id", WriteMode())
    with store.session({}, "unrecorded") as session:
        orphan = session.stage_sql("sales.orders", "SELECT 1 AS id", WriteMode())
    put(production, ones["replaced"])
    put(production, ones["published"])
    data.record([ones["staged_old"]], node_run=1, attempt="a", at=NOW - timedelta(days=20))
    data.record([ones["staged_new"]], node_run=1, attempt="a", at=NOW - timedelta(days=5))

    young = data.collect(store, now=NOW, dry_run=True)
    age_parts(store.root)
    collected = data.collect(store, now=NOW)

    assert young.parts == 0
    gone = {ones["staged_old"].version.parts[0].name, orphan.version.parts[0].name}
    assert set(collected.names) == gone
    assert all((store.root / name).exists() != (name in gone) for name in names_of(ones, orphan))
    assert Snapshot.objects.filter(collected_at=NOW).count() == 1


def names_of(ones: dict[str, Staged], orphan: Staged) -> list[str]:
    return [part.name for one in (*ones.values(), orphan) for part in one.version.parts]


@pytest.fixture
def age_parts():
    """Make all files look three days old."""
    import os
    import time

    def age(root):
        for path in root.rglob("*.parquet"):
            os.utime(path, (time.time() - 3 * 86400,) * 2)

    return age


def test_publish_refuses_staging_whose_parts_were_collected(production):
    new = data.record([staged("sales.orders", "o1")], node_run=1, attempt="t", at=NOW)
    Snapshot.objects.update(collected_at=NOW)

    with pytest.raises(MissingError, match="no longer kept"):
        data.publish(production, new, expected={"sales.orders": None}, by=THE_HUB, at=NOW, run=1)


def test_publish_costs_the_same_for_any_number_of_datasets(production, django_assert_num_queries):
    for count in (1, 50):
        ones = [staged(f"sales.t{i}", f"p{i}-{count}") for i in range(count)]
        new = data.record(ones, node_run=1, attempt="t", at=NOW)
        expected = heads(resolve(production, new), new)

        with django_assert_num_queries(10):  # two of them are the savepoint of the inner transaction
            data.publish(production, new, expected=expected, by=THE_HUB, at=NOW, run=1)
