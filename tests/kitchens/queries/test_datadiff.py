"""Which datasets of a kitchen differ, by pointers alone."""

from __future__ import annotations

import itertools

import pytest

from hub.common.errors import MissingError
from kitchens.actions import data, revisions
from kitchens.core.roles import THE_HUB
from kitchens.core.stores.base import Column, Part, Staged, Version, WriteMode
from kitchens.queries.data import heads, newest, resolve
from kitchens.queries.datadiff import ladder
from tests.factories import NOW, make_domain, make_kitchen, make_production

pytestmark = pytest.mark.django_db
ID = (Column("id", "BIGINT"),)
_parts = itertools.count()


@pytest.fixture
def production():
    make_domain("shop")
    production = make_production()
    put(production, *(f"shop.t{n}" for n in range(5)))
    return production


@pytest.fixture
def kitchen(production):
    return fork(production, "sandbox")


def fork(parent, slug):
    kitchen = make_kitchen(slug, parent=parent)
    kitchen.revisions.update(parent_revision=newest(parent))
    return kitchen


def put(kitchen, *datasets, columns=ID, part=""):
    ones = [
        Staged(name, WriteMode(), Version(name, "embedded", columns, (new_part(part),)), "", (), attempt="t")
        for name in datasets
    ]
    snapshots = data.record(ones, node_run=None, attempt="t", at=NOW)
    expected = heads(resolve(kitchen, snapshots), snapshots)
    return data.publish(kitchen, snapshots, expected=expected, by=THE_HUB, at=NOW, run=None)


def new_part(name=""):
    return Part(f"parts/00/t/{name or next(_parts)}.parquet", 3, 10)


def kinds(diff):
    return {change.dataset: (change.kind, change.moved) for change in diff.changes}


def test_a_fresh_kitchen_differs_in_nothing(kitchen):
    diff = ladder(kitchen)

    assert (diff.changes, diff.only_moved, diff.compared) == ([], [], 0)
    assert diff.sentence.startswith("No dataset differs from")


def test_what_the_kitchen_wrote_differs_and_what_the_parent_wrote_is_marked_apart(production, kitchen):
    put(kitchen, "shop.t0", "shop.t1", "shop.new")
    data.remove_datasets(kitchen, ["shop.t2"], by=THE_HUB, at=NOW)
    put(production, "shop.t1", "shop.t3")

    diff = ladder(kitchen)

    assert kinds(diff) == {
        "shop.new": ("added", False),
        "shop.t0": ("changed", False),
        "shop.t1": ("changed", True),
        "shop.t2": ("removed", False),
    }
    assert diff.only_moved == ["shop.t3"]
    assert "Production has changed 2 datasets since, 1 of them also changed here." in diff.sentence


def test_the_parent_as_it_is_now_is_another_question(production, kitchen):
    put(kitchen, "shop.t0", "shop.t1", part="same")
    put(production, "shop.t1", part="same")

    assert kinds(ladder(kitchen)) == {"shop.t0": ("changed", False), "shop.t1": ("changed", True)}
    assert kinds(ladder(kitchen, "target")) == {"shop.t0": ("changed", False)}


def test_an_equal_digest_is_equal_content(production, kitchen):
    put(production, "shop.t0", part="old")
    kitchen = fork(production, "other")
    put(kitchen, "shop.t0", part="old")

    assert ladder(kitchen).pairs == []


def test_what_a_grandparent_moved_does_not_reach_the_pinned_view(production, kitchen):
    child = fork(kitchen, "child")
    put(production, "shop.t0")
    put(kitchen, "shop.t1")

    diff = ladder(child)

    assert (diff.pairs, diff.only_moved) == ([], ["shop.t1"])


def test_the_difference_of_columns_is_told_without_reading_data(kitchen):
    put(kitchen, "shop.t0", columns=(Column("id", "VARCHAR"), Column("day", "DATE")))

    (change,) = ladder(kitchen).changes

    assert (change.schema_words, change.weight) == ("1 column retyped, 1 added", "column")


def test_production_has_nothing_to_be_compared_with(production):
    with pytest.raises(MissingError):
        ladder(production)


def test_a_long_list_comes_in_pages(kitchen):
    put(kitchen, *(f"shop.t{n}" for n in range(5)))

    first = ladder(kitchen, limit=2)

    assert [change.dataset for change in first.changes] == ["shop.t0", "shop.t1"]
    rest = ladder(kitchen, after=first.more)
    assert [change.dataset for change in rest.changes] == ["shop.t2", "shop.t3", "shop.t4"]
    assert rest.more == ""


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_is_the_same_for_any_number_of_datasets(
    production, kitchen, count, django_assert_num_queries
):
    put(kitchen, *(f"shop.t{n}" for n in range(count)))
    put(production, *(f"shop.t{n}" for n in range(count + 1)))

    with django_assert_num_queries(13):
        ladder(kitchen)


def test_merging_down_moves_the_place_compared_with(production, kitchen):
    put(kitchen, "shop.t0")
    put(production, "shop.t1")
    revisions.append(kitchen, cause="merge", by=THE_HUB, at=NOW, parent_revision=newest(production))

    diff = ladder(kitchen)

    assert (kinds(diff), diff.only_moved) == ({"shop.t0": ("changed", False)}, [])
