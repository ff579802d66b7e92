"""The editor as a browser without script would use it, and what it answers to the script."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kitchens.actions.kitchens import create_kitchen, create_production
from kitchens.actions.retire import retire_kitchen
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from recipes.actions.files import save_files
from tests import factories
from tests.recipes.git.conftest import FILES, FOLDER, RECIPE

pytestmark = pytest.mark.django_db
NOW = factories.NOW
BETTER = "SELECT day, count(*) AS orders FROM sales.orders GROUP BY day\n"


@pytest.fixture
def sandbox(hub_home) -> Kitchen:
    production = create_production(by=THE_HUB, now=NOW)
    commit(production, FILES)
    ends = NOW.date() + timedelta(days=30)
    return create_kitchen(name="sandbox", parent=production, ends_on=ends, by=THE_HUB, now=NOW)


@pytest.fixture
def mira(client: Client) -> Client:
    client.force_login(factories.make_person("mira", role="developer"))
    return client


def commit(kitchen: Kitchen, changes, message: str = "First") -> None:
    save_files(kitchen, changes, message=message, by=THE_HUB, now=NOW, expected_commit=newest(kitchen).commit)


def url(name: str = "recipe-edit", *rest: str) -> str:
    return reverse(name, args=["sandbox", "sales", "daily", *rest])


def send(client: Client, kitchen: Kitchen, changes: dict[str, str | None], **more: str):
    form = {"commit": newest(kitchen).commit, "changes": json.dumps(changes), "do": "commit"} | more
    return client.post(url("recipe-edit", "recipe.yaml"), form)


def file(kitchen: Kitchen, name: str) -> str:
    return (
        MeshRepository(settings.MESH_REPOSITORY)
        .read_file(newest(kitchen).commit, f"{FOLDER}/{name}")
        .decode()
    )


def test_the_editor_shows_the_files_their_check_and_what_would_run(sandbox, mira):
    answer = mira.get(url("recipe-edit", "sum.sql"))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "SELECT day, count(*) AS n" in text
    assert "The recipe can run as it is written." in text
    assert "graph-edit" in text
    assert "What would run" in text


def test_several_files_are_one_commit_by_the_person(sandbox, mira):
    changes = {
        "recipe.yaml": RECIPE.replace("sum.sql", "total.sql"),
        "total.sql": BETTER,
        "sum.sql": None,
    }

    answer = send(mira, sandbox, changes, message="Say what is counted")

    assert (answer.status_code, answer.headers["Location"]) == (302, url("recipe-edit", "recipe.yaml"))
    assert (newest(sandbox).number, newest(sandbox).note) == (2, "Say what is counted")
    assert file(sandbox, "total.sql") == BETTER
    assert MeshRepository(settings.MESH_REPOSITORY).log(newest(sandbox).commit, 1)[0].author == "Mira Okafor"


def test_a_form_without_script_commits_the_one_file_with_plain_ends_of_lines(sandbox, mira):
    form = {
        "commit": newest(sandbox).commit,
        "file": "sum.sql",
        "text": BETTER.replace("\n", "\r\n"),
        "do": "commit",
    }

    assert mira.post(url("recipe-edit", "sum.sql"), form).status_code == 302
    assert file(sandbox, "sum.sql") == BETTER
    assert newest(sandbox).note == "Change sum.sql of daily"


def test_faults_are_not_committed_unless_a_draft_is_asked_for(sandbox, mira):
    broken = {"recipe.yaml": RECIPE.replace("sum.sql", "som.sql")}

    answer = send(mira, sandbox, broken)
    assert answer.status_code == 422
    assert "Nothing was committed. 1 fault" in answer.content.decode()
    assert "som.sql" in answer.content.decode()
    assert newest(sandbox).number == 1

    assert send(mira, sandbox, broken, keep_draft="yes").status_code == 302
    assert newest(sandbox).number == 2


def test_what_is_typed_is_checked_with_all_files_and_nothing_is_kept(
    sandbox, mira, django_assert_max_num_queries
):
    form = {"changes": json.dumps({"sum.sql": "SELEKT 1", "recipe.yaml": RECIPE + "tests: 1\n"})}

    with django_assert_max_num_queries(8):
        answer = mira.post(url("recipe-check"), form).content.decode()

    assert 'data-fault-file="sum.sql" data-line="1"' in answer
    assert 'data-fault-file="recipe.yaml" data-line="5"' in answer
    assert newest(sandbox).number == 1
    good = {"recipe.yaml": RECIPE.replace("nodes:", "values:\n  least: {type: integer, default: 7}\nnodes:")}
    answer = mira.post(url("recipe-check"), {"changes": json.dumps(good)}).content.decode()
    assert "no faults" in answer
    assert "<code>7</code>" in answer


def test_what_others_commit_to_other_recipes_stands_in_nobodys_way(sandbox, mira):
    before = newest(sandbox).commit
    other = "domains/sales/recipes/other"
    commit(sandbox, {f"{other}/recipe.yaml": RECIPE.encode(), f"{other}/sum.sql": b"SELECT 1 AS n"})

    assert send(mira, sandbox, {"sum.sql": BETTER}, commit=before).status_code == 302
    assert file(sandbox, "sum.sql") == BETTER
    assert newest(sandbox).number == 3


def test_a_conflict_shows_what_changed_keeps_the_text_and_puts_both_together(sandbox, mira):
    base = "SELECT day,\n  count(*) AS n\nFROM sales.orders\n\n-- by day\nGROUP BY day\n"
    commit(sandbox, {f"{FOLDER}/sum.sql": base.encode()})
    before = newest(sandbox).commit
    commit(
        sandbox,
        {f"{FOLDER}/sum.sql": base.replace("-- by day", "-- one row a day").encode()},
        "Say it better",
    )
    mine = {"sum.sql": base.replace("AS n", "AS orders")}

    answer = send(mira, sandbox, mine, commit=before, message="Name it")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "the hub changed this recipe while you were editing it: Say it better" in text
    assert "one row a day" in text
    assert "AS orders" in text
    assert newest(sandbox).number == 3

    answer = send(mira, sandbox, mine, commit=before, do="merge", message="Name it")
    merged = base.replace("-- by day", "-- one row a day").replace("AS n", "AS orders")
    files = json.loads(
        answer.content.decode().split('id="edit-data" type="application/json">')[1].split("</script>")[0]
    )
    assert files["files"]["sum.sql"]["text"] == merged
    assert send(mira, sandbox, {"sum.sql": merged}).status_code == 302

    answer = send(mira, sandbox, {"sum.sql": base.replace("-- by day", "-- mine")}, commit=before, do="merge")
    assert "Both changed the same lines of sum.sql" in answer.content.decode()


def test_closed_kitchens_are_read_only_and_say_what_to_do(sandbox, mira):
    production = Kitchen.objects.get(tier="production")
    Kitchen.objects.filter(pk=production.pk).update(protected=True)
    there = reverse("recipe-edit", args=["production", "sales", "daily", "sum.sql"])
    text = mira.get(there).content.decode()
    assert "is protected: it changes by merges only" in text
    assert "Make a kitchen of it" in text
    assert "readonly" in text
    form = {"commit": newest(production).commit, "changes": json.dumps({"sum.sql": BETTER}), "do": "commit"}
    assert mira.post(there, form).status_code == 409

    retire_kitchen(sandbox, by=THE_HUB, now=NOW)
    assert "is retired" in mira.get(url("recipe-edit", "sum.sql")).content.decode()
    assert send(mira, sandbox, {"sum.sql": BETTER}).status_code == 409


@pytest.mark.parametrize(
    "changes", ["[1]", "{", '{"a": 1}', '{"../x": "y"}', '{".git/hooks/x": "y"}', '{"a\\u0000": ""}']
)
def test_changes_that_cannot_be_read_or_lead_out_of_the_folder_are_refused(sandbox, mira, changes):
    form = {"commit": newest(sandbox).commit, "changes": changes, "do": "commit"}

    assert mira.post(url("recipe-edit", "recipe.yaml"), form).status_code == 422
    assert newest(sandbox).number == 1


def test_removing_the_last_file_leads_back_to_the_list(sandbox, mira):
    answer = send(mira, sandbox, {"recipe.yaml": None, "sum.sql": None})

    assert answer.headers["Location"] == "/recipes/?kitchen=sandbox"


@pytest.mark.parametrize("starter", ["sql", "python"])
def test_a_recipe_begins_with_files_that_have_no_faults(sandbox, mira, starter):
    there = f"{reverse('recipe-new')}?kitchen=sandbox"
    assert "Begin with" in mira.get(there).content.decode()

    answer = mira.post(there, {"domain": "sales", "name": "new-one", "starter": starter})

    assert answer.headers["Location"] == "/recipes/sandbox/sales/new-one/edit/recipe.yaml"
    assert "no faults" in mira.get(answer.headers["Location"]).content.decode()
    again = mira.post(there, {"domain": "sales", "name": "new-one", "starter": starter})
    assert again.status_code == 422
    assert "already" in again.content.decode()
    assert (
        "cannot be the name"
        in mira.post(there, {"domain": "S!", "name": "x", "starter": starter}).content.decode()
    )


def test_names_of_datasets_are_told_by_how_they_begin(sandbox, mira):
    factories.make_dataset("sales.orders")
    factories.make_dataset("flights.raw")

    assert mira.get(reverse("dataset-names"), {"begins": "sal"}).json() == {"names": ["sales.orders"]}


def test_a_commit_of_elsewhere_tells_nothing_of_what_is_there(sandbox, mira):
    production = Kitchen.objects.get(tier="production")
    commit(production, {f"{FOLDER}/sum.sql": b"SELECT 'over there' AS n"})
    elsewhere = newest(production).commit

    for do in ("commit", "merge", "mine"):
        answer = send(mira, sandbox, {"new.txt": "x"}, commit=elsewhere, do=do)
        assert "over there" not in answer.content.decode()
    answer = mira.post(url("recipe-check"), {"changes": "{}", "commit": elsewhere})
    assert answer.status_code == 409


def test_a_viewer_reads_and_is_told_why_they_cannot_change(sandbox, client):
    client.force_login(factories.make_person("vera", role="viewer"))

    text = client.get(url("recipe-edit", "sum.sql")).content.decode()

    assert "Your role does not allow changes" in text
    assert send(client, sandbox, {"sum.sql": BETTER}).status_code == 403
