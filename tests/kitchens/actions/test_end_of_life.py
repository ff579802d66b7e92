"""Kitchens are warned of, retired, brought back, cleaned; what cannot be removed is listed and tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from hub.common.errors import ConflictError, NotAllowedError
from kitchens.actions import expiry, secrets, teardown, upkeep
from kitchens.actions.kitchens import extend_kitchen
from kitchens.actions.retire import purge_kitchen, restore_kitchen, retire_kitchen
from kitchens.actions.tidy import tidy
from kitchens.core.branches import archived_commit, kitchen_branches
from kitchens.core.git import MeshRepository
from kitchens.core.lifetime import ends_at
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import AuditEntry, Kitchen, MergeRequest, Provision, ProvisionStep, Revision
from kitchens.ports import ports
from kitchens.queries.end_of_life import end_of_life, endings_of
from recipes.actions.runs.context import forget_contexts
from recipes.models import Schedule
from tests.factories import make_person
from tests.small_mesh import SmallMesh

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture
def mesh(hub_home, tmp_path) -> SmallMesh:
    forget_contexts()
    return SmallMesh(tmp_path)


@pytest.fixture
def kitchen(mesh) -> Kitchen:
    mesh.write("daily", {"recipe.yaml": RECIPE, "day.sql": "SELECT 1 AS n\n"})
    return mesh.child()


RECIPE = """
    nodes:
      day: {kind: sql, file: day.sql, writes: flights.day}
    variations:
      production: {schedule: "0 5 * * *"}
