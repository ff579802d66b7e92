"""The work on a change: a kitchen is made, one commit after the other is made in it; then the recipe is run there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from hub.demo.changes.planned import Planned
from hub.demo.edits import Edit, apply
from hub.demo.people import actor
from hub.demo.suppliers.world import dice
from kitchens.actions.kitchens import create_kitchen
from kitchens.core.git import MeshRepository
from kitchens.models import Kitchen, Revision
from kitchens.queries.data import newest
from recipes.actions.files import save_files

LIFE = timedelta(days=80)  # so long that a kitchen of the first day has not ended when the demo is started
BETWEEN = 55  # minutes between two commits, about


def begin_work(change: Planned, run_at: datetime) -> None:
    """Make the kitchen and its commits, as far as they are not there, before a run at `run_at`."""
    minutes = dice("work", change.slug).randint(35, BETWEEN)
    begun = run_at - timedelta(minutes=minutes * len(change.commits) + 10)
    kitchen = Kitchen.objects.filter(slug=change.slug).first() or create_kitchen(
        name=change.slug,
        parent=Kitchen.objects.get(tier="production"),
        ends_on=(begun + LIFE).date(),
        by=actor(change.by),
        now=begun - timedelta(minutes=25),
        title=change.title,
        description=change.intent,
    )
    there = Revision.objects.filter(kitchen=kitchen, cause="commit").count()
    for number, commit in enumerate(change.commits[there:], start=there):
        at = begun + timedelta(minutes=minutes * number)
        commit_edits(kitchen, commit.edits, commit.message, change.by, at)


def commit_edits(kitchen: Kitchen, edits: Iterable[Edit], message: str, by: str, at: datetime) -> None:
    """Commit edits of the files as they are now in the kitchen."""
    repository, head = MeshRepository(settings.MESH_REPOSITORY), newest(kitchen).commit
    files = apply(edits, lambda path: repository.read_file(head, path))
    save_files(kitchen, files, message=message, by=actor(by), now=at, expected_commit=head)
