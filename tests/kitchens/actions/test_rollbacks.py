"""Rolling back makes an earlier revision the newest: files, data, and the facts of what is out again."""

from __future__ import annotations

import pytest
from django.conf import settings

from hub.common.errors import ConflictError, InvalidError, NotAllowedError
from kitchens.actions import merges, revisions
from kitchens.actions.rollbacks import roll_back
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import AuditEntry, Change, Kitchen, MergeRequest, Revision
from kitchens.queries.data import newest
from kitchens.queries.rollbacks import preview_rollback, usual_target
from tests.changing import NOW, commit, green, kitchen_of, later, mesh, publish, read, request_of

NOTES = "domains/sales/notes.md"
EXTRA = "domains/sales/extra.md"


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return mesh()


def file(kitchen: Kitchen, path: str = NOTES) -> bytes:
    return MeshRepository(settings.MESH_REPOSITORY).read_file(newest(kitchen).commit, path)


def merged(production: Kitchen, files, name: str = "late-flights", built: str = "") -> MergeRequest:
    kitchen = Kitchen.objects.filter(slug=name).first() or kitchen_of(production, name)
    commit(kitchen, files)
    request = merges.start_candidate(request_of(kitchen), by=THE_HUB, now=NOW)
    if built:
        publish(request.candidate, "sales.orders", built)
    merges.candidate_settled(request.pk, green=True, note="", now=NOW)
    merges.merge(request, by=THE_HUB, now=later(5))
    return request


def test_files_and_data_are_those_of_then_on_top_of_history(production):
    publish(production, "sales.orders", "old")
    then = newest(production)
    request = merged(production, {NOTES: b"worse\n"}, built="worse")
    publish(production, "sales.added", "since")
    before = newest(production)

    revision = roll_back(production, then, by=THE_HUB, now=later(9), note="Wrong sums")

    repository = MeshRepository(settings.MESH_REPOSITORY)
    assert (revision.cause, revision.note) == ("rollback", f"Back to revision {then.number}. Wrong sums")
    assert repository.contains(revision.commit, before.commit)
    assert repository.head("main") == revision.commit
    assert file(production).startswith(b"one\ntwo\n")
    assert (read(production, "sales.orders"), read(production, "sales.added")) == ("old", "")
    change = Change.objects.get(request=request)
    assert (change.state, change.rolled_back_at) == ("rolled_back", later(9))
    assert "is out again" in request.events.get(what="rolled_back").sentence
    assert AuditEntry.objects.filter(what="kitchen.rolled_back").exists()


def test_values_go_back_only_when_asked_for(production):
    then = revisions.append(production, cause="override", by=THE_HUB, at=NOW, overrides={"day": "1"})
    revisions.append(production, cause="override", by=THE_HUB, at=NOW, overrides={"day": "2"})
    commit(production, {NOTES: b"x\n"})

    assert roll_back(production, then, by=THE_HUB, now=NOW).overrides == {"day": "2"}
    assert roll_back(production, then, by=THE_HUB, now=NOW, overrides=True).overrides == {"day": "1"}


def test_twice_there_is_nothing_to_roll_back(production):
    then = newest(production)
    commit(production, {NOTES: b"x\n"})
    roll_back(production, then, by=THE_HUB, now=NOW)

    with pytest.raises(ConflictError, match="already"):
        roll_back(production, then, by=THE_HUB, now=NOW)


def test_an_operator_rolls_back_and_a_developer_does_not(production):
    then = newest(production)
    commit(production, {NOTES: b"x\n"})

    with pytest.raises(NotAllowedError):
        roll_back(production, then, by=Actor(None, "Dee", "developer"), now=NOW)
    assert roll_back(production, then, by=Actor(None, "Op", "operator"), now=NOW).cause == "rollback"


