"""The form of a test and the file are the same object."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kitchens.actions.kitchens import create_kitchen, create_production
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from recipes.actions.files import save_files
from tests import factories

pytestmark = pytest.mark.django_db
NOW = factories.NOW
FOLDER = "domains/sales/recipes/daily"
RECIPE = """\
# One day
nodes:
  sum_up: {kind: sql, file: sum.sql, writes: sales.daily}  # the only one
tests:
  some rows: {node: sum_up, check: row_count, min: 10}  # by contract
  # keys
  odd one: {node: sum_up, check: in_set, column: n, values: ["a, b", 1]}
"""
NEW = {"name": "day is set", "node": "sum_up", "check": "not_null", "param-column": "day", "fail": "> 1 %"}
OLD = {"name": "some rows", "node": "sum_up", "check": "row_count", "param-min": "10"}


@pytest.fixture
def sandbox(hub_home) -> Kitchen:
    production = create_production(by=THE_HUB, now=NOW)
    commit(
        production,
        {f"{FOLDER}/recipe.yaml": RECIPE.encode(), f"{FOLDER}/sum.sql": b"SELECT 1 AS day, 2 AS n"},
    )
    ends = NOW.date() + timedelta(days=30)
    return create_kitchen(name="sandbox", parent=production, ends_on=ends, by=THE_HUB, now=NOW)


@pytest.fixture
def mira(client: Client) -> Client:
    client.force_login(factories.make_person("mira", role="developer"))
    return client


def commit(kitchen: Kitchen, changes) -> None:
    save_files(kitchen, changes, message="Say", by=THE_HUB, now=NOW, expected_commit=newest(kitchen).commit)


def url(test: str = "", kitchen: str = "sandbox") -> str:
    place = [kitchen, "sales", "daily"]
    return reverse("data-test", args=[*place, test]) if test else reverse("data-test-new", args=place)


def send(client: Client, kitchen: Kitchen, typed: dict[str, str], test: str = "", **more: str):
    return client.post(url(test), {"commit": newest(kitchen).commit, "do": "save"} | typed | more)


def file(kitchen: Kitchen) -> str:
    mesh = MeshRepository(settings.MESH_REPOSITORY)
    return mesh.read_file(newest(kitchen).commit, f"{FOLDER}/recipe.yaml").decode()


def test_the_form_offers_all_checks_in_groups_and_explains_the_chosen_one(sandbox, mira):
    text = mira.get(url(), {"node": "sum_up", "check": "foreign_key"}).content.decode()

    assert text.count("<optgroup") == 11
    assert '<option value="sum_up" selected>' in text
    assert 'id="id_param-to"' in text
    assert "Dataset and column referred to" in text
    assert "check: foreign_key" in text  # the example


def test_a_new_test_is_a_commit_by_the_person_that_changes_nothing_else(sandbox, mira):
    answer = send(mira, sandbox, NEW)

    assert answer.status_code == 302
    line = '  day is set: {node: sum_up, check: not_null, column: day, fail: "> 1 %"}\n'
    assert file(sandbox) == RECIPE + line
    entry = MeshRepository(settings.MESH_REPOSITORY).log(newest(sandbox).commit, 1)[0]
    assert (entry.author, entry.title) == ("Mira Okafor", "Add the test day is set of daily")
    assert "day is set" in mira.get(answer.headers["Location"]).content.decode()


def test_a_test_of_the_file_is_shown_and_changed_where_it_stands(sandbox, mira):
    text = mira.get(url("some rows")).content.decode()
    assert 'value="some rows"' in text
    assert 'name="param-min" value="10"' in text

    assert send(mira, sandbox, OLD | {"param-min": "20", "severity": "warn"}, "some rows").status_code == 302
    assert file(sandbox) == RECIPE.replace("min: 10}", "min: 20, severity: warn}")


def test_saving_without_a_change_is_refused_and_leaves_values_in_their_form(sandbox, mira):
    typed = {"name": "odd one", "node": "sum_up", "check": "in_set", "param-column": "n"}

    answer = send(mira, sandbox, typed | {"param-values": '["a, b", 1]'}, "odd one")

    assert answer.status_code == 422
    assert "Nothing has changed." in answer.content.decode()


def test_a_name_may_hold_what_addresses_are_made_of(sandbox, mira):
    name = "in/out? 100 % #1"
    there = send(mira, sandbox, NEW | {"name": name}).headers["Location"]

    assert url(name) in mira.get(there).content.decode()
    assert "in/out? 100 % #1" in mira.get(url(name)).context["page"].was


def test_a_test_is_taken_out(sandbox, mira):
    assert send(mira, sandbox, OLD, "some rows", do="remove").status_code == 302
    assert "some rows" not in file(sandbox)
    assert "# keys" in file(sandbox)
    assert mira.get(url("some rows")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"param-column": ""}, "param-column", "not_null needs column."),
        ({"fail": "lots"}, "fail", "lots"),
        ({"where": "SELECT 1"}, "where", "where"),
        ({"name": "some rows"}, "name", "There is a test some rows already."),
        ({"dataset": "Nonsense"}, "dataset", "Nonsense"),
        ({"check": "row_count", "param-min": "many"}, "param-min", "min must be a whole number"),
        ({"check": "row_count", "param-min": "{{ least }}"}, "param-min", "least"),
        ({"name": ""}, "name", "This field is required."),
        ({"name": "new"}, "name", "A test cannot be called new."),
        ({"name": "/b"}, "name", "/b"),
        ({"check": "nope"}, "check", "nope"),
        ({"node": "nope"}, "node", "nope"),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_is_saved(sandbox, mira, wrong, field, said):
    answer = send(mira, sandbox, NEW | wrong)

    text = answer.content.decode()
    assert answer.status_code == 422
    at = text.index(f'id="id_{field}_error"')
    assert said in text[at : text.index("</p>", at)]
    assert newest(sandbox).number == 1


def test_what_is_typed_is_shown_as_its_lines_and_nothing_is_kept(
    sandbox, mira, django_assert_max_num_queries
):
    with django_assert_max_num_queries(9):
        text = send(mira, sandbox, NEW, do="look").content.decode()
    assert "day is set: {node: sum_up, check: not_null, column: day" in text
    assert "from line 8 on" in text
    assert "It can be saved as it is." in text

    text = send(mira, sandbox, NEW | {"param-column": ""}, do="look").content.decode()
    assert "not_null needs column." in text
    assert newest(sandbox).number == 1


def test_another_check_brings_its_fields_without_complaints(sandbox, mira):
    text = send(mira, sandbox, NEW | {"check": "range", "name": ""}, do="fields").content.decode()

    assert 'id="id_param-above"' in text
    assert 'value="day"' in text  # the column stays
    assert "field-error" not in text


def test_two_at_once_are_told_and_the_second_saves_on_top(sandbox, mira):
    before = newest(sandbox).commit
    commit(sandbox, {f"{FOLDER}/sum.sql": b"SELECT 1 AS day, 3 AS n"})

    answer = send(mira, sandbox, NEW, commit=before)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "the hub changed this recipe while you were editing it: Say" in text
    assert 'value="day is set"' in text
    assert f'name="commit" value="{newest(sandbox).commit}"' in text
    assert "day is set" not in file(sandbox)

    commit(sandbox, {f"{FOLDER}/recipe.yaml": RECIPE.replace("some rows", "rows").encode()})
    text = send(mira, sandbox, OLD | {"param-min": "5"}, "some rows", commit=before).content.decode()
    assert "The test some rows is gone there" in text


def test_a_protected_kitchen_and_a_viewer_are_told_why_they_cannot_save(sandbox, mira, client):
    Kitchen.objects.filter(tier="production").update(protected=True)
    text = mira.get(url(kitchen="production")).content.decode()
    assert "is protected: it changes by merges only" in text
    assert "Make a kitchen of it" in text
    production = Kitchen.objects.get(tier="production")
    form = {"commit": newest(production).commit, "do": "save"} | NEW
    assert mira.post(url(kitchen="production"), form).status_code == 409
    assert newest(production).number == 2

    client.force_login(factories.make_person("vera", role="viewer"))
    assert "Your role does not allow changes" in client.get(url()).content.decode()
    assert send(client, sandbox, NEW).status_code == 403


def test_a_commit_of_elsewhere_is_refused(sandbox, mira):
    production = Kitchen.objects.get(tier="production")
    commit(production, {f"{FOLDER}/sum.sql": b"SELECT 'over there' AS n"})

    answer = send(mira, sandbox, NEW, commit=newest(production).commit)

    assert answer.status_code == 409
    assert "day is set" not in file(sandbox)


def test_a_recipe_with_other_faults_says_where_they_are(sandbox, mira):
    broken = {"recipe.yaml": RECIPE.replace("sum.sql", "som.sql")}
    form = {"commit": newest(sandbox).commit, "file": "recipe.yaml", "text": broken["recipe.yaml"]}
    there = reverse("recipe-edit", args=["sandbox", "sales", "daily", "recipe.yaml"])
    assert mira.post(there, form | {"do": "commit", "keep_draft": "yes"}).status_code == 302

    answer = send(mira, sandbox, NEW)

    assert answer.status_code == 422
    assert "som.sql" in answer.content.decode()
    assert "recipe.yaml:3" in answer.content.decode()
