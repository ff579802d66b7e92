"""Domains: the list, and everything about one."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.mesh_rows import make_mesh

pytestmark = pytest.mark.django_db


def test_the_list_without_domains_says_how_one_comes_to_be(browser: Client):
    factories.make_production()

    assert b"No domain yet. A domain is a folder" in browser.get(reverse("domain-list")).content


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_domains(
    browser: Client, django_assert_num_queries, count: int
):
    make_mesh(count)
    browser.get(reverse("domain-list"))

    with django_assert_num_queries(8):  # session, person, kitchen, frame; the list: 4
        said = browser.get(reverse("domain-list")).content.decode()

    assert f"{count} team" in said
    assert "Who ordered what, and when." in said


@pytest.mark.parametrize("count", [1, 3])
def test_a_domain_costs_the_same_in_any_mesh(browser: Client, django_assert_num_queries, count: int):
    make_mesh(count)
    url = reverse("domain-detail", args=["d0"])
    browser.get(url)

    with django_assert_num_queries(12):  # session, person, kitchen, frame; the page: 8
        said = browser.get(url).content.decode()

    assert "1 recipe, all that ran are green." in said
    assert ("d1/daily" in said) == (count > 1)  # who reads its dataset


def test_a_domain_says_which_recipe_failed(browser: Client):
    make_mesh(1, status="failed")

    assert "daily failed; 0 other recipes fine." in browser.get(
        reverse("domain-detail", args=["d0"])
    ).content.decode().replace("other recipe fine", "other recipes fine")


def test_a_domain_without_recipes_says_so_and_an_unknown_one_is_not_there(browser: Client):
    factories.make_production()
    factories.make_domain("empty")

    said = browser.get(reverse("domain-detail", args=["empty"])).content.decode()

    assert "This domain has no recipe yet." in said
    assert "No dataset yet." in said
    assert browser.get(reverse("domain-detail", args=["nowhere"])).status_code == 404
