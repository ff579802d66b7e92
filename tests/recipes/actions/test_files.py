"""Edits become commits, revisions, index rows and schedules; nothing broken and nothing of others is overwritten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.conf import settings
from django.db import connection

from hub.common.errors import ConflictError, InvalidError, NotAllowedError
from kitchens.actions.kitchens import create_kitchen, create_production
from kitchens.core.git import Author, MeshRepository
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import Domain, Kitchen
from kitchens.queries.data import newest
from recipes.actions.files import FaultyRecipeError, follow_branch, save_files
from recipes.actions.index import index_commit, sync_schedules
from recipes.actions.orders import place_order
from recipes.models import CommitIndex, RecipeVersion, Schedule
from recipes.queries.recipes import get_recipe, recipe_versions

NOW = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
FOLDER = "domains/sales/recipes/daily"
RECIPE = """
nodes:
  sum_up: {kind: sql, file: sum.sql, writes: sales.daily}
variations:
  production: {schedule: "0 5 * * *", timezone: Europe/Berlin}
  canary: {}
"""
FILES = {
    "domains/sales/domain.yaml": b"title: Sales\n",
    f"{FOLDER}/recipe.yaml": RECIPE.encode(),
    f"{FOLDER}/sum.sql": b"SELECT day, count(*) AS n FROM sales.orders GROUP BY day",
}
MIRA = Actor(None, "Mira Vogel", "developer")


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return create_production(by=THE_HUB, now=NOW)


def save(kitchen: Kitchen, changes, **more):
    given = {"message": "Change", "by": MIRA, "now": NOW, "expected_commit": newest(kitchen).commit} | more
    return save_files(kitchen, changes, **given)


def test_sql_that_the_kitchens_store_lacks_is_a_fault_when_it_is_saved_and_before_it_is_run(production):
    Kitchen.objects.update(store="postgresql")
    production.refresh_from_db()
    hashed = FILES | {f"{FOLDER}/sum.sql": b"SELECT day,\n  hash(day) AS n FROM sales.orders"}

    with pytest.raises(FaultyRecipeError, match=r"sum.sql line 2: .* does not know the function hash\(\)"):
        save(production, hashed)
    save(production, hashed, keep_draft=True)
    facts = {"domain": "sales", "recipe": "daily", "variation": "canary", "by": THE_HUB, "now": NOW}
    with pytest.raises(InvalidError, match=r"1 fault. The first, in sum.sql line 2"):
        place_order(kitchen=production, **facts)

    Kitchen.objects.update(store="embedded")
    production.refresh_from_db()
    assert place_order(kitchen=production, **facts).status == "queued"


def test_saving_commits_appends_a_revision_indexes_and_schedules(production):
    revision = save(production, FILES, message="First recipe")

    assert MeshRepository(settings.MESH_REPOSITORY).head("main") == revision.commit
    assert (revision.number, revision.cause, revision.note) == (2, "commit", "First recipe")
    assert list(recipe_versions(revision.commit)) == ["sales/daily"]
    assert get_recipe(production, "sales", "daily").spec["nodes"]["sum_up"]["reads"] == ["sales.orders"]
    assert Domain.objects.get(slug="sales").title == "Sales"
    schedule = Schedule.objects.get()
    assert (schedule.variation, schedule.paused) == ("production", False)
    assert schedule.next_slot == datetime(2026, 3, 3, 4, 0, tzinfo=UTC)


def test_a_broken_recipe_is_refused_with_all_its_faults_and_nothing_is_written(production):
    before = newest(production)
    broken = {
        f"{FOLDER}/recipe.yaml": RECIPE.replace("0 5", "99 5").encode(),
        f"{FOLDER}/sum.sql": b"SELEKT 1",
        "domains/ops/recipes/x/recipe.yaml": b"nodes: 1",
    }

    with pytest.raises(FaultyRecipeError) as caught:
        save(production, FILES | broken)

    codes = {name: {fault.code for fault in found} for name, found in caught.value.faults.items()}
    assert codes == {"sales/daily": {"bad-cron", "sql-syntax"}, "ops/x": {"wrong-type"}}
    assert newest(production) == before
    assert MeshRepository(settings.MESH_REPOSITORY).head("main") == before.commit


def test_a_draft_is_kept_with_its_faults_and_keeps_the_schedules_it_had(production):
    save(production, FILES)

    revision = save(production, {f"{FOLDER}/sum.sql": b"SELEKT 1"}, keep_draft=True)

    version = recipe_versions(revision.commit)["sales/daily"]
    assert version.spec is None
    assert version.faults[0]["code"] == "sql-syntax"
    assert Schedule.objects.count() == 1


def test_a_domain_file_that_cannot_be_read_is_never_kept(production):
    for draft in (False, True):
        with pytest.raises(FaultyRecipeError, match=r"domain\.yaml"):
            save(production, {"domains/sales/domain.yaml": b"titel: x"}, keep_draft=draft)
        with pytest.raises(FaultyRecipeError, match="not a name for a domain"):
            save(production, {"domains/sales__/recipes/x/notes.txt": b""}, keep_draft=draft)


def test_removing_a_whole_recipe_is_fine_and_its_schedule_goes(production):
    save(production, FILES)

    revision = save(production, {path: None for path in FILES if "recipes" in path})

    assert recipe_versions(revision.commit) == {}
    assert not Schedule.objects.exists()


def test_a_change_on_an_old_commit_is_refused_and_says_who_changed_what(production):
    first = save(production, FILES)
    save(production, {f"{FOLDER}/sum.sql": b"SELECT 1 AS n"}, message="Simpler")

    with pytest.raises(
        ConflictError, match=r"Mira Vogel changed .*sum\.sql at 04:30 on 02 March \(Simpler\)"
    ):
        save(production, {f"{FOLDER}/sum.sql": b"SELECT 2 AS n"}, expected_commit=first.commit)


def test_a_viewer_may_not_save(production):
    with pytest.raises(NotAllowedError):
        save(production, FILES, by=Actor(None, "Vic", "viewer"))


def test_paths_out_of_the_repository_are_refused(production):
    for path in ("../x", ".git/hooks/post-update", "/etc/passwd", "domains/sales/recipes/../../x"):
        with pytest.raises(InvalidError):
            save(production, {path: b"x"})


def test_a_commit_that_never_reached_the_ledger_is_taken_over(production):
    first = newest(production)
    tip = MeshRepository(settings.MESH_REPOSITORY).commit(
        "main", expected=first.commit, changes=FILES, author=Author("Git user"), message="Pushed", at=NOW
    )

    with pytest.raises(ConflictError, match="Git user changed"):
        save(production, {"README.md": b"x"}, expected_commit=first.commit)

    assert newest(production).commit == tip
    assert follow_branch(production, by=THE_HUB, now=NOW) == newest(production)
    save(production, {"README.md": b"x"})


def test_only_changed_recipes_are_parsed_again(production, django_assert_max_num_queries, monkeypatch):
    many = {
        f"domains/sales/recipes/r{n}/{name}": content
        for n in range(200)
        for name, content in (
            ("recipe.yaml", RECIPE.replace("sales.daily", f"sales.d{n}").encode()),
            ("sum.sql", b"SELECT 1 AS n"),
        )
    }
    save(production, many)
    assert RecipeVersion.objects.count() == 200

    revision = save(production, {"domains/sales/recipes/r7/sum.sql": b"SELECT 2 AS n"})

    assert RecipeVersion.objects.count() == 201
    assert len(CommitIndex.objects.get(commit=revision.commit).recipes) == 200
    with django_assert_max_num_queries(1):
        index_commit(revision.commit, now=NOW)


def test_a_commit_that_nobody_indexed_is_read_all_the_same(production):
    revision = save(production, FILES)
    CommitIndex.objects.all().delete()
    RecipeVersion.objects.all().delete()

    assert recipe_versions(revision.commit)["sales/daily"].spec["name"] == "daily"
    assert get_recipe(production, "sales", "daily").pk is None
    assert not CommitIndex.objects.exists()


def test_a_new_kitchen_costs_no_index_rows_and_gets_no_schedules(production):
    save(production, FILES)
    rows = RecipeVersion.objects.count(), CommitIndex.objects.count()

    kitchen = create_kitchen(
        name="mine", parent=production, ends_on=NOW.date() + timedelta(days=30), by=MIRA, now=NOW
    )

    assert get_recipe(kitchen, "sales", "daily").pk == get_recipe(production, "sales", "daily").pk
    assert (RecipeVersion.objects.count(), CommitIndex.objects.count()) == rows
    save(kitchen, {f"{FOLDER}/sum.sql": b"SELECT 3 AS n"})
    assert not kitchen.schedules.exists()
    assert newest(production).number == 2


def test_schedules_of_a_kitchen_are_made_paused_when_asked_for(production):
    save(production, FILES)
    kitchen = create_kitchen(
        name="mine", parent=production, ends_on=NOW.date() + timedelta(days=30), by=MIRA, now=NOW
    )

    sync_schedules(kitchen, now=NOW, offer=True)

    assert [(row.variation, row.paused) for row in kitchen.schedules.all()] == [("production", True)]


def test_a_changed_time_is_counted_anew_and_an_unchanged_one_is_left_alone(production):
    save(production, FILES)
    overdue = NOW - timedelta(days=2)
    Schedule.objects.update(next_slot=overdue, paused=True)

    save(production, {"README.md": b"x"})
    assert Schedule.objects.get().next_slot == overdue

    save(production, {f"{FOLDER}/recipe.yaml": RECIPE.replace("0 5", "30 */2").encode()})
    row = Schedule.objects.get()
    assert (row.cron, row.paused) == ("30 */2 * * *", True)
    assert row.next_slot == datetime(2026, 3, 2, 5, 30, tzinfo=UTC)


def test_start_and_end_bound_the_slots_in_the_zone_of_the_schedule(production):
    bounded = RECIPE.replace("Europe/Berlin", "Europe/Berlin, start: 2026-04-01, end: 2026-04-30")
    save(production, FILES | {f"{FOLDER}/recipe.yaml": bounded.encode()})
    row = Schedule.objects.get()
    assert row.next_slot == datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
    assert row.starts_at == datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
    assert row.ends_at > datetime(2026, 4, 30, 21, 59, tzinfo=UTC)

    over = bounded.replace("2026-04-01", "2025-04-01").replace("2026-04-30", "2025-04-30")
    save(production, {f"{FOLDER}/recipe.yaml": over.encode()})
    assert Schedule.objects.get().next_slot is None


def test_an_unscheduled_variation_loses_its_row(production):
    save(production, FILES)

    save(production, {f"{FOLDER}/recipe.yaml": RECIPE.replace('schedule: "0 5 * * *", ', "").encode()})

    assert not Schedule.objects.exists()


def test_a_branch_that_a_crash_left_behind_its_ledger_is_mended_by_the_next_edit(production):
    first = newest(production).commit
    saved = save(production, FILES)
    repository = MeshRepository(settings.MESH_REPOSITORY)
    repository.move("main", expected=saved.commit, to=first)

    again = save(production, {"README.md": b"x"})

    assert repository.contains(again.commit, saved.commit)
    assert repository.head("main") == again.commit


def test_a_protected_kitchen_takes_no_edit(production):
    Kitchen.objects.update(protected=True)
    production.refresh_from_db()

    with pytest.raises(ConflictError, match="it changes by merges only"):
        save(production, FILES)

    assert newest(production).number == 1


@pytest.mark.django_db(transaction=True)
def test_of_editors_at_once_one_is_taken_and_the_others_are_told_who_was(production):
    expected = newest(production).commit
    said: list[str] = []

    def edit(number: int) -> None:
        try:
            save(production, {f"note-{number}": b"x"}, message=f"Note {number}", expected_commit=expected)
            said.append("")
        except ConflictError as error:
            said.append(str(error))
        finally:
            connection.close()

    threads = [Thread(target=edit, args=[number]) for number in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert said.count("") == 1
    assert all("Mira Vogel changed note-" in text for text in said if text)
    assert newest(production).number == 2
    assert MeshRepository(settings.MESH_REPOSITORY).head("main") == newest(production).commit
