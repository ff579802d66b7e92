"""A merge is one revision of its target, with files and data together; or nothing, and a sentence that says why."""

from __future__ import annotations

import pytest
from django.conf import settings

from hub.common.errors import ConflictError, NotAllowedError
from kitchens.actions import merges
from kitchens.actions.merges import GatesClosedError
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import AuditEntry, Change, Kitchen, Revision
from kitchens.queries.data import newest
from tests.changing import NOW, commit, green, kitchen_of, later, mesh, publish, read, request_of

NOTES = "domains/sales/notes.md"


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return mesh()


def changed(production: Kitchen, name: str = "late-flights", text: bytes = b"one\nTWO\nthree\n") -> Kitchen:
    kitchen = kitchen_of(production, name)
    commit(kitchen, {NOTES: text})
    return kitchen


def test_a_merge_is_one_revision_of_the_target_and_its_branch_is_there(production):
    kitchen = changed(production)
    request = green(request_of(kitchen))
    before = newest(production)

    revision = merges.merge(request, by=THE_HUB, now=later(5))

    repository = MeshRepository(settings.MESH_REPOSITORY)
    assert (revision.number, revision.cause) == (before.number + 1, "merge")
    assert revision.commit == request.candidate_commit == repository.head("main")
    assert repository.read_file(revision.commit, NOTES) == b"one\nTWO\nthree\n"
    assert (
        repository.commit_object(revision.commit).parent_ids[0] == repository.commit_object(before.commit).id
    )
    assert AuditEntry.objects.filter(what="merge.published", subject="production").exists()


def test_the_data_the_candidate_wrote_comes_along_in_the_same_revision(production):
    publish(production, "sales.orders", "old")
    kitchen = changed(production)
    publish(kitchen, "sales.orders", "of-the-kitchen")
    request = merges.start_candidate(request_of(kitchen), by=THE_HUB, now=NOW)
    publish(request.candidate, "sales.orders", "built")
    merges.candidate_settled(request.pk, green=True, note="", now=NOW)

    revision = merges.merge(request, by=THE_HUB, now=later(5))

    assert newest(production) == revision
    assert read(production, "sales.orders") == "built"


def test_the_source_mirrors_its_parent_again(production):
    kitchen = changed(production)
    publish(kitchen, "sales.orders", "own")
    publish(kitchen, "sales.tried", "experiment")
    request = merges.start_candidate(request_of(kitchen), by=THE_HUB, now=NOW)
    publish(request.candidate, "sales.orders", "built")
    merges.candidate_settled(request.pk, green=True, note="", now=NOW)

    revision = merges.merge(request, by=THE_HUB, now=later(5))

    mirror = newest(kitchen)
    assert (mirror.parent_revision, mirror.commit, mirror.cause) == (revision, revision.commit, "merge")
    assert MeshRepository(settings.MESH_REPOSITORY).head(kitchen.branch) == revision.commit
    assert (read(kitchen, "sales.orders"), read(kitchen, "sales.tried")) == ("built", "experiment")
    assert mirror.pointers.get().dataset.name == "sales.tried"


def test_earlier_revisions_of_the_source_read_as_they_did(production):
    from kitchens.queries.data import resolve

    kitchen = changed(production)
    then = publish(kitchen, "sales.orders", "own")
    request = merges.start_candidate(request_of(kitchen), by=THE_HUB, now=NOW)
    publish(request.candidate, "sales.orders", "built")
    merges.candidate_settled(request.pk, green=True, note="", now=NOW)
    merges.merge(request, by=THE_HUB, now=later(5))

    assert resolve(kitchen, at=then)["sales.orders"].parts[0].name.endswith("own.parquet")


def test_without_a_green_candidate_nothing_is_merged(production):
    request = request_of(changed(production))

    with pytest.raises(GatesClosedError) as fault:
        merges.merge(request, by=THE_HUB, now=later(5))

    assert [gate.name for gate in fault.value.gates] == ["candidate"]
    assert newest(production).cause == "commit"
    assert Revision.objects.filter(kitchen=production).count() == newest(production).number


def test_a_red_candidate_keeps_the_gate_closed_and_says_why(production):
    request = merges.start_candidate(request_of(changed(production)), by=THE_HUB, now=NOW)
    merges.candidate_settled(request.pk, green=False, note="Test no flight twice failed.", now=NOW)

    with pytest.raises(GatesClosedError, match="Test no flight twice failed"):
        merges.merge(request, by=THE_HUB, now=later(5))


