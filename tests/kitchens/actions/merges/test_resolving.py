"""Conflicts are resolved file by file; a decision about other versions does not count."""

from __future__ import annotations

import pytest
from django.conf import settings

from hub.common.errors import ConflictError, InvalidError, MissingError, NotAllowedError
from kitchens.actions import merges
from kitchens.core.git import MeshRepository
from kitchens.core.merging import Resolution
from kitchens.core.roles import THE_HUB, Actor
from kitchens.models import Kitchen, MergeRequest
from kitchens.queries.merges.looks import look
from tests.changing import NOW, commit, green, kitchen_of, mesh, request_of

NOTES = "domains/sales/notes.md"
PICTURE = "domains/sales/picture.png"


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return mesh({NOTES: b"one\ntwo\nthree\n", PICTURE: bytes(range(256))})


@pytest.fixture
def request_(production) -> MergeRequest:
    kitchen = kitchen_of(production)
    commit(kitchen, {NOTES: b"one\nours\nthree\n", PICTURE: bytes(range(255))})
    commit(production, {NOTES: b"one\ntheirs\nthree\n", PICTURE: bytes(range(254))})
    return request_of(kitchen)


def sides(request: MergeRequest, path: str) -> tuple[str, str, str]:
    return next(one.sides for one in look(request).preview.conflicts if one.path == path)


def resolve(request: MergeRequest, path: str, take: str, **more) -> MergeRequest:
    told = Resolution(take, sides(request, path), **more)
    return merges.resolve(request, path, told, by=THE_HUB, now=NOW)


def merged(request: MergeRequest, path: str = NOTES) -> bytes:
    revision = merges.merge(green(request), by=THE_HUB, now=NOW)
    return MeshRepository(settings.MESH_REPOSITORY).read_file(revision.commit, path)


def test_no_candidate_is_built_while_a_conflict_is_open(request_):
    with pytest.raises(ConflictError, match="Both sides changed"):
        merges.start_candidate(request_, by=THE_HUB, now=NOW)


@pytest.mark.parametrize(
    ("take", "more", "expected"),
    [
        ("source", {}, b"one\nours\nthree\n"),
        ("target", {}, b"one\ntheirs\nthree\n"),
        ("hunks", {"hunks": ("both",)}, b"one\ntheirs\nours\nthree\n"),
        ("hunks", {"hunks": ("base",)}, b"one\ntwo\nthree\n"),
        ("text", {"text": "quite different\n"}, b"quite different\n"),
        ("text", {"text": ""}, b""),
    ],
)
def test_a_file_becomes_what_was_decided(request_, take, more, expected):
    request = resolve(request_, NOTES, take, **more)
    request = resolve(request, PICTURE, "source")

    assert merged(request) == expected


def test_a_file_that_is_not_text_is_taken_whole_or_deleted(request_):
    with pytest.raises(InvalidError, match="no hunks"):
        resolve(request_, PICTURE, "hunks", hunks=("source",))
    request = resolve(request_, PICTURE, "target")
    request = resolve(request, NOTES, "source")

    assert merged(request, PICTURE) == bytes(range(254))


def test_a_deleted_file_is_gone(request_):
    request = resolve(resolve(request_, NOTES, "delete"), PICTURE, "delete")

    with pytest.raises(MissingError):
        merged(request)


def test_a_decision_about_another_version_is_refused(request_, production):
    old = sides(request_, NOTES)
    commit(production, {NOTES: b"one\nnewer\nthree\n"})

    with pytest.raises(ConflictError, match="has changed since you looked"):
        merges.resolve(request_, NOTES, Resolution("source", old), by=THE_HUB, now=NOW)


def test_a_kept_decision_counts_no_longer_once_a_side_changes_and_that_is_said(request_, production):
    request = resolve(request_, NOTES, "source")
    commit(production, {NOTES: b"one\nnewer\nthree\n"})

    found = look(request).preview

    assert [one.path for one in found.open] == [NOTES, PICTURE]
    assert found.ignored == ((NOTES, "A side has changed since this was resolved; look at it once more."),)


def test_another_decision_makes_candidate_and_approvals_void(request_):
    request = green(resolve(resolve(request_, NOTES, "source"), PICTURE, "source"))
    before, candidate = look(request).digest, request.candidate

    request = resolve(request, NOTES, "target")

    assert look(request).digest != before
    assert request.candidate_state == "void"
    candidate.refresh_from_db()
    assert candidate.state == "gone"


def test_the_same_decision_twice_changes_nothing(request_):
    request = resolve(request_, NOTES, "source")
    events = request.events.count()

    resolve(request, NOTES, "source")

    assert request.events.count() == events


def test_a_decision_can_be_taken_back(request_):
    request = resolve(request_, NOTES, "source")

    request = merges.resolve(request, NOTES, None, by=THE_HUB, now=NOW)

    assert request.resolutions == {}


@pytest.mark.parametrize("picks", [(), ("source", "source"), ("neither",)])
def test_choices_have_to_fit_the_hunks(request_, picks):
    with pytest.raises(InvalidError):
        resolve(request_, NOTES, "hunks", hunks=picks)


def test_a_file_without_conflict_is_not_resolved(request_):
    with pytest.raises(MissingError, match="not in conflict"):
        merges.resolve(request_, "README.md", Resolution("source", ("", "", "")), by=THE_HUB, now=NOW)


def test_a_viewer_resolves_nothing(request_):
    told = Resolution("source", sides(request_, NOTES))

    with pytest.raises(NotAllowedError):
        merges.resolve(request_, NOTES, told, by=Actor(None, "Vi", "viewer"), now=NOW)
