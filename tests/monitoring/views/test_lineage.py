"""Lineage: the whole mesh, a part of it around a focus, and what can be done from there."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from recipes.models import TestResult
from tests import factories
from tests.mesh_rows import make_mesh

pytestmark = pytest.mark.django_db


def test_an_empty_mesh_says_where_lineage_comes_from(browser: Client):
    factories.make_production()

    assert b"The lineage comes from the recipes of this kitchen." in browser.get(reverse("lineage")).content


@pytest.mark.parametrize("count", [1, 3])
def test_lineage_costs_the_same_for_any_number_of_things(
    browser: Client, django_assert_num_queries, count: int
):
    make_mesh(count)
    browser.get(reverse("lineage"))

    with django_assert_num_queries(7):  # session, person, kitchen, frame; the page: 3
        said = browser.get(reverse("lineage")).content.decode()

    assert f"{count} dataset" in said
    assert "none with a failing test." in said


def test_a_failing_test_is_named(browser: Client):
    make_mesh(2, status="failed")

    assert "tests fail on" in browser.get(reverse("lineage")).content.decode()


def test_a_focus_shows_its_neighbours_and_the_way_further(browser: Client):
    make_mesh(3)

    said = browser.get(reverse("lineage") + "?focus=dataset:d0.clean&up=1&down=1").content.decode()

    assert "Around d0.clean" in said
    assert "is-focus" in said
    assert "d1.clean" in said
    assert ">d2.clean<" not in said
    assert "One hop further on" in said


@pytest.mark.parametrize(
    "asked", ["focus=dataset:no.where", "focus=%3Cb%3E&up=9999&down=x", "focus=domain:d0"]
)
def test_whatever_is_asked_is_answered(browser: Client, asked: str):
    make_mesh(1)

    assert browser.get(f"{reverse('lineage')}?{asked}").status_code == 200


def test_a_dataset_without_tests_is_not_called_not_run(browser: Client):
    make_mesh(1)
    TestResult.objects.all().delete()

    said = browser.get(reverse("lineage")).content.decode()

    assert "no tests" in said
    assert "not run yet" not in said