"""


def again(kitchen: Kitchen) -> Kitchen:
    return Kitchen.objects.get(pk=kitchen.pk)


def branches() -> list[str]:
    return list(kitchen_branches(settings.MESH_REPOSITORY))


def at_its_end(kitchen, mesh):
    return ends_at(kitchen.ends_on)


def test_retiring_moves_the_branch_out_of_the_branches_and_pauses_schedules(mesh, kitchen):
    commit = kitchen.revisions.get().commit
    Schedule.objects.update(paused=False)

    retire_kitchen(kitchen, by=THE_HUB, now=mesh.now)

    assert (again(kitchen).state, branches()) == ("retired", [])
    assert archived_commit(settings.MESH_REPOSITORY, "sandbox") == commit
    assert set(Schedule.objects.filter(kitchen=kitchen).values_list("paused", flat=True)) <= {True}
    assert Provision.objects.get(kind="teardown").state == "ready"


def test_a_retired_kitchen_is_brought_back_as_it_was(mesh, kitchen):
    mesh.write("daily", {"day.sql": "SELECT 2 AS n\n"}, kitchen)
    commit = MeshRepository(settings.MESH_REPOSITORY).head(kitchen.branch)
    retire_kitchen(again(kitchen), by=THE_HUB, now=mesh.now)

    back = restore_kitchen(again(kitchen), by=THE_HUB, now=mesh.now + timedelta(days=6))

    assert back.state == "ready"
    assert back.ends_on == (mesh.now + timedelta(days=13)).date()
    assert MeshRepository(settings.MESH_REPOSITORY).head(kitchen.branch) == commit
    assert archived_commit(settings.MESH_REPOSITORY, "sandbox") is None
    assert mesh.run("daily", kitchen=back).status == "succeeded"
    assert restore_kitchen(back, by=THE_HUB, now=mesh.now).state == "ready"


def test_after_a_week_or_below_a_retired_parent_there_is_no_way_back(mesh, kitchen):
    child = mesh.child("other")
    Kitchen.objects.filter(pk=child.pk).update(parent=kitchen)
    for one in (child, kitchen):
        retire_kitchen(again(one), by=THE_HUB, now=mesh.now)

    with pytest.raises(ConflictError, match="parent"):
        restore_kitchen(again(child), by=THE_HUB, now=mesh.now)
    with pytest.raises(ConflictError, match="any more"):
        restore_kitchen(again(kitchen), by=THE_HUB, now=mesh.now + WEEK)


def test_only_who_may_retire_may_bring_back(mesh, kitchen):
    retire_kitchen(kitchen, by=THE_HUB, now=mesh.now)

    with pytest.raises(NotAllowedError):
        restore_kitchen(again(kitchen), by=Actor(None, "eve", "viewer"), now=mesh.now)


def test_purging_removes_what_is_the_kitchens_own_and_keeps_the_facts(mesh, kitchen):
    mesh.write("daily", {"day.sql": "SELECT 2 AS n\n"}, kitchen)
    run = mesh.run("daily", kitchen=again(kitchen))
    secrets.set_secret(name="token", value="s3cret-value", kitchen=kitchen, by=THE_HUB, now=mesh.now)
    retire_kitchen(again(kitchen), by=THE_HUB, now=mesh.now)

    gone = purge_kitchen(again(kitchen), by=THE_HUB, now=mesh.now + WEEK)

    assert (gone.state, gone.gone_at) == ("gone", mesh.now + WEEK)
    assert not gone.secrets.exists()
    assert archived_commit(settings.MESH_REPOSITORY, "sandbox") is None
    assert gone.revisions.count() == 3
    assert gone.runs.get().pk == run.pk
    said = " ".join(ProvisionStep.objects.filter(provision__digest="purge").values_list("log", flat=True))
    assert "1 secret and 0 connections removed." in said
    assert "1 snapshot of its own" in said
    assert purge_kitchen(gone, by=THE_HUB, now=mesh.now + WEEK).state == "gone"
    with pytest.raises(ConflictError):
        restore_kitchen(gone, by=THE_HUB, now=mesh.now + WEEK)


def test_a_kitchen_is_not_cleaned_early_nor_before_its_children(mesh, kitchen):
    retire_kitchen(kitchen, by=THE_HUB, now=mesh.now)
    with pytest.raises(ConflictError, match="seven days"):
        purge_kitchen(again(kitchen), by=THE_HUB, now=mesh.now + WEEK - timedelta(seconds=1))

    child = mesh.child("other")
    Kitchen.objects.filter(pk=child.pk).update(parent=kitchen)
    with pytest.raises(ConflictError, match="still reads its data"):
        purge_kitchen(again(kitchen), by=THE_HUB, now=mesh.now + WEEK)


def test_what_cannot_be_removed_is_listed_and_tried_again(mesh, kitchen, monkeypatch):
    made = Provision.objects.create(kitchen=kitchen, plan={}, digest="x", state="ready", started_at=mesh.now)
    undo = {"ingredient": "flights/infra/drop", "values": {"name": "db"}}
    made.steps.create(place=0, kind="ingredient", title="Database", undo=undo, state="done")
    asked = []
    monkeypatch.setattr(ports, "place_ingredient", lambda *a, **k: asked.append(a[1:]) or len(asked))
    monkeypatch.setattr(ports, "state_of_run", lambda run: "It answers no more." if run == 1 else "green")
    retire_kitchen(kitchen, by=THE_HUB, now=mesh.now)

    gone = purge_kitchen(again(kitchen), by=THE_HUB, now=mesh.now + WEEK)

    end = end_of_life(gone, mesh.now + WEEK)
    assert gone.state == "gone"
    assert [(step.title, "It answers no more." in step.fault) for step in end.left] == [("Database", True)]
    assert "1 thing could not be removed" in end.sentence
    teardown.retry(Provision.objects.get(digest="purge"), by=THE_HUB, now=mesh.now + WEEK)
    assert end_of_life(gone, mesh.now + WEEK).left == []
    assert asked == [("flights/infra/drop", {"name": "db"})] * 2


def test_an_end_that_waits_for_a_run_goes_on_by_itself(mesh, kitchen, monkeypatch):
    made = Provision.objects.create(kitchen=kitchen, plan={}, digest="x", state="ready", started_at=mesh.now)
    made.steps.create(
        place=0, kind="ingredient", title="Database", undo={"ingredient": "a", "values": {}}, state="done"
    )
    states = iter(["", "", "green"])
    monkeypatch.setattr(ports, "place_ingredient", lambda *a, **k: 7)
    monkeypatch.setattr(ports, "state_of_run", lambda run: next(states))
    retire_kitchen(kitchen, by=THE_HUB, now=mesh.now)

    for _ in range(3):
        ProvisionStep.objects.update(lease_until=None)
        upkeep.work(mesh.now + WEEK)

    assert again(kitchen).state == "gone"


def test_a_kitchen_that_somebody_archives_just_now_is_cleaned_later_and_not_complained_of(
    mesh, kitchen, caplog
):
    retire_kitchen(kitchen, by=THE_HUB, now=mesh.now)
    Provision.objects.filter(digest="retire").update(state="creating")
    held = ProvisionStep.objects.filter(provision__digest="retire")
    held.update(state="running", lease_until=timezone.now() + WEEK)

    upkeep.work(mesh.now + WEEK)
    assert again(kitchen).state == "retired"
    held.update(lease_until=None)
    upkeep.work(mesh.now + WEEK)

    assert again(kitchen).state == "gone"
    assert [record.getMessage() for record in caplog.records] == []


def test_an_expired_kitchen_retires_by_itself_and_is_cleaned_a_week_later(mesh, kitchen):
    end = at_its_end(kitchen, mesh)

    upkeep.work(end - timedelta(seconds=1))
    assert again(kitchen).state == "ready"
    upkeep.work(end)
    assert again(kitchen).state == "retired"
    upkeep.work(end + WEEK)
    assert again(kitchen).state == "gone"


def test_what_keeps_a_kitchen_past_its_end_is_said_and_goes_once_it_is_extended(mesh, kitchen):
    end = at_its_end(kitchen, mesh)
    revision = Revision.objects.filter(kitchen=kitchen).get()
    request = MergeRequest.objects.create(
        source=kitchen, target=mesh.kitchen, title="Faster", source_revision=revision,
        target_revision=revision.parent_revision, opened_at=mesh.now,
    )  # fmt: skip

    expiry.expire(end)
    expiry.expire(end)

    assert again(kitchen).state == "ready"
    assert again(kitchen).state_note == (
        f"It ended on {kitchen.ends_on:%-d %B} but goes on, because the merge request {request.pk} (Faster) is open."
    )
    extend_kitchen(again(kitchen), ends_on=(end + timedelta(days=3)).date(), by=THE_HUB, now=end)
    assert again(kitchen).state_note == ""


def test_a_warning_is_given_twice_and_shown_to_the_owner(mesh, kitchen):
    ann = make_person("ann", "developer")
    Kitchen.objects.filter(pk=kitchen.pk).update(owner=ann)
    end = at_its_end(kitchen, mesh)

    for hours in (80, 71, 70, 23, 22):
        expiry.warn(end - timedelta(hours=hours))

    assert AuditEntry.objects.filter(what="kitchen.warned").count() == 2
    (said,) = endings_of(ann.pk, end - timedelta(hours=22))
    assert said.sentence.startswith("sandbox ends in 22 h.")
    assert endings_of(make_person("bob").pk, end) == []


def test_idle_upkeep_costs_fourteen_queries(mesh, kitchen, django_assert_num_queries):
    with django_assert_num_queries(14):
        upkeep.work(mesh.now)


def test_tidy_removes_an_archive_that_nobody_needs(mesh, kitchen):
    retire_kitchen(kitchen, by=THE_HUB, now=mesh.now)
    Kitchen.objects.filter(pk=kitchen.pk).update(state="ready")

    assert tidy(by=THE_HUB, now=mesh.now).mended == ("sandbox",)
    assert archived_commit(settings.MESH_REPOSITORY, "sandbox") is None
    assert branches() == ["sandbox"]
