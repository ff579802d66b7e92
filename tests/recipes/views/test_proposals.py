"""Proposals of a recipe's datasets: worked out of what runs have published, accepted by a person."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from kitchens.queries.data import newest
from recipes.queries.recipes import get_recipe
from tests import factories
from tests.recipes.actions.conftest import _fork_server, mesh  # noqa: F401
from tests.small_mesh import SmallMesh

DAILY = {
    "recipe.yaml": """\
        nodes:
          load: {kind: sql, file: load.sql, writes: flights.raw}
        values:
          rows: {type: integer, default: 40}
        variations:
          production: {}
        """,
    "load.sql": """\
        SELECT i AS id, CASE WHEN i % 2 = 0 THEN 'left' ELSE 'landed' END AS state, i * 1.5 AS miles
        FROM generate_series(1, {{ rows }}) AS t(i)
        """,
}


@pytest.fixture
def ran(mesh: SmallMesh) -> SmallMesh:  # noqa: F811
    """Four runs of production, and a kitchen that reads what they published."""
    mesh.write("daily", DAILY)
    for rows in (40, 41, 43, 42):
        mesh.run(values={"rows": rows})
        mesh.forward(3600)
    mesh.child()
    return mesh


@pytest.fixture
def mira(client: Client, ran: SmallMesh) -> Client:
    client.force_login(factories.make_person("mira", role="developer"))
    return client


def url(name: str = "proposals", *rest: str) -> str:
    return reverse(name, args=["sandbox", "flights", "daily", *rest])


def offered(client: Client) -> dict[str, str]:
    """Return what the page sends for each proposal, by its name."""
    found = client.get(url("proposals-of", "flights.raw")).context["found"]
    return {one.proposal.name: one.sent for one in found.offered}


def test_a_kitchen_is_offered_what_held_on_all_versions_it_reads(ran, mira):
    page = mira.get(url(), {"dataset": "flights.raw"}).content.decode()
    assert url("proposals-of", "flights.raw") in page

    text = mira.get(url("proposals-of", "flights.raw")).content.decode()

    assert "4 versions of 60 days, of Production" in text
    assert "No value is missing in any of 4 versions of up to 43 rows" in text
    assert "values: [landed, left]" in text
    assert "It would not have fired on any of 4 versions" in text


def test_those_that_are_ticked_become_one_commit_and_are_not_proposed_again(ran, mira):
    sandbox = ran.kitchen.children.get()
    offers = offered(mira)
    chosen = [offers["id of raw is unique"], offers["state of raw is a known one"]]

    answer = mira.post(url(), {"commit": newest(sandbox).commit, "dataset": "flights.raw", "accept": chosen})

    assert answer.status_code == 302
    assert newest(sandbox).note == "Add 2 tests of daily"
    tests = get_recipe(sandbox, "flights", "daily").spec["tests"]
    assert tests["state of raw is a known one"]["params"]["values"] == ["landed", "left"]
    assert offered(mira).keys() == offers.keys() - tests.keys()
    run = ran.run(kitchen=sandbox)
    assert {result.verdict for result in run.test_results.all()} == {"pass"}


def test_what_is_no_test_is_refused_and_nothing_is_added(ran, mira):
    sandbox = ran.kitchen.children.get()

    deep = '{"name": "a", "entry": {"check": ' + "[" * 900 + "]" * 900 + "}}"
    half = '{"name": "\\ud800", "entry": {}}'
    none = '{"name": "a", "entry": {"node": "load", "check": NaN}}'
    lost = '{"name": "a", "entry": {"check": "nope"}}'
    for sent in ([], ["{"], ["[" * 9000], [deep], [half], [none], ['{"name": 1}'], [lost], ["{}"] * 201):
        answer = mira.post(url(), {"commit": newest(sandbox).commit, "accept": sent}, follow=True)
        assert "Nothing was added." in answer.content.decode()
    assert newest(sandbox).number == 1


def test_who_may_not_see_rows_or_change_recipes_is_refused(ran, client):
    client.force_login(factories.make_person("vera", role="viewer"))
    sent = {"commit": newest(ran.kitchen.children.get()).commit, "accept": ["{}"]}

    assert client.post(url(), sent).status_code == 403
    assert client.get(url("proposals-of", "flights.none")).status_code in (403, 404)


def test_one_version_proposes_nothing_and_the_page_says_what_to_do(mesh, client):  # noqa: F811
    mesh.write("daily", DAILY)
    mesh.run()
    mesh.child()
    client.force_login(factories.make_person("mira", role="developer"))

    assert "from three versions on" in client.get(url("proposals-of", "flights.raw")).content.decode()
    assert client.get(url("proposals-of", "flights.other")).status_code == 404
