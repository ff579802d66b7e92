"""The trial of changes, in short; and that its proof sees what is half done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from hub.trials.changes import proof
from kitchens.actions.kitchens import create_kitchen
from kitchens.actions.retire import retire_kitchen
from kitchens.core.branches import drop_archived, drop_branch, put_branch
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen, MergeRequest
from kitchens.queries.data import newest
from tests.changing import ENDS, NOW, commit, green, kitchen_of, mesh, request_of

ROOT = Path(__file__).parents[3]


@pytest.fixture
def root(db, hub_home) -> Kitchen:
    return mesh()


@pytest.mark.one_database
@pytest.mark.trial
def test_a_few_random_kills_leave_nothing_half_done():
    surroundings = {
        key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "HUB_HOME")
    }
    command = [sys.executable, "manage.py", "trial_changes", "--kills=4", "--seed=5"]

    ran = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=240)

    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    told = json.loads(ran.stdout.splitlines()[-1])
    assert (sum(told["kills"].values()), told["violations"]) == (4, [])


def test_a_mesh_at_rest_violates_nothing(root):
    request = green(request_of(_changed(root)))
    retire_kitchen(kitchen_of(root, "ended"), by=THE_HUB, now=NOW)

    assert proof.violations() == []
    assert request.candidate.state == "ready"


def test_a_branch_that_is_not_where_the_ledger_is_is_seen(root):
    kitchen = _changed(root)
    put_branch(settings.MESH_REPOSITORY, kitchen.branch, newest(root).commit)

    assert proof.violations() == ["late-flights: branch and ledger differ."]


def test_a_branch_without_a_kitchen_and_an_archive_without_a_reason_are_seen(root):
    put_branch(settings.MESH_REPOSITORY, "kitchens/nobody", newest(root).commit)
    kitchen = retire_kitchen(kitchen_of(root, "ended"), by=THE_HUB, now=NOW)
    drop_archived(settings.MESH_REPOSITORY, kitchen.slug)

    assert proof.violations() == [
        "The branch nobody has no kitchen in use.",
        "ended is retired without an archive.",
    ]


def test_a_revision_that_is_missing_is_seen(root):
    kitchen = create_kitchen(name="half", parent=root, ends_on=ENDS, by=THE_HUB, now=NOW)
    Kitchen.objects.filter(pk=kitchen.pk).update(head=2)

    assert "half has the revisions [1] and the head 2." in proof._numbers()


def test_half_a_merge_is_seen(root):
    request = green(request_of(_changed(root)))
    MergeRequest.objects.filter(pk=request.pk).update(state="merged")

    assert f"Request {request.pk} is merged without a revision." in proof.violations()


def test_a_candidate_that_is_gone_is_seen(root):
    request = green(request_of(_changed(root)))
    Kitchen.objects.filter(pk=request.candidate_id).update(state="gone")
    drop_branch(settings.MESH_REPOSITORY, request.candidate.branch)

    assert proof.violations() == [f"Request {request.pk} has a green candidate that is not there."]


def _changed(root: Kitchen) -> Kitchen:
    kitchen = kitchen_of(root)
    commit(kitchen, {"domains/sales/more.md": b"more\n"})
    return kitchen