def test_a_revision_of_another_kitchen_is_refused(production):
    kitchen = kitchen_of(production)

    with pytest.raises(InvalidError, match="not a revision"):
        roll_back(production, newest(kitchen), by=THE_HUB, now=NOW)


def test_a_kitchen_below_gets_its_pin_and_its_own_data_back(production):
    publish(production, "sales.orders", "old")
    kitchen = kitchen_of(production)
    then = publish(kitchen, "sales.daily", "own")
    publish(production, "sales.orders", "new")
    merges.merge_down(kitchen, by=THE_HUB, now=NOW)
    publish(kitchen, "sales.daily", "other")
    publish(kitchen, "sales.tried", "experiment")

    roll_back(kitchen, then, by=THE_HUB, now=NOW)

    found = [read(kitchen, name) for name in ("sales.orders", "sales.daily", "sales.tried")]
    assert found == ["old", "own", ""]


def test_a_kitchen_mended_after_a_roll_back_brings_everything_again(production):
    then = newest(production)
    merged(production, {NOTES: b"better\n", EXTRA: b"with a fault\n"})
    roll_back(production, then, by=THE_HUB, now=NOW)

    merged(production, {EXTRA: b"mended\n"})

    assert (file(production), file(production, EXTRA)) == (b"better\n", b"mended\n")


def test_a_roll_back_of_several_merges_brings_only_ones_own_again(production):
    then = newest(production)
    merged(production, {NOTES: b"first\n"}, "first-one")
    merged(production, {EXTRA: b"second\n"}, "second-one")
    roll_back(production, then, by=THE_HUB, now=NOW)

    merged(production, {"domains/sales/more.md": b"more\n"}, "first-one")

    assert file(production) == b"first\n"
    with pytest.raises(Exception, match="no file"):
        file(production, EXTRA)


def test_what_is_out_already_is_not_marked_again(production):
    first = newest(production)
    second = commit(production, {EXTRA: b"extra\n"})
    request = merged(production, {NOTES: b"better\n"})

    roll_back(production, second, by=THE_HUB, now=NOW)
    roll_back(production, first, by=THE_HUB, now=later(1))

    assert request.events.filter(what="rolled_back").count() == 1
    assert Change.objects.get(request=request).rolled_back_at == NOW


def test_a_kitchen_that_was_never_in_it_merges_as_ever(production):
    then = newest(production)
    other = kitchen_of(production, "other")
    commit(other, {EXTRA: b"other\n"})
    merged(production, {NOTES: b"better\n"})
    roll_back(production, then, by=THE_HUB, now=NOW)

    merges.merge(green(request_of(other)), by=THE_HUB, now=NOW)

    assert file(production).startswith(b"one\n")
    assert file(production, EXTRA) == b"other\n"


def test_the_preview_says_what_would_be_and_what_would_not(production):
    publish(production, "sales.orders", "old")
    then = revisions.append(production, cause="override", by=THE_HUB, at=NOW, overrides={"day": "1"})
    revisions.append(production, cause="override", by=THE_HUB, at=NOW, overrides={"day": "2"})
    request = merged(production, {NOTES: b"worse\n"}, built="worse")
    publish(production, "sales.added", "since")

    found = preview_rollback(production, then)

    assert [change.path for change in found.files] == [NOTES]
    assert (found.datasets, found.removed) == (("sales.added", "sales.orders"), ("sales.added",))
    assert (found.values, found.merges, found.domains) == (("day",), (request,), ("sales",))
    assert found.cannot[0].startswith("What 1 run since sent to the outside")
    assert "late-flights stands on a later revision" in found.cannot[1]
    assert not found.nothing


def test_the_usual_target_is_the_revision_before_the_newest_merge(production):
    assert usual_target(production) is None
    before = newest(production)
    merged(production, {NOTES: b"worse\n"})
    publish(production, "sales.orders", "since")

    assert usual_target(production) == before
    assert Revision.objects.filter(kitchen=production, cause="merge").count() == 1
