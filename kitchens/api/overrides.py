"""Overrides of a kitchen: read, and several set and unset at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from kitchens.actions.overrides import change_overrides
from kitchens.api.access import actor, may
from kitchens.api.kitchens import Slug
from kitchens.models import Revision
from kitchens.queries.data import newest
from kitchens.queries.kitchens import get_kitchen
from kitchens.queries.overrides import effective_overrides

router = Router(tags=["Kitchens"])
KEYS = "`name`, `name.key` inside a dictionary, `name!` for a dictionary that inherits nothing, `domain/recipe:name`"


class OverridesOut(Schema):
    revision: int = Field(description="Number of the revision of the kitchen that has them", examples=[7])
    own: dict[str, Any] = Field(description="What the kitchen sets itself", examples=[{"limits.max": 5}])
    effective: dict[str, Any] = Field(description="With those of its parents, as they are pinned")


class OverridesIn(Schema):
    """All of it is done, or nothing."""

    model_config = ConfigDict(extra="forbid")
    set: dict[str, Any] = Field({}, description=f"Key to value. Keys: {KEYS}", examples=[{"limits.max": 5}])
    unset: list[str] = Field([], max_length=1000, examples=[["day"]])
    expected_revision: int | None = Field(None, description="Refuse if the kitchen has moved on from it")


@router.get(
    "/kitchens/{slug}/overrides", response=OverridesOut, summary="Get the overrides", **may("mesh.see")
)
def get_overrides(request: HttpRequest, slug: Slug) -> dict[str, Any]:
    """What the kitchen sets itself, and what counts there together with what its parents set."""
    return _out(newest(get_kitchen(slug)))


@router.patch(
    "/kitchens/{slug}/overrides", response=OverridesOut, summary="Set overrides", **may("override.change")
)
def patch_overrides(request: HttpRequest, slug: Slug, given: OverridesIn) -> dict[str, Any]:
    """Set and unset overrides, checked against what the recipes declare; each key at fault is named in `errors`."""
    change_overrides(
        get_kitchen(slug),
        given=given.set,
        unset=given.unset,
        expected_head=given.expected_revision,
        by=actor(request),
        now=timezone.now(),
    )
    return _out(newest(get_kitchen(slug)))


def _out(revision: Revision) -> dict[str, Any]:
    own, effective = revision.overrides, effective_overrides(revision)
    return {"revision": revision.number, "own": own, "effective": effective}
