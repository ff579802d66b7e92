"""Pages of recipes and the order form, on a real mesh repository."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kitchens.core.git import Author, MeshRepository
from kitchens.models import Kitchen
from recipes.models import Order, OrderRun
from tests import factories

pytestmark = pytest.mark.django_db

RECIPE = b"""
description: One day of flights
values:
  day: {type: date, default: "{{ yesterday }}"}
  min_flights: {type: integer, default: 150, min: 1}
  carrier: {type: text, choices: [AA, DL], default: AA}
nodes:
  load: {kind: python, file: load.py, writes: {flights.raw: {replace_partition: day}}}
  daily: {kind: sql, file: daily.sql, needs: [load], writes: flights.daily}
tests:
  enough flights: {node: load, check: row_count, dataset: flights.raw, min: "{{ min_flights }}"}
variations:
  production: {description: Every night}
  small: {values: {min_flights: 10}}
"""
FILES = {
    "recipe.yaml": RECIPE,
    "load.py": b"def run(context):\n    context.write('flights.raw', [{'day': context.values['day'], 'n': 1}])\n",
    "daily.sql": b"SELECT day, count(*) AS flights FROM flights.raw GROUP BY day\n",
}
BROKEN = RECIPE.replace(b"needs: [load]", b"needs: [lood]")


@pytest.fixture
def browser(client: Client, hub_home: Path) -> Client:
    client.force_login(factories.make_person())
    return client


@pytest.fixture
def production(hub_home: Path) -> Kitchen:
    """Production with the recipes `flights/daily`, and `flights/broken`, which has a fault."""
    factories.make_domain()
    repository = MeshRepository.create(settings.MESH_REPOSITORY)
    changes = {f"domains/flights/recipes/daily/{name}": content for name, content in FILES.items()}
    changes |= {f"domains/flights/recipes/broken/{name}": content for name, content in FILES.items()}
    changes["domains/flights/recipes/broken/recipe.yaml"] = BROKEN
    commit = repository.commit(
        "main",
        expected=repository.head("main"),
        changes=changes,
        author=Author("Ann Okafor", "ann@example.org"),
        message="Begin with flights",
        at=datetime(2026, 11, 22, tzinfo=UTC),
    )
    kitchen = factories.make_production()
    factories.make_revision(kitchen, "commit", commit=commit)
    return kitchen


def order_url(variation: str = "production") -> str:
    return reverse("order-new", args=["production", "flights", "daily", variation])


def test_the_list_names_every_recipe_and_its_faults(browser: Client, production: Kitchen):
    page = browser.get(reverse("recipe-list")).content.decode()

    assert "One day of flights" in page
    assert "1 fault" in page


def test_a_recipe_shows_graph_variations_tests_and_values(browser: Client, production: Kitchen):
    page = browser.get(reverse("recipe-detail", args=["production", "flights", "daily"])).content.decode()

    assert 'id="graph-recipe-load" href="#node-load"' in page
    assert '<tr id="node-load"' in page
    assert order_url("small") in page
    assert "enough flights" in page
    assert "{{ yesterday }}" in page


def test_a_fault_is_shown_at_its_file_and_line(browser: Client, production: Kitchen):
    page = browser.get(reverse("recipe-detail", args=["production", "flights", "broken"])).content.decode()
    file = browser.get(
        reverse("recipe-file", args=["production", "flights", "broken", "recipe.yaml"])
    ).content.decode()

    assert "recipe.yaml:9" in page
    assert '<tr id="line-9" class="line-fault">' in file
    assert "lood" in file


def test_a_file_that_is_not_of_the_recipe_is_not_served(browser: Client, production: Kitchen):
    url = reverse("recipe-file", args=["production", "flights", "daily", "recipe.yaml"])

    assert browser.get(url.replace("recipe.yaml", "../../domain.yaml")).status_code == 404
    assert browser.get(url.replace("recipe.yaml", "other.sql")).status_code == 404


def test_history_names_the_commit(browser: Client, production: Kitchen):
    page = browser.get(reverse("recipe-history", args=["production", "flights", "daily"])).content.decode()

    assert "Begin with flights" in page
    assert "Ann Okafor" in page


def test_the_order_form_shows_effective_values_with_their_origin(browser: Client, production: Kitchen):
    page = browser.get(order_url("small")).content.decode()

    assert '<code>10</code> <span class="chip" title="Where this value comes from">variation</span>' in page
    assert '<code>AA</code> <span class="chip" title="Where this value comes from">recipe</span>' in page


def test_wrong_values_are_said_at_their_fields_and_nothing_is_ordered(browser: Client, production: Kitchen):
    answer = browser.post(order_url(), {"key": "k", "value-day": "soon", "value-min_flights": "0"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_value-day_error"' in page
    assert "soon is not a date" in page
    assert "0 is below the least allowed, 1." in page
    assert 'value="soon"' in page
    assert Order.objects.count() == 0


def test_right_values_order_a_run_once_however_often_they_are_sent(browser: Client, production: Kitchen):
    given = {"key": "k", "value-day": "2026-11-20", "value-carrier": "DL"}

    answers = [browser.post(order_url(), given) for _ in range(2)]

    run = OrderRun.objects.get()
    assert [answer.url for answer in answers] == [run.get_absolute_url()] * 2
    assert run.plan["values"]["day"]["value"] == "2026-11-20"
    assert run.plan["values"]["carrier"]["origin"] == "order"


def test_someone_who_may_not_order_is_told_so_and_refused(browser: Client, production: Kitchen):
    browser.force_login(factories.make_person("vic", role="viewer"))

    assert "Your role does not allow orders" in browser.get(order_url()).content.decode()
    answer = browser.post(order_url(), {"key": "k"})
    assert answer.status_code == 403
    assert OrderRun.objects.count() == 0


def test_a_waiting_run_is_cancelled_from_its_page(browser: Client, production: Kitchen):
    browser.post(order_url(), {"key": "k"})
    run = OrderRun.objects.get()

    browser.post(reverse("run-cancel", args=[run.pk]))

    run.refresh_from_db()
    assert run.status == "cancelled"
    assert "Resume…" in browser.get(run.get_absolute_url()).content.decode()


def test_a_cancelled_run_is_resumed_with_new_values_and_wrong_ones_are_said_at_the_field(
    browser: Client, production: Kitchen
):
    browser.post(order_url(), {"key": "k"})
    run = OrderRun.objects.get()
    browser.post(reverse("run-cancel", args=[run.pk]))
    resume = reverse("run-resume", args=[run.pk])

    wrong = browser.post(resume, {"recipe": "old", "values": "new", "value-min_flights": "many"})
    right = browser.post(resume, {"recipe": "old", "values": "new", "value-min_flights": "12"})

    assert "many is not a whole number" in wrong.content.decode()
    following = OrderRun.objects.get(resumes=run)
    assert right.url == following.get_absolute_url()
    assert following.plan["values"]["min_flights"]["value"] == 12
    assert f"run {following.pk}" in browser.get(run.get_absolute_url()).content.decode()


@pytest.mark.parametrize("amount", [1, 3])
def test_the_list_of_recipes_costs_the_same_for_any_number_of_runs(
    browser: Client, production: Kitchen, amount: int, django_assert_num_queries
):
    for _ in range(amount):
        factories.make_finished_run()

    with django_assert_num_queries(8):
        browser.get(reverse("recipe-list"))


def test_a_part_of_a_recipe_is_run_from_a_node_and_the_run_says_so(browser, production):
    url = reverse("order-new", args=["production", "flights", "daily", "production"])
    overview = browser.get(reverse("recipe-detail", args=["production", "flights", "daily"])).content.decode()
    assert f"{url}?node=daily&amp;portion=before" in overview
    form = browser.get(f"{url}?node=load&portion=only").content.decode()
    assert '<option value="load" selected>' in form
    assert '<option value="only" selected>' in form

    answer = browser.post(url, {"key": "one", "node": "load", "portion": "only"})

    run = OrderRun.objects.get()
    assert run.order.nodes == ["load"]
    assert "only load" in browser.get(answer.headers["Location"]).content.decode()
    browser.post(url, {"key": "two", "node": "load", "portion": "after"})
    assert Order.objects.latest("pk").nodes == ["load", "daily"]
    assert "Choose the node" in browser.post(url, {"key": "three", "portion": "after"}).content.decode()
