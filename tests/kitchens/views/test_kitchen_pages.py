"""Kitchens: the tree, the short form, one kitchen, and what can be done with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitchens.models import Kitchen
from tests import factories
from tests.mesh_rows import publish

pytestmark = pytest.mark.django_db


def page(client: Client, name: str, *args: str) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_kitchens(browser, django_assert_num_queries, count: int):
    for number in range(count):
        factories.make_kitchen(f"sandbox-{number}")
    client = browser("developer")

    with django_assert_num_queries(9):  # session, person, frame; the tree: 4, the counts, what is unfinished
        said = page(client, "kitchen-list")

    assert said.count("ends in") == count


def test_the_list_offers_the_first_sandbox_and_hides_retired_ones(browser):
    factories.make_production()
    factories.make_kitchen("old", state="retired")
    client = browser("developer")

    said = page(client, "kitchen-list")

    assert "There is no sandbox yet." in said
    assert "Show 1 retired kitchen too" in said
    assert ">old<" not in said
    assert ">old<" in client.get(reverse("kitchen-list") + "?retired=yes").content.decode()


def test_a_kitchen_that_ends_soon_warns(browser):
    factories.make_kitchen("short", ends_on=timezone.now().date() + timedelta(days=1))
    factories.make_kitchen("over", ends_on=timezone.now().date() - timedelta(days=2))

    said = page(browser("viewer"), "kitchen-list")

    assert "ends in 1 day" in said
    assert "ended 2 days ago" in said


@pytest.mark.parametrize("count", [1, 3])
def test_a_kitchen_costs_the_same_whatever_it_has_done(mesh, browser, django_assert_num_queries, count: int):
    kitchen = mesh.child()
    for number in range(count):
        publish(kitchen, f"flights.t{number}")
        mesh.commit({f"domains/flights/notes{number}.md": "words\n"}, kitchen)
        factories.make_kitchen(f"child-{number}", parent=kitchen)
    client = browser("developer")

    with django_assert_num_queries(14):  # session, person, frame; the page: 11
        said = page(client, "kitchen-detail", kitchen.slug)

    counted = f"{count} file{'s' * (count > 1)} changed, {count} dataset{'s' * (count > 1)} of its own."
    assert counted in said
    assert "Kitchens made of it" in said


def test_production_says_what_it_is_and_cannot_be_retired(mesh, browser):
    said = page(browser("admin"), "kitchen-detail", "production")

    assert "What everyone sees. Every other kitchen is made of it." in said
    assert "Retire this kitchen" not in said


def test_a_kitchen_whose_parent_moved_on_says_by_how_much(mesh, browser):
    kitchen = mesh.child()
    mesh.commit({"domains/flights/notes.md": "words\n"})

    said = page(browser("viewer"), "kitchen-detail", kitchen.slug)

    assert "has moved on by 1 revision." in said


def test_a_viewer_is_offered_nothing_that_changes_a_kitchen(mesh, browser):
    kitchen = mesh.child()
    client = browser("viewer")

    assert reverse("kitchen-new") not in page(client, "kitchen-list")
    said = page(client, "kitchen-detail", kitchen.slug)
    for name in ("kitchen-extend", "kitchen-retire"):
        assert reverse(name, args=[kitchen.slug]) not in said
        answer = client.post(reverse(name, args=[kitchen.slug]))
        assert answer.status_code == 403
        assert (
            "viewer Okafor has the role viewer; this needs the role developer"
            in answer.content.decode().replace("Viewer", "viewer")
        )


def test_a_kitchen_is_kept_for_another_week(mesh, browser):
    kitchen = mesh.child()
    Kitchen.objects.update(ends_on=timezone.now().date() + timedelta(days=1))
    client = browser("developer")
    assert "Keep it until" in page(client, "kitchen-detail", kitchen.slug)

    said = client.post(reverse("kitchen-extend", args=[kitchen.slug]), follow=True).content.decode()

    kitchen.refresh_from_db()
    assert kitchen.ends_on == timezone.now().date() + timedelta(days=7)
    assert "now ends on" in said


def test_production_has_no_end_to_move(mesh, browser):
    answer = browser("admin").post(reverse("kitchen-extend", args=["production"]))

    assert answer.status_code == 422
    assert "Production has no end date: it is the root of all kitchens." in answer.content.decode()


def test_a_retired_kitchen_offers_nothing_more(mesh, browser):
    kitchen = mesh.child()
    client = browser("developer")

    said = client.post(reverse("kitchen-retire", args=[kitchen.slug]), follow=True).content.decode()

    assert "is retired. It can be brought back for seven days." in said
    assert "This kitchen is retired: nothing runs or changes here any more." in said
    assert "Recipes here" not in said
    assert reverse("kitchen-retire", args=[kitchen.slug]) not in said


def test_a_kitchen_on_which_others_stand_is_not_retired(mesh, browser):
    kitchen = mesh.child()
    factories.make_kitchen("above", parent=kitchen)

    answer = browser("developer").post(reverse("kitchen-retire", args=[kitchen.slug]))

    assert answer.status_code == 409
    assert "cannot be retired: other kitchens stand on it: above." in answer.content.decode()


@pytest.mark.parametrize("name", ["kitchen-detail", "kitchen-extend", "kitchen-retire"])
def test_an_unknown_kitchen_is_not_there(browser, name: str):
    client = browser("admin")
    ask = client.get if name == "kitchen-detail" else client.post

    assert ask(reverse(name, args=["nowhere"])).status_code == 404