def test_merged_twice_is_merged_once(production):
    request = green(request_of(changed(production)))

    first = merges.merge(request, by=THE_HUB, now=later(5))

    assert merges.merge(request, by=THE_HUB, now=later(6)) == first
    assert newest(production) == first


def test_a_viewer_merges_nothing(production):
    request = green(request_of(changed(production)))

    with pytest.raises(NotAllowedError):
        merges.merge(request, by=Actor(None, "Vi", "viewer"), now=later(5))


def test_whoever_comes_second_is_told_who_was_first(production):
    first, second = changed(production), changed(production, "other", b"one\ntwo\nthree\nfour\nFIVE\n")
    commit(second, {NOTES: b"one\ntwo\nthree\nfour\nfive\nsix\nSEVEN\n"})
    commit(first, {NOTES: b"ONE\ntwo\nthree\nfour\nfive\nsix\nseven\n"})
    one, two = green(request_of(first)), green(request_of(second, title="Seventh line"))
    merges.merge(one, by=Actor(None, "Ada", "developer"), now=later(64))

    with pytest.raises(GatesClosedError, match="built of something that has changed"):
        merges.merge(two, by=THE_HUB, now=later(70))

    said = two.events.get(what="target.moved").sentence
    assert "merged “Better joins" in said
    assert "at 10:04" in said
    revision = merges.merge(green(two, now=later(71)), by=THE_HUB, now=later(72))
    merged = MeshRepository(settings.MESH_REPOSITORY).read_file(revision.commit, NOTES)
    assert merged == b"ONE\ntwo\nthree\nfour\nfive\nsix\nSEVEN\n"


def test_other_data_published_in_the_target_does_not_matter(production):
    publish(production, "sales.orders", "old")
    request = merges.start_candidate(request_of(changed(production)), by=THE_HUB, now=NOW)
    publish(request.candidate, "sales.daily", "built")
    merges.candidate_settled(request.pk, green=True, note="", now=NOW)
    publish(production, "sales.orders", "newer")

    merges.merge(request, by=THE_HUB, now=later(5))

    assert (read(production, "sales.orders"), read(production, "sales.daily")) == ("newer", "built")


def test_data_the_candidate_wrote_that_moved_in_the_target_makes_it_void_and_it_is_built_again(production):
    publish(production, "sales.orders", "old")
    request = merges.start_candidate(request_of(changed(production)), by=THE_HUB, now=NOW)
    publish(request.candidate, "sales.orders", "built")
    merges.candidate_settled(request.pk, green=True, note="", now=NOW)
    publish(production, "sales.orders", "newer")

    with pytest.raises(GatesClosedError):
        merges.merge(request, by=THE_HUB, now=later(5))

    request.refresh_from_db()
    assert request.candidate_state == "void"
    assert "sales.orders moved on in production since" in request.candidate_note
    first = request.candidate
    merges.go_on(later(6))
    request.refresh_from_db()
    assert request.candidate_state in ("building", "green")
    assert request.candidate != first
    first.refresh_from_db()
    assert first.state == "gone"
    assert MeshRepository(settings.MESH_REPOSITORY).head(first.branch) is None


def test_the_facts_of_the_change_are_written(production):
    kitchen = changed(production)
    request = green(request_of(kitchen), now=later(3))

    merges.merge(request, by=THE_HUB, now=later(5))

    change = Change.objects.get(kitchen=kitchen)
    assert (change.state, change.merged_at, change.request) == ("merged", later(5), request)
    assert (change.requested_at, change.candidate_started_at) == (NOW, later(3))
    assert (change.domains, change.commits) == (["sales"], 1)


def test_the_kitchen_may_change_and_merge_again(production):
    kitchen = changed(production)
    merges.merge(green(request_of(kitchen)), by=THE_HUB, now=later(5))
    commit(kitchen, {NOTES: b"again\n"}, now=later(6))

    second = merges.merge(green(request_of(kitchen)), by=THE_HUB, now=later(9))

    assert MeshRepository(settings.MESH_REPOSITORY).read_file(second.commit, NOTES) == b"again\n"
    assert second.number == newest(production).number
    with pytest.raises(ConflictError, match="nothing to merge"):
        request_of(kitchen)
