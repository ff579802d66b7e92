"""The tree of all kitchens: how far each is from its parent, its last run, pages of it, one's own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kitchens.actions.overrides import change_overrides
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from kitchens.queries.tree import PAGE, kitchen_tree
from tests import factories
from tests.mesh_rows import publish

pytestmark = pytest.mark.django_db
TODAY = factories.NOW.date()


def rows(**facts):
    return {row.kitchen.slug: row for row in kitchen_tree(TODAY, **facts).rows}


def test_each_says_how_far_it_is_from_its_parent(mesh):
    mesh.write(
        "daily",
        {"recipe.yaml": "values: {n: {type: integer, default: 1}}\nnodes: {a: {kind: synchronise}}\n"},
    )
    sandbox = mesh.child()
    mesh.commit({"domains/flights/notes.md": "words\n"}, sandbox)
    publish(sandbox, "flights.t")
    change_overrides(sandbox, given={"n": 2}, by=THE_HUB, now=mesh.now)
    for number in range(2):
        mesh.commit({f"domains/flights/more{number}.md": "words\n"})

    distance = rows()["sandbox"].distance
    assert distance.ahead_in_words == "1 commit, 1 dataset, 1 override"
    assert distance.behind_in_words == "2 commits, 2 revisions"


def test_each_names_its_last_run():
    kitchen = factories.make_kitchen("one")
    factories.make_finished_run(kitchen=kitchen)
    last = factories.make_failed_run(kitchen=kitchen)

    assert rows()["one"].last_run.pk == last.pk
    assert rows()["production"].last_run is None


def test_five_hundred_kitchens_come_in_pages_in_the_order_of_the_tree(django_assert_num_queries):
    parent = factories.make_kitchen("parent")
    now = timezone.now()
    Kitchen.objects.bulk_create(
        Kitchen(slug=f"k{n}", title=f"k{n}", parent=parent, tier="development", store="embedded",
                branch=f"kitchens/k{n}", created_at=now) for n in range(500)
    )  # fmt: skip

    with django_assert_num_queries(4):
        first = kitchen_tree(TODAY)
    assert (len(first.rows), first.total, first.older, first.newer) == (PAGE, 502, PAGE, None)
    last = kitchen_tree(TODAY, start=500)
    assert ([row.kitchen.slug for row in last.rows], last.older, last.newer) == (["k498", "k499"], None, 400)
    assert {row.depth for row in last.rows} == {2}


def test_one_sees_ones_own_alone(browser, person):
    factories.make_kitchen("mine", owner=person("developer"))
    factories.make_kitchen("other")

    said = browser("developer").get(reverse("kitchen-list") + "?whose=mine").content.decode()
    assert "/kitchens/mine/" in said
    assert "/kitchens/other/" not in said.split("<main")[1]


def test_one_that_is_being_made_or_went_wrong_says_so():
    factories.make_kitchen("new", state="provisioning", ends_on=TODAY + timedelta(days=1))
    factories.make_kitchen("bad", state="failed")

    assert (rows()["new"].ends, rows()["bad"].ends) == ("being made", "failed")
