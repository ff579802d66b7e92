"""Naming the part of a dataset that a candidate is to rebuild, where by itself it would keep old rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from hub.common.errors import MissingError
from kitchens.actions import audit
from kitchens.actions.merges import start_candidate
from kitchens.actions.merges.looking import void
from kitchens.actions.merges.requests import hold
from kitchens.core.roles import Actor
from kitchens.models import MergeRequest
from kitchens.queries.data import newest
from recipes.actions.candidates.planning import planner
from recipes.core.candidates import Step, variations_to_run
from recipes.core.impact import Folder
from recipes.queries.folders import side_of
from recipes.queries.impact import merged_tree


def rebuild(
    request: MergeRequest, recipe: str, values: Mapping[str, Any] | None, *, by: Actor, now: datetime
) -> MergeRequest:
    """Have the candidate built with these values of a recipe, so that nodes which replace a partition or merge run too.

    Without values it is taken back. ValueFaults where they do not fit, MissingError for an unknown recipe,
    ConflictError as when a candidate is started. The candidate there was is void.
    """
    by.require("merge.open", request.source.slug)
    folder = side_of(merged_tree(request)).folders.get(recipe)
    if folder is None or folder.spec is None:
        raise MissingError(f"The merged state has no recipe {recipe[:120]}.", remedy="Name one that it has.")
    if values:
        _check(request, folder, values, now)
    with transaction.atomic():
        held = hold(request)
        ranges = dict(held.candidate_plan.get("rebuild", {}))
        ranges.pop(recipe, None)
        held.candidate_plan = {
            **held.candidate_plan,
            "rebuild": ranges | ({recipe: dict(values)} if values else {}),
        }
        if held.candidate_state not in ("", "void"):
            void(held, f"Another part of {recipe} is to be rebuilt.", now)
        held.save(update_fields=["candidate_plan", "candidate_state", "candidate_note"])
        audit.record(by, "merge.range", held.target.slug, now, request=held.pk, recipe=recipe)
    return start_candidate(held, by=by, now=now)


def _check(request: MergeRequest, folder: Folder, values: Mapping[str, Any], now: datetime) -> None:
    """ValueFaults unless every variation that would run takes the values, unknown ones too."""
    spec = folder.spec
    if unknown := sorted(values.keys() - (spec.values.keys() if spec else set())):
        raise MissingError(f"{folder.recipe} has no value {', '.join(unknown)[:120]}.")
    for variation in variations_to_run(spec) if spec else ():
        step = Step(folder.recipe, variation.name, values=dict(values))
        planner(request.target, folder, newest(request.target), step, now).plan()
