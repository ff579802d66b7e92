"""The branch follows the ledger, and never the other way round by itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory

from kitchens.actions.branches import heal_branch, heal_branches
from kitchens.actions.kitchens import create_production
from kitchens.actions.revisions import append
from kitchens.core.git import Author, MeshRepository
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from kitchens.queries.data import newest

NOW = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)


@pytest.fixture
def production(db, hub_home) -> Kitchen:
    return create_production(by=THE_HUB, now=NOW)


def prepared(kitchen: Kitchen, name: str = "x") -> str:
    return MeshRepository(settings.MESH_REPOSITORY).prepare(
        expected=newest(kitchen).commit, changes={name: b"x"}, author=Author("A"), message="M", at=NOW
    )


def test_a_branch_behind_the_ledger_is_moved_to_it(production):
    repository = MeshRepository(settings.MESH_REPOSITORY)
    assert not heal_branch(production)
    made = prepared(production)
    append(production, cause="commit", by=THE_HUB, at=NOW, commit=made)

    assert heal_branches([production.pk]) == 1

    assert repository.head("main") == made
    assert heal_branches([]) == 0


def test_a_branch_ahead_or_elsewhere_is_left_alone(production):
    repository = MeshRepository(settings.MESH_REPOSITORY)
    first = newest(production).commit
    ahead, beside = prepared(production, "ahead"), prepared(production, "beside")
    repository.move("main", expected=first, to=ahead)
    assert not heal_branch(production)
    append(production, cause="commit", by=THE_HUB, at=NOW, commit=beside)

    assert not heal_branch(production)
    assert repository.head("main") == ahead


def test_the_page_says_how_to_clone(production):
    request = RequestFactory().get("/", headers={"Host": "127.0.0.1:8000"})
    text = render_to_string(
        "kitchens/parts/clone.html", {"kitchen": production, "may_change": True, "request": request}
    )

    assert "git clone --branch main http://127.0.0.1:8000/git/mesh.git" in text
    assert "git push" in text
    production.protected = True
    text = render_to_string(
        "kitchens/parts/clone.html", {"kitchen": production, "may_change": True, "request": request}
    )
    assert "git push" not in text
