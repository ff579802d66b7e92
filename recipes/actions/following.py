"""What follows a new revision: domains and schedules as the files have them. And a ledger that is behind its branch."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from kitchens.actions.domains import sync_domains
from kitchens.core.git import MeshRepository
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from kitchens.queries.data import newest
from recipes.actions.files import follow_branch
from recipes.actions.index import sync_schedules


def catch_up(kitchen_id: int, *, now: datetime) -> None:
    """Append what was committed to the branch and did not reach the ledger, as after a crash. One query where all is well."""
    kitchen = Kitchen.objects.get(pk=kitchen_id)
    tip = MeshRepository(settings.MESH_REPOSITORY).head(kitchen.branch)
    if tip is not None and newest(kitchen).commit != tip:
        follow_branch(kitchen, by=THE_HUB, now=now)


def follow(kitchen_id: int, *, now: datetime) -> None:
    """Make domains and schedules follow the files of the newest revision, whose commit is indexed already."""
    kitchen = Kitchen.objects.get(pk=kitchen_id)
    sync_domains(newest(kitchen).commit, now=now, only_new=not kitchen.is_production)
    sync_schedules(kitchen, now=now)
