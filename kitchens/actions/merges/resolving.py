"""Resolving conflicts, a file at a time: what was decided is kept with the request, bound to the versions it is about."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hub.common.errors import ConflictError, InvalidError, MissingError
from kitchens.actions import audit
from kitchens.actions.merges.leftovers import retire_candidate
from kitchens.actions.merges.looking import refresh, void
from kitchens.actions.merges.requests import hold, tell
from kitchens.core.git.conflicts import text_of
from kitchens.core.merging import Conflict, Resolution
from kitchens.core.roles import Actor
from kitchens.models import MergeRequest
from kitchens.ports import ports
from kitchens.queries.merges.looks import bare, look


def resolve(
    request: MergeRequest, path: str, resolution: Resolution | None, *, by: Actor, now: datetime
) -> MergeRequest:
    """Keep what to do with a file in conflict (None: decide anew), and return the request.

    ConflictError where a side has changed since it was looked at, MissingError for a file that is not in conflict,
    InvalidError for choices that do not fit its hunks. Approvals and the candidate are void by it.
    """
    by.require("recipe.change", request.source.slug)
    request = refresh(request, now=now)
    conflict = _conflict(request, path)
    if resolution is not None:
        _check(conflict, resolution)
    with transaction.atomic():
        held = hold(request)
        kept = {name: given for name, given in held.resolutions.items() if name != path}
        if resolution is not None:
            kept[path] = resolution.as_dict() | {
                "by": by.name,
                "person": by.person_id,
                "at": now.isoformat(),
            }
        if bare(kept) == bare(held.resolutions):
            return held
        held.resolutions = kept
        had_candidate = held.candidate_state not in ("", "void")
        if had_candidate:
            void(held, f"{path} was resolved in another way.", now)
        held.save(update_fields=["resolutions", "candidate_state", "candidate_note"])
        tell(held, "resolved", _sentence(by, path, resolution), now=now, by=by)
        take = resolution.take if resolution else ""
        audit.record(by, "merge.resolved", held.target.slug, now, request=held.pk, path=path, take=take)
    if had_candidate:
        ports.cancel_candidate(held.pk, now=now)
        retire_candidate(held.candidate, now=now)
    return held


def _conflict(request: MergeRequest, path: str) -> Conflict:
    """Return the conflict at a path, whether it is resolved already or not."""
    for conflict in look(request).preview.conflicts:
        if conflict.path == path:
            if conflict.kind == "name":
                raise InvalidError(
                    conflict.sentence, remedy=f"Rename one of the files in {request.source.slug}."
                )
            return conflict
    raise MissingError(f"{path} is not in conflict.", remedy="Load the page again.")


def _check(conflict: Conflict, resolution: Resolution) -> None:
    resolution.check()
    if resolution.sides != conflict.sides:
        raise ConflictError(
            f"{conflict.path} has changed since you looked at it.",
            remedy="Load the page and decide once more.",
        )
    if resolution.take == "hunks":
        if conflict.clash is None:
            raise InvalidError(
                f"{conflict.path} has no hunks to choose from.",
                remedy="Take one side as a whole.",
                field="take",
            )
        text_of(conflict, resolution)


def _sentence(by: Actor, path: str, resolution: Resolution | None) -> str:
    if resolution is None:
        return f"{by.name} took back how {path} was resolved."
    how = {
        "source": "as in the source",
        "target": "as in the target",
        "hunks": "hunk by hunk",
        "text": "by a text",
        "delete": "by deleting it",
    }[resolution.take]
    return f"{by.name} resolved {path} {how}."
