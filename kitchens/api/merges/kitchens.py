"""What a kitchen does with its parent's changes, and with its own past."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from kitchens.actions import merges, rollbacks
from kitchens.api.access import actor, may
from kitchens.api.kitchens import RevisionOut, Slug
from kitchens.api.merges.acts import decided
from kitchens.api.merges.schemas import DownIn, RollbackIn, RollbackOut
from kitchens.models import Revision
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.rollbacks import get_revision, preview_rollback

router = Router()


@router.post(
    "/kitchens/{slug}/merge-down",
    response=RevisionOut,
    summary="Take in the parent's changes",
    **may("kitchen.change"),
)
def merge_down(request: HttpRequest, slug: Slug, given: DownIn) -> Revision:
    """Merge the parent's newest revision down into the kitchen, which keeps what it has changed and written itself."""
    kitchen = get_kitchen(slug)
    told = {one.path: resolution for one in given.resolutions if (resolution := decided(one))}
    return merges.merge_down(kitchen, resolutions=told, by=actor(request), now=timezone.now())


@router.get(
    "/kitchens/{slug}/rollback",
    response=RollbackOut,
    summary="Preview a roll-back",
    **may("mesh.see"),
)
def preview_of_rollback(
    request: HttpRequest, slug: Slug, revision: int = Query(ge=1, le=2**31 - 1)
) -> dict[str, Any]:
    """What rolling back to a revision would change, and what it cannot undo."""
    kitchen = get_kitchen(slug)
    found = preview_rollback(kitchen, get_revision(kitchen, revision))
    return {
        "files": [vars(file) for file in found.files],
        "datasets": found.datasets,
        "dataset_count": found.dataset_count,
        "merges": [merge.pk for merge in found.merges],
        "domains": found.domains,
        "cannot": found.cannot,
    }


@router.post(
    "/kitchens/{slug}/rollback",
    response=RevisionOut,
    summary="Roll a kitchen back",
    **may("kitchen.rollback"),
)
def roll_back_kitchen(request: HttpRequest, slug: Slug, given: RollbackIn) -> Revision:
    """Make the kitchen what it was at an earlier revision, files and data, as a new revision."""
    kitchen = get_kitchen(slug)
    to = get_revision(kitchen, given.revision)
    return rollbacks.roll_back(
        kitchen, to, note=given.note, overrides=given.overrides, by=actor(request), now=timezone.now()
    )
