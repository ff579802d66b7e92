"""Mends what a crash between git and database can leave: the ledger decides, the branches follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from kitchens.actions import audit
from kitchens.actions.merges.leftovers import recover
from kitchens.core.branches import (
    PREFIX,
    archived_slugs,
    drop_archived,
    drop_branch,
    kitchen_branches,
    put_branch,
)
from kitchens.core.git.hooks import put_hooks, sweep_pushes
from kitchens.core.roles import Actor
from kitchens.models import Kitchen, Revision


@dataclass(frozen=True)
class Tidied:
    """Names of kitchens whose leftover branch was removed, and of those whose lost branch was made again."""

    removed: tuple[str, ...]
    mended: tuple[str, ...]


def tidy(*, by: Actor, now: datetime) -> Tidied:
    """Remove branches that no kitchen stands behind, make again those that a kitchen has lost; and mend the hooks.
    What pushes that were cut off have left is removed after a day.

    Branches that are behind their ledger follow, candidates nobody needs are closed. Five queries where all is well.
    May run at any time, also beside someone who is making a kitchen.
    """
    by.require("kitchen.retire")
    if settings.MESH_REPOSITORY.is_dir():
        put_hooks(settings.MESH_REPOSITORY)
        sweep_pushes(settings.MESH_REPOSITORY)
    branches = set(kitchen_branches(settings.MESH_REPOSITORY))
    known = set(Kitchen.objects.values_list("slug", flat=True))
    lost = Kitchen.objects.filter(state="ready", parent__isnull=False).exclude(slug__in=branches)
    removed = tuple(slug for slug in sorted(branches - known) if _remove(slug, now))
    mended = tuple(kitchen.slug for kitchen in lost if _mend(kitchen))
    recover(now)
    _drop_unneeded_archives()
    if removed or mended:
        audit.record(by, "kitchen.tidied", "branches", now, removed=list(removed), mended=list(mended))
    return Tidied(removed, mended)


def _drop_unneeded_archives() -> None:
    """Remove the archived branches of kitchens that are open again, or gone. One query where there are any."""
    if archived := set(archived_slugs(settings.MESH_REPOSITORY)):
        needed = Kitchen.objects.filter(slug__in=archived, state="retired").values_list("slug", flat=True)
        for slug in archived - set(needed):
            drop_archived(settings.MESH_REPOSITORY, slug)


def _remove(slug: str, now: datetime) -> bool:
    """Remove the branch while holding the name, so that it is not one that is being made right now."""
    root = Kitchen.objects.filter(tier="production").first()
    try:
        with transaction.atomic():
            holder = Kitchen.objects.create(
                slug=slug[:60],
                title=slug[:60],
                parent=root,
                tier="development",
                state="retired",
                branch=f"{PREFIX}{slug}"[:80],
                store="embedded",
                created_at=now,
            )
            drop_branch(settings.MESH_REPOSITORY, f"{PREFIX}{slug}")
            holder.delete()
    except IntegrityError:
        return False
    return True


def _mend(kitchen: Kitchen) -> bool:
    with transaction.atomic():
        newest = Revision.objects.filter(kitchen=kitchen).order_by("-number").first()
        if newest is None:
            return False
        put_branch(settings.MESH_REPOSITORY, kitchen.branch, newest.commit)
        return True
