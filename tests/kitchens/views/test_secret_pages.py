"""Secrets and connections of a kitchen and of the hub: names, who asks for them, what is missing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kitchens.actions.connections import save_connection
from kitchens.actions.secrets import set_secret
from kitchens.core.roles import THE_HUB
from kitchens.models import Connection, Secret
from kitchens.queries.secrets import values_for_kitchen
from tests.factories import NOW

pytestmark = pytest.mark.django_db
FILES = {
    "recipe.yaml": """
        sources:
          far: {connection: warehouse, table: public.t}
        nodes:
          load: {kind: python, file: load.py, writes: flights.raw, reads: [source.far]}
          send: {kind: shell, command: "echo $HUB_SECRET_WEBHOOK | wc -c"}
        variations: {production: {}}
    """,
    "load.py": 'def run(context):\n    context.secret("API_KEY")\n',
}
GOOD = {"host": "127.0.0.1", "port": 9, "database": "d", "user": "u", "sslmode": "prefer"}


@pytest.fixture
def sandbox(mesh):
    mesh.write("daily", FILES)
    return mesh.child()


def put(name, value, kitchen=None):
    set_secret(name=name, value=value, by=THE_HUB, now=NOW, kitchen=kitchen)


def at(name="kitchen-secrets", *args):
    return reverse(name, args=["sandbox", *args])


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_any_number_of_names(sandbox, browser, django_assert_num_queries, count):
    for number in range(count):
        put(f"KEY_{number}", "of all")
        put(f"KEY_{number}", "own", sandbox)
    client = browser("operator")
    client.get(at())  # files of the recipe are read once

    with django_assert_num_queries(
        9
    ):  # session, person, frame; kitchen, revision, recipes: 2, secrets, connections
        said = client.get(at()).content.decode()

    assert said.count("its own, before the hub's") == count


def test_names_say_who_asks_and_what_is_missing(sandbox, browser):
    put("API_KEY", "of all")
    said = browser("viewer").get(at()).content.decode()

    assert "2 names that recipes ask for are missing: WEBHOOK, warehouse." in said
    assert "inherited from the hub" in said
    assert said.count("flights/daily</a>") == 3
    assert "Keep it" not in said


def test_the_owner_sets_replaces_and_removes_one_of_the_kitchens_own(sandbox, browser, person):
    sandbox.owner = person("developer")
    sandbox.save()
    put("API_KEY", "of all")
    owner = browser("developer")

    said = owner.post(at(), {"name": "API_KEY", "value": "own words"}, follow=True).content.decode()

    assert "API_KEY is kept for sandbox." in said
    assert "own words" not in said
    assert values_for_kitchen(sandbox) == {"API_KEY": "own words"}
    owner.post(at("secret-remove", "API_KEY"))
    assert values_for_kitchen(sandbox) == {"API_KEY": "of all"}
    assert owner.post(reverse("settings-secrets"), {"name": "A", "value": "b"}).status_code == 403


def test_a_wrong_form_does_not_say_the_value_again(sandbox, browser):
    said = browser("operator").post(at(), {"name": "API KEY", "value": "hush-hush"}).content.decode()

    assert "up to 80 letters, digits and underscores" in said
    assert "hush-hush" not in said


def test_secrets_of_the_whole_hub_have_a_page_in_the_settings(sandbox, browser):
    client = browser("operator")
    said = client.post(reverse("settings-secrets"), {"name": "WEBHOOK", "value": "hush"}, follow=True)

    assert "WEBHOOK is kept for the whole hub." in said.content.decode()
    assert "Recipes in production ask for API_KEY, warehouse" in said.content.decode()
    client.post(reverse("settings-secret-remove", args=["WEBHOOK"]))
    assert not Secret.objects.exists()


def test_connections_of_the_hub_are_read_only_here_and_only_its_operators_try_them(sandbox, browser, person):
    sandbox.owner = person("developer")
    sandbox.save()
    save_connection(name="warehouse", settings=GOOD, by=THE_HUB, now=NOW, read_only=False)
    owner = browser("developer")

    said = owner.get(at()).content.decode()
    assert "inherited from the hub" in said
    assert ">no</td>" in said
    assert "Try it" not in said
    assert owner.post(at("kitchen-connection", "warehouse", "try")).status_code == 403
    assert owner.post(at("kitchen-connection", "warehouse", "remove")).status_code == 404


def test_a_connection_of_the_kitchens_own_is_made_tried_and_removed(sandbox, browser, person):
    sandbox.owner = person("developer")
    sandbox.save()
    owner = browser("developer")
    asked = {"name": "warehouse", **GOOD, "password": "hush"}

    assert "warehouse is kept for sandbox." in owner.post(at(), asked, follow=True).content.decode()
    row = Connection.objects.get()
    assert (row.kitchen, row.read_only) == (sandbox, False)
    tried = owner.post(at("kitchen-connection", "warehouse", "try"), follow=True).content.decode()
    assert Connection.objects.get().test_ok is False
    assert "hush" not in tried
    owner.post(at("kitchen-connection", "warehouse", "remove"))
    assert not Connection.objects.exists()


def test_a_name_in_capitals_that_a_shell_node_asks_for_is_the_one_there_is(sandbox, browser):
    put("webhook", "x")

    page = browser("viewer").get(at()).context["page"]
    assert [row.name for row in page.secrets if row.asked] == ["API_KEY", "webhook"]
