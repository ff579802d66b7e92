"""Merging down takes in what the parent has become, and keeps what the kitchen has of its own."""

from __future__ import annotations

import pytest
from django.conf import settings

from hub.common.errors import ConflictError, InvalidError, NotAllowedError
from kitchens.actions import merges
from kitchens.core.git import MeshRepository
from kitchens.core.merging import Resolution
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from kitchens.queries.merges.looks import look
from tests.changing import NOW, commit, kitchen_of, later, mesh, publish, read

NOTES = "domains/sales/notes.md"
LINES = [b"one", b"two", b"three", b"four", b"five", b"six", b"seven"]


def with_line(number: int, text: bytes) -> bytes:
    lines = list(LINES)
    lines[number] = text
    return b"\n".join(lines) + b"\n"


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return mesh()


def file(kitchen: Kitchen, path: str = NOTES) -> bytes:
    return MeshRepository(settings.MESH_REPOSITORY).read_file(newest(kitchen).commit, path)


def test_files_of_both_are_merged_and_the_pin_moves(production):
    kitchen = kitchen_of(production)
    commit(kitchen, {NOTES: with_line(0, b"ONE")})
    commit(production, {NOTES: with_line(6, b"SEVEN")})

    revision = merges.merge_down(kitchen, by=THE_HUB, now=NOW)

    assert file(kitchen) == with_line(0, b"ONE").replace(b"seven", b"SEVEN")
    assert (revision.cause, revision.parent_revision) == ("merge", newest(production))
    assert MeshRepository(settings.MESH_REPOSITORY).head(kitchen.branch) == revision.commit


def test_a_kitchen_without_changes_becomes_what_its_parent_is(production):
    kitchen = kitchen_of(production)
    newer = commit(production, {NOTES: with_line(6, b"SEVEN")})

    assert merges.merge_down(kitchen, by=THE_HUB, now=NOW).commit == newer.commit


def test_new_data_of_the_parent_is_seen_and_own_data_stays(production):
    publish(production, "sales.orders", "old")
    publish(production, "sales.daily", "old")
    kitchen = kitchen_of(production)
    publish(kitchen, "sales.daily", "own")
    publish(production, "sales.orders", "new")
    publish(production, "sales.daily", "new")

    revision = merges.merge_down(kitchen, by=THE_HUB, now=NOW)

    assert (read(kitchen, "sales.orders"), read(kitchen, "sales.daily")) == ("new", "own")
    assert revision.commit == newest(production).commit


def test_twice_there_is_nothing_to_take_in(production):
    kitchen = kitchen_of(production)
    commit(production, {NOTES: b"x\n"})
    merges.merge_down(kitchen, by=THE_HUB, now=NOW)

    with pytest.raises(ConflictError, match="has everything of production already"):
        merges.merge_down(kitchen, by=THE_HUB, now=NOW)


def test_production_has_nothing_above_it(production):
    with pytest.raises(InvalidError, match="no parent"):
        merges.merge_down(production, by=THE_HUB, now=NOW)


def test_a_viewer_takes_nothing_in(production):
    kitchen = kitchen_of(production)
    commit(production, {NOTES: b"x\n"})

    with pytest.raises(NotAllowedError):
        merges.merge_down(kitchen, by=Actor(None, "Vi", "viewer"), now=NOW)


def both_changed(production: Kitchen) -> Kitchen:
    kitchen = kitchen_of(production)
    commit(kitchen, {NOTES: with_line(2, b"mine")})
    commit(production, {NOTES: with_line(2, b"theirs")})
    return kitchen


def test_a_conflict_is_named_and_nothing_is_written(production):
    kitchen = both_changed(production)
    before = newest(kitchen)

    with pytest.raises(ConflictError, match=r"Both sides changed domains/sales/notes\.md"):
        merges.merge_down(kitchen, by=THE_HUB, now=NOW)

    assert newest(kitchen) == before


def test_it_goes_with_a_resolution_of_these_very_versions(production):
    kitchen = both_changed(production)
    request = merges.open_request(production, kitchen, title="Take in", by=THE_HUB, now=NOW)
    sides = look(request).preview.conflicts[0].sides

    stale = Resolution("source", ("0" * 40, *sides[1:]))
    with pytest.raises(ConflictError):
        merges.merge_down(kitchen, by=THE_HUB, now=NOW, resolutions={NOTES: stale})
    merges.merge_down(kitchen, by=THE_HUB, now=NOW, resolutions={NOTES: Resolution("source", sides)})

    assert file(kitchen) == with_line(2, b"theirs")


def test_a_request_downwards_is_resolved_and_merged_without_candidate_or_approval(production):
    kitchen = both_changed(production)
    request = merges.open_request(production, kitchen, title="Take in", by=THE_HUB, now=NOW)
    with pytest.raises(merges.GatesClosedError):
        merges.merge(request, by=THE_HUB, now=NOW)
    sides = look(request).preview.conflicts[0].sides
    taken = Resolution("hunks", sides, hunks=("both",))
    request = merges.resolve(request, NOTES, taken, by=THE_HUB, now=NOW)

    revision = merges.merge(request, by=THE_HUB, now=later(1))

    assert file(kitchen) == with_line(2, b"mine\ntheirs")
    request.refresh_from_db()
    assert (request.state, request.merged_revision) == ("merged", revision)
    assert revision.parent_revision == newest(production)
