"""The ledger decides, the branch follows; nothing that was committed is lost."""

from __future__ import annotations

import pytest
from django.conf import settings

from hub.common.errors import ConflictError
from kitchens.actions import merges, revisions
from kitchens.actions.branches import heal_branch
from kitchens.actions.tidy import tidy
from kitchens.core.branches import put_branch
from kitchens.core.git import Author, MeshRepository
from kitchens.core.git.merging import commit_tree, tree_of
from kitchens.core.roles import THE_HUB
from kitchens.models import AuditEntry, Kitchen
from kitchens.queries.data import newest
from recipes.actions.files import follow_branch, save_files
from tests.changing import NOW, commit, green, kitchen_of, mesh, request_of

NOTES = "domains/sales/notes.md"
ANN = Author("Ann", "ann@example.org")


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return mesh()


@pytest.fixture
def repository(production) -> MeshRepository:
    return MeshRepository(settings.MESH_REPOSITORY)


@pytest.fixture
def behind(production, repository) -> str:
    """Leave the branch where a crash between ledger and branch leaves it, and return its tip."""
    tip = repository.head("main")
    kitchen = kitchen_of(production)
    commit(kitchen, {NOTES: b"merged\n"})
    merges.merge(green(request_of(kitchen)), by=THE_HUB, now=NOW)
    put_branch(settings.MESH_REPOSITORY, "main", tip)
    return tip


def test_a_branch_that_is_behind_goes_forward(production, repository, behind):
    assert heal_branch(production).what == "forward"

    assert repository.head("main") == newest(production).commit
    assert heal_branch(production).what == "same"


def test_tidying_does_it_as_well(production, repository, behind):
    tidy(by=THE_HUB, now=NOW)

    assert repository.head("main") == newest(production).commit


def test_following_the_branch_never_drops_a_merge(production, repository, behind):
    merged = newest(production)

    assert follow_branch(production, by=THE_HUB, now=NOW) == merged
    assert newest(production) == merged


def test_a_commit_after_a_crash_is_made_on_top_of_the_merge(production, repository, behind):
    merged = newest(production).commit

    saved = commit(production, {"README.md": b"after\n"})

    assert repository.contains(saved.commit, merged)
    assert repository.read_file(saved.commit, NOTES) == b"merged\n"


def test_a_commit_on_the_old_tip_is_refused_and_said(production, repository, behind):
    with pytest.raises(ConflictError):
        save_files(production, {"README.md": b"x"}, message="m", by=THE_HUB, now=NOW, expected_commit=behind)


def test_a_tip_the_ledger_does_not_know_yet_is_followed(production, repository):
    tip = repository.commit(
        "main",
        expected=repository.head("main"),
        changes={NOTES: b"pushed\n"},
        author=ANN,
        message="m",
        at=NOW,
    )

    assert heal_branch(production).what == "ahead"
    assert repository.head("main") == tip
    assert follow_branch(production, by=THE_HUB, now=NOW).commit == tip


def test_a_merge_takes_what_was_pushed_and_not_yet_followed_into_account(production, repository):
    kitchen = kitchen_of(production)
    commit(kitchen, {NOTES: b"merged\n"})
    request = green(request_of(kitchen))
    tip = repository.commit(
        "main", expected=repository.head("main"), changes={"README.md": b"x"}, author=ANN, message="m", at=NOW
    )

    with pytest.raises(merges.GatesClosedError):
        merges.merge(request, by=THE_HUB, now=NOW)
    assert newest(production).commit == tip
    revision = merges.merge(green(request), by=THE_HUB, now=NOW)
    assert repository.contains(revision.commit, tip)


def test_a_tip_that_went_another_way_is_kept_beside_and_the_ledger_wins(production, repository):
    first = repository.head("main")
    tree = tree_of(repository, first)
    ledger, stray = (
        commit_tree(repository, tree, parents=(first,), author=ANN, message=text, at=NOW)
        for text in ("ledger", "stray")
    )
    revisions.append(production, cause="commit", by=THE_HUB, at=NOW, commit=ledger)
    put_branch(settings.MESH_REPOSITORY, "main", stray)

    healed = heal_branch(production)

    assert (healed.what, healed.kept_as) == ("replaced", f"refs/left/main/{stray[:12]}")
    assert repository.head("main") == ledger
    assert str(repository.handle.references[healed.kept_as].target) == stray
    assert AuditEntry.objects.get(what="branch.replaced").details["tip"] == stray
    assert newest(production).commit == ledger


def test_a_lost_branch_is_made_again(production, repository):
    kitchen = kitchen_of(production)
    repository.handle.references.delete(f"refs/heads/{kitchen.branch}")

    assert heal_branch(kitchen).what == "made"
    assert repository.head(kitchen.branch) == newest(kitchen).commit
