"""The values of a kitchen: with their origin, set and unset at the row, proposed as default."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitchens.actions.overrides import change_overrides
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from tests import factories
from tests.small_mesh import SmallMesh

pytestmark = pytest.mark.django_db(transaction=True)
RECIPE = """\
description: Values of every kind
values:
  day: {type: date, default: "2026-01-01"}
  least: {type: integer, default: 5, min: 0, max: 100}  # few
  limits: {type: dictionary, default: {min: 1, max: 9}}
  sink: {type: text, default: nowhere, protected: true}
nodes:
  only: {kind: synchronise}
variations: {plain: {}, busy: {values: {least: 7}}}
"""


@pytest.fixture
def mesh(hub_home, tmp_path) -> SmallMesh:
    mesh = SmallMesh(tmp_path, now=timezone.now())
    mesh.write("daily", {"recipe.yaml": RECIPE})
    return mesh


@pytest.fixture
def sandbox(mesh) -> Kitchen:
    return mesh.child()


@pytest.fixture
def client() -> Client:
    signed_in = Client()
    signed_in.force_login(factories.make_person("dee", "developer"))
    return signed_in


def page(client: Client, query: str = "?recipe=flights/daily", kitchen: str = "sandbox") -> str:
    answer = client.get(reverse("kitchen-values", args=[kitchen]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def send(client: Client, **given: str):
    given = {"what": "set", "recipe": "flights/daily"} | given
    return client.post(
        reverse("kitchen-values", args=["sandbox"]) + "?recipe=flights/daily", given, follow=True
    )


def rows(client: Client, query: str = "?recipe=flights/daily") -> dict[str, object]:
    answer = client.get(reverse("kitchen-values", args=["sandbox"]) + query)
    return {row.key: row for row in answer.context["page"].rows}


def change(mesh, kitchen, given):
    return change_overrides(kitchen, given=given, by=THE_HUB, now=mesh.now)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_any_number_of_recipes(
    mesh, sandbox, client, django_assert_num_queries, count
):
    for number in range(count):
        mesh.write(f"more-{number}", {"recipe.yaml": RECIPE}, sandbox)
    change(mesh, sandbox, {"least": 9})

    with django_assert_num_queries(
        9
    ):  # session, person, frame; kitchen, revision, recipes here and as pinned: 4
        said = page(client, "")

    assert said.count(">set here") == count + 1


def test_every_value_says_where_it_comes_from_and_what_the_parent_has(mesh, client):
    change(mesh, mesh.kitchen, {"day": "2026-02-02"})
    sandbox = mesh.child()
    change(mesh, sandbox, {"limits.max": 12, "flights/daily:least": 3})

    found = rows(client, "?recipe=flights/daily&variation=busy")
    assert (found["day"].kitchen, found["day"].differs) == ("production", False)
    assert (found["least"].value, found["least"].parent, found["least"].own_key) == (
        3,
        7,
        "flights/daily:least",
    )
    assert (found["limits.max"].value, found["limits.max"].kitchen) == (12, "sandbox")
    assert (found["limits.min"].origin, found["limits.min"].differs) == ("recipe", False)
    assert set(rows(client, "?recipe=flights/daily&only=differs")) == {"least", "limits!", "limits.max"}


def test_a_value_is_set_and_unset_at_its_row(mesh, sandbox, client):
    said = send(client, key="least", value="9").content.decode()
    assert "least is set in sandbox." in said
    assert newest(sandbox).overrides == {"least": 9}

    send(client, key="least", value="8", only="on")
    assert newest(sandbox).overrides == {"least": 9, "flights/daily:least": 8}
    send(client, key="flights/daily:least", what="unset")
    assert newest(sandbox).overrides == {"least": 9}


def test_what_does_not_fit_is_said_at_the_row_and_what_was_typed_stays(mesh, sandbox, client):
    said = send(client, key="least", value="101").content.decode()

    assert "101 is above the most allowed, 100." in said
    assert 'value="101"' in said
    assert said.count("field-error") == 1
    assert newest(sandbox).overrides == {}


def test_a_protected_value_says_why_it_is_locked(mesh, sandbox, client):
    assert "only an operator of the hub overrides it" in page(client)
    said = send(client, key="sink", value="x").content.decode()

    assert "flights/daily protects sink" in said


def test_overrides_that_mean_nothing_are_flagged_and_can_be_unset(mesh, sandbox, client):
    change(mesh, sandbox, {"least": 9})
    mesh.write(
        "daily", {"recipe.yaml": RECIPE.replace("least:", "fewest:").replace("{least", "{fewest")}, sandbox
    )

    assert "No value of this name is declared by any recipe here any more." in page(client, "")
    send(client, key="least", what="unset")
    assert newest(sandbox).overrides == {}


def test_an_override_is_proposed_as_default_in_the_kitchen(mesh, sandbox, client):
    change(mesh, sandbox, {"limits.max": 12})
    said = send(client, key="limits.max", what="propose").content.decode()

    assert "is committed as default and the override is taken back" in said
    revision = newest(sandbox)
    file = MeshRepository(settings.MESH_REPOSITORY).read_file(
        revision.commit, "domains/flights/recipes/daily/recipe.yaml"
    )
    assert file.decode() == RECIPE.replace("max: 9}", "max: 12}")
    assert revision.overrides == {}
    assert newest(mesh.kitchen).commit != revision.commit


def test_where_a_variation_would_win_the_override_stays(mesh, sandbox, client):
    change(mesh, sandbox, {"least": 12})
    said = send(client, key="least", what="propose").content.decode()

    assert "a variation sets it too, so the override stays" in said
    assert newest(sandbox).overrides == {"least": 12}


def test_a_viewer_is_offered_nothing_and_sets_nothing(mesh, sandbox):
    viewer = Client()
    viewer.force_login(factories.make_person("vera", "viewer"))

    assert ">Override<" not in page(viewer)
    assert send(viewer, key="least", value="9").status_code == 403


def test_a_protected_kitchen_says_why_nothing_can_be_set(mesh, sandbox, client):
    Kitchen.objects.filter(pk=sandbox.pk).update(protected=True)

    said = page(client)
    assert "is protected: it changes by merges only" in said
    assert ">Override<" not in said
    assert send(client, key="least", value="9").status_code == 409


def test_production_is_compared_with_its_files(mesh, client):
    change(mesh, mesh.kitchen, {"least": 9})

    said = page(client, "", "production")
    assert "1 override of its own; kitchens made of it inherit them." in said
    assert "Without overrides" in said
